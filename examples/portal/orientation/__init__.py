"""The orientation tool: what a person wishes to do, and what was advised."""
