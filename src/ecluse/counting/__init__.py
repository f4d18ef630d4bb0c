"""Exact sliding counts: how many distinct items a key has in each of several windows.

One log per key serves every window of a budget: `packed` for limits up to some thousands (14 bytes
an item, found by scanning), `indexed` for the large shared keys (a hash table), `weighted` for sums.
"""
