"""What does a policy file say? A policy set, or every fault of the file with its place."""

import hashlib
from dataclasses import dataclass, field

from ecluse.loaders import schema
from ecluse.loaders.afterwards import with_afterwards
from ecluse.loaders.agreement import check_against
from ecluse.loaders.budgets import ReadBudget, read_budget, read_zone
from ecluse.loaders.defaults import shipped
from ecluse.loaders.located import Fields, Node, Reader, quote
from ecluse.model.estate import Estate
from ecluse.model.policy import PolicySet

__all__ = ["PolicyFile", "default_policy", "load_policy", "read_policy"]


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """A policy set with what the file says for its readers.

    Attributes:
        policies: a budget with `afterwards` is two of them, one after the other.
        why: for each budget id and window (microseconds), why the number is what it is.
        descriptions: by budget id.
    """

    policies: PolicySet
    description: str = ""
    zone: str = "UTC"
    why: dict[str, dict[int, str]] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)


def load_policy(text: bytes | str, *, file: str, estate: Estate | None = None) -> PolicySet:
    """Reads a policy set; with an estate, also checks that what it names exists and can be counted.

    The set that ships with Ecluse is for every estate, and is not checked against one.

    Raises:
        ConfigError: with every fault of the file.
    """
    return read_policy(text, file=file, estate=estate).policies


def default_policy() -> PolicySet:
    """The policy set that ships with Ecluse. It needs no estate."""
    return load_policy(shipped("policy.yaml"), file="default policy")


def read_policy(text: bytes | str, *, file: str, estate: Estate | None = None) -> PolicyFile:
    """Like `load_policy`, with the descriptions and the reasons of the numbers.

    Raises:
        ConfigError: with every fault of the file.
    """
    reader = Reader(text, file=file)
    top = Fields(reader, reader.root, schema.keys(schema.POLICY), what="a policy set")
    version = top.integer("version", 1, required=True)
    if version != 1:
        reader.note(top.place("version"), f"version {version} is not known", "write `version: 1`")
    description = top.string("description", "", lines=True)
    zone = read_zone(top, "zone", "UTC")
    read = [
        part
        for node in top.items("budgets", required=True)
        for part in with_afterwards(read_budget(reader, node, zone=zone))
    ]
    _check_ids(reader, read)
    raw = text.encode() if isinstance(text, str) else text
    if estate is not None and raw != shipped(
        "policy.yaml"
    ):  # which is for every estate, with tables or without
        check_against(estate, read)
    reader.raise_if_issues()
    return PolicyFile(
        PolicySet(tuple(r.budget for r in read), digest=hashlib.sha256(raw).hexdigest()),
        description=description,
        zone=zone,
        why={r.budget.id: r.why for r in read},
        descriptions={r.budget.id: r.description for r in read},
    )


def _check_ids(reader: Reader, read: list[ReadBudget]) -> None:
    first: dict[str, ReadBudget] = {}
    for each in read:
        name = each.budget.id
        other = first.setdefault(name, each)
        if not name or other is each or (each.of and other.of):  # then their parents are told apart
            continue
        made = each.of or other.of
        advice = f"it is already on line {_named(other).line}"
        if made:
            advice += f"; `afterwards` of {quote(made)} makes a budget of that name"
        reader.note(_named(each), f"{quote(name)} is the id of two budgets", advice)


def _named(read: ReadBudget) -> Node:
    """Where the budget's id comes from."""
    return read.fields.place("afterwards" if read.of else "id")
