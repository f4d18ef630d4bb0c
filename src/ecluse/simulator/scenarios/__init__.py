"""The incidents that can be played: one file is one scenario, found by its name or its S-number."""
