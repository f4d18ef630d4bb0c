"""The tables and pages of an evidence pack."""
