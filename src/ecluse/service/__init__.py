"""Use cases as numbered steps; no rules of their own."""
