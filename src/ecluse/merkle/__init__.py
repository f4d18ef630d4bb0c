"""The Merkle tree of RFC 9162 over ledger entries: leaves, nodes, proofs and checkpoints. No input or output here."""
