"""How are lints run? What they look at, what they say and where, and what their authors let pass in writing.

The lints themselves are in `ecluse.verify.lints`, one file each.
"""
