"""Is a policy set stricter than another, for every request and history, and by how many persons?

containment   whether one target contains another
covering      the proof: which budgets of one set the other implies
searching     a history that shows what is not implied, found and carried out on the engine
numbers       the loss bounds of one stolen account and of adversaries under both
changes       what was done to each budget, in words
comparing     all together
"""

from ecluse.verify.diff.comparing import compare

__all__ = ["compare"]
