"""The nouns: what an access, a policy, a decision and an estate are. No input or output here."""
