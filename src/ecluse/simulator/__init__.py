"""A synthetic estate, its ordinary days, and the thefts of the incidents, deterministic by seed."""
