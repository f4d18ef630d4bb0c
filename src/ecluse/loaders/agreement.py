"""Does a policy set speak of what exists? Names, numbers and tables of the estate against its budgets."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from ecluse.loaders.budgets import ReadBudget
from ecluse.loaders.located import Fields, Kind, Node, quote, suggest
from ecluse.model.estate import AccountKind, Application, Estate
from ecluse.model.policy import Budget, Count, Key, Target

__all__ = ["check_against"]

Thing = TypeVar("Thing", AccountKind, Application)


def check_against(estate: Estate, read: Sequence[ReadBudget]) -> None:
    """Notes every name that the estate does not have, and every budget that it could never make fire."""
    for each in read:
        _check_population(estate, each)
        if each.target is not None:
            _check_names(estate, each.target, each.budget.target)
            _check_tables(estate, each.target, each.budget.target)


def _check_names(estate: Estate, fields: Fields, target: Target) -> None:
    before = len(fields.reader.issues)
    _check_known(fields, "kind", "an account kind", [k.id for k in estate.kinds])
    _check_known(fields, "organization", "an organization", [o.id for o in estate.organizations])
    _check_known(fields, "application", "an application", [a.id for a in estate.applications])
    if len(fields.reader.issues) > before:
        return
    kinds = _chosen(estate.kinds, target.kinds)
    applications = _chosen(estate.applications, target.applications)
    _check_listed(fields, "operation", "an operation", applications, lambda a: a.operations)
    _check_listed(fields, "category", "a category", applications, lambda a: a.categories)
    _check_listed(fields, "factor", "a second factor", kinds, lambda k: k.factors)
    _check_meeting(estate, fields, target, kinds, applications)


def _chosen(things: Iterable[Thing], ids: frozenset[str] | None) -> list[Thing]:
    return [t for t in things if ids is None or t.id in ids]


def _check_known(fields: Fields, key: str, what: str, known: Iterable[str]) -> None:
    listed = list(known)
    for node in _names(fields, key):
        if node.text not in listed:
            advice = suggest(node.text, listed) or f"it has {_some(listed)}"
            fields.reader.note(node, f"{quote(node.text)} is not {what} of the estate", advice)


def _check_listed(
    fields: Fields,
    key: str,
    what: str,
    things: Sequence[Thing],
    listed: Callable[[Thing], tuple[str, ...]],
) -> None:
    """Names that none of the concerned applications or kinds lists; one that lists none may have any."""
    if key in fields and all(listed(t) for t in things):
        owners = ", ".join(t.id for t in things[:3]) + (", …" if len(things) > 3 else "")
        names = sorted({name for t in things for name in listed(t)})
        for node in _names(fields, key):
            if node.text not in names:
                message = f"{quote(node.text)} is not {what} of {owners}"
                advice = suggest(node.text, names) or f"the estate lists {_some(names)}"
                fields.reader.note(node, message, advice)


def _check_meeting(
    estate: Estate,
    fields: Fields,
    target: Target,
    kinds: Sequence[AccountKind],
    applications: Sequence[Application],
) -> None:
    """Notes conditions that exist each, and never together."""
    ids = {a.id for a in applications}
    if target.applications and target.kinds and not any(_opens(k, ids) for k in kinds):
        message = (
            "no account of these kinds can open these applications: the budget could never fire"
        )
        fields.reader.note(
            fields.node, message, "correct the target, or `applications` of the kind"
        )
    if target.organizations and target.kinds:
        chosen = [o for o in estate.organizations if o.id in target.organizations]
        if not any(h.kind in target.kinds for o in chosen for h in o.accounts):
            message = (
                "these organizations have no account of these kinds: the budget could never fire"
            )
            fields.reader.note(
                fields.node, message, "correct the target, or `accounts` of the organization"
            )


def _opens(kind: AccountKind, applications: set[str]) -> bool:
    return not kind.applications or bool(applications & set(kind.applications))


def _check_tables(estate: Estate, fields: Fields, target: Target) -> None:
    if target.own is not None and estate.caseload_table is None:
        message = "the estate has no caseload table, so nobody is known to be inside a caseload"
        advice = "add `tables: {caseload: caseload.csv}` to the estate, or remove `caseload`"
        fields.reader.note(fields.place("caseload"), message, advice)


def _check_population(estate: Estate, read: ReadBudget) -> None:
    """Notes limits that the whole population of the concerned applications does not reach."""
    budget = read.budget
    if budget.counts is not Count.PERSONS:
        return
    population = _population(estate, budget)
    for window, (_, value) in zip(budget.windows, read.limits, strict=True):
        if population and window.limit >= population:
            where = (
                "the largest of these applications"
                if Key.APPLICATION in budget.per
                else "these applications"
            )
            message = (
                f"{where} hold {population} persons in all: {window.limit} could never be passed"
            )
            if Key.APPLICATION in budget.per:
                message = message.replace("hold", "holds")
            advice = f"write less than {population}, or correct `population` in the estate"
            read.fields.reader.note(value, message, advice)


def _population(estate: Estate, budget: Budget) -> int:
    """The most persons that one key of the budget can meet; 0 when nothing is known."""
    sizes = [a.population for a in _chosen(estate.applications, budget.target.applications)]
    return max(sizes, default=0) if Key.APPLICATION in budget.per else sum(sizes)


def _names(fields: Fields, key: str) -> tuple[Node, ...]:
    """The nodes of a list of names, or of one alone; faults of theirs are noted already."""
    if key not in fields:
        return ()
    node = fields.place(key)
    named = node.items if node.kind is Kind.LIST else (node,)
    return tuple(n for n in named if n.kind is Kind.SCALAR and n.text)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:8]) + (", …" if len(names) > 8 else "")
