"""Which limits disturb honest people at a chosen price, and what could a thief then take?

Theory of operation. What matters on a day of an account is its peak: the most distinct persons in any window that ends on
that day. The account is disturbed when the peak is above the limit. Peaks of ordinary work are over-dispersed, so each
account has a negative-binomial prediction whose mean is drawn towards its peers, the accounts of its kind (`baseline`); a limit of
a kind is the smallest number that all these predictions together pass often enough. Tails of a model are not to be trusted, so the
same limit must also hold by ranks: how extreme was each past day under the prediction made without it, and how many
were as extreme (`ranks`, conformal p-values). The larger of both numbers is proposed (`limits`). Windows of which the past has too
few are extrapolated by a rule that is told (`long_windows`). No standard deviation is compared with anything: counts are not normal.
"""
