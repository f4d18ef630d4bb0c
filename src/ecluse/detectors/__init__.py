"""Policy kinds, one file each: what a kind counts, when it goes over, what it asks for."""
