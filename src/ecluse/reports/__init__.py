"""A replay's report, four ways: for a terminal, for a director (HTML), for a program (JSON), for a picture."""
