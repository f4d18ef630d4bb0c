"""How often would luck do it? Exact tails of the binomial law, and the chance over all candidates together."""

from math import exp, inf, lgamma, log, log1p

from ecluse.incident.attribution.views import Views

__all__ = ["any_luck", "tail", "tail_below"]


def tail(records: int, least: int, share: float) -> float:
    """The chance that of so many foreign records at least `least` fall into a set with this share of the base.

    >>> f"{tail(10, 2, 0.008):.0e} {tail(10, 5, 0.008):.0e} {tail(10, 10, 0.008):.0e}"
    '3e-03 8e-09 1e-21'
    """
    assert least >= 0
    if least == 0 or share >= 1:
        return 1.0
    if least > records or share <= 0:
        return 0.0
    # Summed from the end where the terms fall, so that a tiny tail keeps its digits.
    if least > records * share:
        return min(1.0, sum(_terms(records, range(least, records + 1), share)))
    return max(0.0, min(1.0, 1.0 - sum(_terms(records, range(least - 1, -1, -1), share))))


def tail_below(records: int, most: int, share: float) -> float:
    """The chance that at most `most` of so many records fall into the set.

    >>> tail_below(10, 10, 0.5), f"{tail_below(10, 0, 0.5):.4f}"
    (1.0, '0.0010')
    """
    return tail(records, records - most, 1 - share)


def _terms(records: int, counts: range, share: float) -> list[float]:
    whole, yes, no = lgamma(records + 1), log(share), log1p(-share)
    found: list[float] = []
    top = -inf
    for k in counts:
        term = whole - lgamma(k + 1) - lgamma(records - k + 1) + k * yes + (records - k) * no
        found.append(exp(term))
        top = max(top, term)
        if term < top - 45:  # what follows is below the last digit
            break
    return found


def any_luck(
    views: Views, records: int, least: int, population: int, *, largest: int | None = None
) -> float:
    """At most how often luck lets any of all candidates explain so many records: the sum over their own shares.

    Options:
        largest: only candidates that saw no more persons than this.
    """
    sizes: dict[int, int] = dict(views.others)
    for size in views.size.tolist():
        sizes[size] = sizes.get(size, 0) + 1
    total = 0.0
    for size, number in sizes.items():
        if largest is not None and size > largest:
            continue
        total += number * tail(records, least, size / population)
        if total >= 1:
            return 1.0
    return total
