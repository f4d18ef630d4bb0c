"""Who was exposed, each once, and how? From accesses to one row a person.

Manner: an access whose operation is `list` or `search` lists, one whose operation is `export` or `download` exports, and every
other one shows; a person's manner is the gravest of theirs. Linked persons: an access all of whose categories begin with
`linked:` shows third persons whose data stand in somebody else's record; a person stands apart as linked only when nothing else
showed them.

Nothing here makes an object a person: pseudonyms are two numbers, what an access means is a code, and a person's rows are
a stretch of sorted columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ecluse.incident.persons import Pairs
from ecluse.model.exposure import Manner

__all__ = ["LINKED", "MANNERS", "Kinds", "gather", "kinds_of", "manner_of"]

LINKED: Final = "linked:"
"""What a category begins with when the data are about a third person in somebody else's record."""

MANNERS: Final = (Manner.EXPORTED, Manner.SHOWN, Manner.LISTED)
"""The gravest first."""

_OPERATIONS: Final = {
    "list": Manner.LISTED,
    "search": Manner.LISTED,
    "export": Manner.EXPORTED,
    "download": Manner.EXPORTED,
}
_WIDTH: Final = 63
Numbers = npt.NDArray[np.int64]


def manner_of(operation: str) -> Manner:
    """How an access exposes; what is not known to list or to export shows.

    >>> manner_of("Search").value, manner_of("view").value, manner_of("").value
    ('listed', 'shown', 'shown')
    """
    return _OPERATIONS.get(operation.casefold(), Manner.SHOWN)


@dataclass(frozen=True, slots=True)
class Kinds:
    """What kinds of accesses there are, by code.

    Attributes:
        categories, applications: every word, sorted.
        linked: whether an access of the code shows linked persons.
        masks: uint64[codes, blocks, 4]: categories exported, shown, listed, and the applications, as bits.
        manner: place in `MANNERS`.
    """

    categories: tuple[str, ...]
    applications: tuple[str, ...]
    linked: npt.NDArray[np.bool_]
    masks: npt.NDArray[np.uint64]
    manner: npt.NDArray[np.int8]


def kinds_of(found: Sequence[tuple[str, str, str]]) -> Kinds:
    """Codes of `(categories joined by commas, operation, application)`, by their places."""
    words = [[word for word in joined.split(",") if word] for joined, _, _ in found]
    linked = [bool(own) and all(word.startswith(LINKED) for word in own) for own in words]
    bare = [[word.removeprefix(LINKED) for word in own] for own in words]
    categories = tuple(sorted({word for own in bare for word in own}))
    applications = tuple(sorted({name for _, _, name in found if name}))
    blocks = max(1, -(-max(len(categories), len(applications)) // _WIDTH))
    masks = np.zeros((len(found), blocks, 4), np.uint64)
    manner = np.array([MANNERS.index(manner_of(operation)) for _, operation, _ in found], np.int8)
    place = {word: at for at, word in enumerate(categories)}
    at_application = {name: at for at, name in enumerate(applications)}
    for code, (own, (_, _, application)) in enumerate(zip(bare, found, strict=True)):
        for word in own:
            block, bit = divmod(place[word], _WIDTH)
            masks[code, block, manner[code]] |= np.uint64(1 << bit)
        if application:
            block, bit = divmod(at_application[application], _WIDTH)
            masks[code, block, 3] |= np.uint64(1 << bit)
    return Kinds(categories, applications, np.array(linked, bool), masks, manner)


def gather(
    persons: Pairs, at: Numbers, code: Numbers, sound: npt.NDArray[np.bool_], kinds: Kinds
) -> pa.Table:  # fmt: skip
    """One row a person, sorted by person.

    Args:
        persons: the pseudonym of each pair of a person and an access.
        at: its instant.
        code: what kind of access it is, a place in `kinds`.
        sound: whether the access is verified.
        kinds: see `kinds_of`.

    Returns:
        The first ten columns of a frozen list, then `applications` and `sound`.
    """
    high, low = persons[:, 0], persons[:, 1]
    order = _order(high, low)
    high, low, at = high[order], low[order], at[order]
    code, sound = code[order], sound[order]
    fresh = np.ones(len(order), bool)
    fresh[1:] = (high[1:] != high[:-1]) | (low[1:] != low[:-1])
    first = np.flatnonzero(fresh)
    if not len(first):
        return _table({}, 0)
    masks = [
        [np.bitwise_or.reduceat(kinds.masks[:, block, which][code], first) for which in range(4)]
        for block in range(kinds.masks.shape[1])
    ]
    manner = np.minimum.reduceat(kinds.manner[code], first)
    names = np.empty((len(first), 2), dtype=">u8")
    names[:, 0], names[:, 1] = high[first], low[first]
    columns: dict[str, Any] = {
        "person": pa.FixedSizeBinaryArray.from_buffers(
            pa.binary(16), len(first), [None, pa.py_buffer(names)]
        ),
        "linked": np.logical_and.reduceat(kinds.linked[code], first),
        "manner": _coded(manner.astype(np.int32), [m.value for m in MANNERS]),
        "categories": _joined([_all(block) for block in masks], kinds.categories),
        **{
            name.value: _joined([block[which] for block in masks], kinds.categories)
            for which, name in enumerate(MANNERS)
        },
        "first_at": np.minimum.reduceat(at, first),
        "last_at": np.maximum.reduceat(at, first),
        "accesses": np.diff(np.append(first, len(order))).astype(np.int64),
        "applications": _joined([block[3] for block in masks], kinds.applications),
        "sound": np.logical_or.reduceat(sound, first),
    }
    return _table(columns, len(first))


def _order(high: npt.NDArray[np.uint64], low: npt.NDArray[np.uint64]) -> Numbers:
    """The order of the persons; sorting by the first half is enough but for the rare equal ones."""
    order = np.argsort(high, kind="stable")
    sorted_high, sorted_low = high[order], low[order]
    same = sorted_high[1:] == sorted_high[:-1]
    if (same & (sorted_low[1:] != sorted_low[:-1])).any():
        return np.lexsort((low, high))
    return order


def _all(block: list[npt.NDArray[np.uint64]]) -> npt.NDArray[np.uint64]:
    either: npt.NDArray[np.uint64] = block[0] | block[1] | block[2]
    return either


def _joined(blocks: list[npt.NDArray[np.uint64]], words: Sequence[str]) -> pa.Array:
    """For each row its words, joined by spaces; the rows have few different sets."""
    codes = np.zeros(len(blocks[0]), np.int64)
    sets: list[tuple[int, ...]] = [()]
    for block in blocks:
        values, places = _encoded(block)
        kept, codes = _encoded(codes * len(values) + places)
        sets = [(*sets[c // len(values)], int(values[c % len(values)])) for c in kept.tolist()]
    texts = [
        " ".join(words[number * _WIDTH + bit] for number, mask in enumerate(own) for bit in range(_WIDTH) if mask >> bit & 1)
        for own in sets
    ]  # fmt: skip
    return _coded(codes.astype(np.int32), texts)


def _encoded(column: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """The different values, and where each row's stands among them."""
    coded = pa.array(column).dictionary_encode()
    return coded.dictionary.to_numpy(), coded.indices.to_numpy().astype(np.int64)


def _coded(codes: npt.NDArray[np.int32], texts: list[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(texts, pa.string()))


_SCHEMA: Final = pa.schema(
    [
        ("person", pa.binary(16)), ("linked", pa.bool_()), ("manner", pa.string()), ("categories", pa.string()),
        ("shown", pa.string()), ("exported", pa.string()), ("listed", pa.string()), ("first_at", pa.int64()),
        ("last_at", pa.int64()), ("accesses", pa.int64()), ("applications", pa.string()), ("sound", pa.bool_()),
    ]
)  # fmt: skip


def _table(columns: dict[str, Any], rows: int) -> pa.Table:
    if not rows:
        return _SCHEMA.empty_table()
    made = [columns[field.name] for field in _SCHEMA]
    return pa.table([v if isinstance(v, pa.Array) else pa.array(v) for v in made], names=_SCHEMA.names)  # fmt: skip
