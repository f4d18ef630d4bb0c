"""People at work in the portal, and a thief among them: real HTTP clients. `python -m visitors --help`."""
