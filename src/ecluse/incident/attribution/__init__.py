"""Whose is a leaked sample? Eight tests over keyed fingerprints and views of the ledger, and a rule for the verdict. Pure."""
