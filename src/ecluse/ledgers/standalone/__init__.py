"""The verifier for outsiders: one script that needs Python alone."""
