"""The inverse of the log formats: one file writes one format, found by its name."""
