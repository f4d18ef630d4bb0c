"""Packing evidence: ledgers, register and documents put together."""
