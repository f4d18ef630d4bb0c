"""How much could a thief take under these settings? The loss bound, its proof, and the plan that reaches it.

Theory of operation. Let D(s, t] be the distinct persons read under one key between two instants. A budget with the
windows (W_i, Q_i) keeps D(t - W_i, t] at most Q_i, whatever was read before, by whom, and in what order. D is
sub-additive, so over a stretch of length T it is at most R(T), where R(t) = min_i (Q_i + R(t - W_i)) and R = 0 up to 0:
the sub-additive closure of the windows (Le Boudec and Thiran, "Network Calculus", 1.2; `counting.closure`). The product
Q * ceil(T / W) of one window is only an upper bound of it.

Each person is counted where the thief reads it first, and that read draws on every budget whose target holds. So the
persons that he reads through each way of reading satisfy one inequality a key: the greatest sum under these
inequalities is a bound on every theft (`program`). It is a linear program, and the dual values prove its optimum to
whoever checks them with fractions (`certificate`). Where all windows divide each other and the horizon, reading at a
constant speed reaches it in the fluid; in whole persons it is reached when a schedule is found that does it
(`schedule`), and only then it is called exact.

What is never counted as protection: keys that the thief chooses (session, source), budgets that only watch or warn,
budgets of accesses, accounts and bytes. Kinds, organizations, applications and ages that he may choose, he chooses.
"""

from ecluse.verify.bound.bounding import STANDARD_HORIZONS, bound
from ecluse.verify.bound.standard import standard_adversaries

__all__ = ["STANDARD_HORIZONS", "bound", "standard_adversaries"]
