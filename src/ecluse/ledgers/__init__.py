"""Where entries are kept: adapters of the Ledger port."""
