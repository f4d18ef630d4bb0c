"""The engine: decides an access from the policies and everything released before. Pure and deterministic."""
