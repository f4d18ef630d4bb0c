"""Which signs are about one actor? Four rules, each with its numbers; every link says which rule made it and why.

`same-account`   Signs that name one account.
`lineage`        An account that an account with signs created, directly or through others, is taken in: whoever holds the creator could
                 make it. Two accounts with signs that one account created belong together, unless that one created more than `LINE_MAX`
                 accounts: then it is the desk that creates everybody's.
`source`         An account that came from the same source as an account with signs, less than `NEAR` apart, unless more than
                 `SOURCE_MAX` accounts came from it in that time: then it is the door of a building. An account without signs of
                 its own that came from there before, more than `NEAR` earlier than the first sign, sits at its own desk: it is left out.
`order`          Two accounts that both read at least `COMMON_MIN` of the same persons, `ORDER_MIN` of these or more in the same order: the
                 longest increasing run of one's places in the other's order, divided by the persons in common. Of `COMMON_MIN` persons
                 in random order about 9 stand in one run and 16 are needed; by chance that is less likely than one in a billion.

The rules propose. Honest accounts can share a source and a list; so a person opens the incident, and takes out who does not belong.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from ecluse.model.incident import Confidence, Link
from ecluse.model.sign import Observed, Proposal, Sign, Use
from ecluse.model.time import DAY

__all__ = ["COMMON_MIN", "LINE_MAX", "NEAR", "ORDER_MIN", "SOURCE_MAX", "order_alike", "propose"]

NEAR: Final = DAY
SOURCE_MAX: Final = 5
LINE_MAX: Final = 50
COMMON_MIN: Final = 20
ORDER_MIN: Final = 0.8

_SURE: Final = frozenset({"honey-read", "warning", "held", "drill-account-active"})
"""Codes of which one alone makes it likely: nobody at work reads a honey person."""


def propose(signs: Iterable[Sign], observed: Observed) -> tuple[Proposal, ...]:
    """Groups signs by actor, the most severe first; equal input gives equal output, in whatever order it comes."""
    ordered = sorted(signs, key=lambda s: (s.first_at, s.id))
    flagged = list(dict.fromkeys(s.account for s in ordered))
    groups = _Groups(flagged)
    links = [
        *_lineage(flagged, observed),
        *_source(flagged, observed.uses, begin=ordered[0].first_at if ordered else 0),
        *_order(flagged, observed.orders),
    ]
    for one, other, link in links:
        groups.join(one, other, link)
    made = [_proposal(members, found, ordered, observed) for members, found in groups.all()]
    return tuple(sorted(made, key=lambda p: (-p.severity, -p.confidence, p.first_at, p.accounts)))


def order_alike(one: Sequence[int], other: Sequence[int]) -> tuple[int, float]:
    """How many persons both read, and which share of these in the same order.

    >>> order_alike((1, 2, 3, 4, 5), (9, 1, 2, 4, 3))
    (4, 0.75)
    """
    place = {person: number for number, person in enumerate(one)}
    places = [place[person] for person in dict.fromkeys(other) if person in place]
    return len(places), _increasing(places) / len(places) if places else 0.0


class _Groups:
    """Accounts that belong together, and why."""

    def __init__(self, accounts: Iterable[str]) -> None:
        self._above = {account: account for account in accounts}
        self._links: list[tuple[str, Link]] = []

    def join(self, one: str, other: str, link: Link) -> None:
        for account in (one, other):
            self._above.setdefault(account, account)
        self._links.append((one, link))
        first, second = sorted((self._top(one), self._top(other)))
        self._above[second] = first

    def all(self) -> list[tuple[list[str], list[Link]]]:
        members: dict[str, list[str]] = defaultdict(list)
        links: dict[str, list[Link]] = defaultdict(list)
        for account in self._above:
            members[self._top(account)].append(account)
        for account, link in self._links:
            links[self._top(account)].append(link)
        return [(accounts, links[top]) for top, accounts in members.items()]

    def _top(self, account: str) -> str:
        while self._above[account] != account:
            account = self._above[account]
        return account


def _lineage(flagged: Sequence[str], observed: Observed) -> Iterable[tuple[str, str, Link]]:
    children: dict[str, list[str]] = defaultdict(list)
    creator = dict(observed.created_by)
    for account, above in sorted(creator.items()):
        children[above].append(account)
    for head in flagged:
        for account, above in _descendants(head, children):
            reason = (
                f"`{above}` created it"
                if above == head
                else f"`{head}` created it through `{above}`"
            )
            yield head, account, Link(account, "lineage", reason)  # fmt: skip
    by_line: dict[str, list[str]] = defaultdict(list)
    for account in flagged:
        if account in creator:
            by_line[creator[account]].append(account)
    for above, made in sorted(by_line.items()):
        if len(made) > 1 and len(children[above]) <= LINE_MAX:
            reason = (
                f"`{above}` created it and `{made[0]}`, of {len(children[above])} accounts in all"
            )
            for account in made[1:]:
                yield made[0], account, Link(account, "lineage", reason)  # fmt: skip


def _descendants(head: str, children: Mapping[str, list[str]]) -> Iterable[tuple[str, str]]:
    """Each account below with its own creator, nearest first; a circle ends where it began."""
    waiting, seen = [head], {head}
    for above in waiting:
        for account in children.get(above, ()):
            if account not in seen:
                seen.add(account)
                waiting.append(account)
                yield account, above


def _source(flagged: Sequence[str], uses: Sequence[Use], *, begin: int) -> Iterable[tuple[str, str, Link]]:  # fmt: skip
    by_source: dict[str, list[Use]] = defaultdict(list)
    for use in uses:
        by_source[use.name].append(use)
    for source, used in sorted(by_source.items()):
        for mine in (use for use in used if use.account in flagged):
            near = sorted({u.account for u in used if _apart(mine, u) < NEAR} - {mine.account})
            if len(near) + 1 > SOURCE_MAX:
                continue
            at_home = {u.account for u in used if u.since is not None and u.since < begin - NEAR}
            for account in near:
                if account in flagged and account < mine.account:
                    continue  # said the other way round
                if account in at_home and account not in flagged:
                    continue
                reason = f"came from `{source}` less than {NEAR // DAY * 24} hours apart from `{mine.account}`; {len(near) + 1} accounts did"
                yield mine.account, account, Link(account, "source", reason)  # fmt: skip


def _apart(one: Use, other: Use) -> int:
    return max(0, one.first_at - other.last_at, other.first_at - one.last_at)


def _order(flagged: Sequence[str], orders: Sequence[tuple[str, tuple[int, ...]]]) -> Iterable[tuple[str, str, Link]]:  # fmt: skip
    known = dict(orders)
    for one in (account for account in flagged if account in known):
        for other, persons in sorted(known.items()):
            if other == one or (other in flagged and other < one):
                continue
            common, share = order_alike(known[one], persons)
            if common >= COMMON_MIN and share >= ORDER_MIN:
                reason = f"read {common} of the same persons as `{one}`, {share:.0%} of them in the same order"
                yield one, other, Link(other, "order", reason)  # fmt: skip


def _increasing(places: Sequence[int]) -> int:
    """Length of the longest increasing run."""
    ends: list[int] = []
    for place in places:
        at = bisect_left(ends, place)
        ends[at : at + 1] = [place]
    return len(ends)


def _proposal(members: Sequence[str], links: Sequence[Link], signs: Sequence[Sign], observed: Observed) -> Proposal:  # fmt: skip
    mine = [sign for sign in signs if sign.account in members]
    flagged = dict.fromkeys(sign.account for sign in mine)
    accounts = (*flagged, *sorted(set(members) - flagged.keys()))
    several = [Link(s.id, "same-account", f"names `{s.account}`") for s in mine]
    creator = dict(observed.created_by)
    heads = sorted({_head(account, creator) for account in accounts if account in creator})
    worst = max(mine, key=lambda s: (s.severity, -s.first_at))
    more = len(accounts) - 1
    return Proposal(
        title=f"{worst.code}: `{worst.account}`" + (f" and {more} more" if more else ""),
        severity=worst.severity,
        confidence=_confidence(mine),
        signs=tuple(mine),
        accounts=accounts,
        sessions=_names(observed.sessions, accounts),
        sources=_names(observed.uses, tuple(flagged)),
        lineages=tuple(heads),
        links=(*several, *dict.fromkeys(links)),
        first_at=min(s.first_at for s in mine),
        last_at=max(s.last_at for s in mine),
    )


def _names(uses: Sequence[Use], accounts: Sequence[str]) -> tuple[str, ...]:
    """Names of what these accounts used, the first used first."""
    mine = sorted((use.first_at, use.name) for use in uses if use.account in accounts)
    return tuple(dict.fromkeys(name for _, name in mine))


def _head(account: str, creator: Mapping[str, str]) -> str:
    seen = {account}
    while (above := creator.get(account)) is not None and above not in seen:
        seen.add(above)
        account = above
    return account


def _confidence(signs: Sequence[Sign]) -> Confidence:
    """High for two different codes of which one is sure; medium for one of both; else low."""
    codes = {sign.code for sign in signs}
    sure = bool(codes & _SURE)
    return Confidence(1 + sure + (len(codes) > 1))
