"""How does a gravity stand in the log of an incident? As it was proposed, changed or signed; the last signature counts."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

import msgspec

from ecluse.incident.acts import Written
from ecluse.model.errors import IntegrityError
from ecluse.model.gravity import Gravity
from ecluse.model.incident import Signed

__all__ = ["PROPOSED", "SIGNED", "detail_of", "gravity_of", "proposed_of"]

PROPOSED: Final = "gravity_proposed"
SIGNED: Final = "gravity_signed"


def detail_of(gravity: Gravity) -> dict[str, Any]:
    """What the act says; who signed it, and when, stands in the line itself."""
    detail: dict[str, Any] = msgspec.to_builtins(replace(gravity, signed=None))
    return {"gravity": detail}


def gravity_of(id: str, lines: Iterable[Written]) -> Gravity | None:  # noqa: A002 - the word of the model
    """The gravity signed last, or else the one proposed last; None when there is none.

    Raises:
        IntegrityError: when an act does not say what it must.
    """
    known = [line for line in lines if line.act in {PROPOSED, SIGNED}]
    signed = [line for line in known if line.act == SIGNED]
    return _read(id, (signed or known)[-1]) if known else None


def proposed_of(id: str, lines: Iterable[Written]) -> Gravity | None:  # noqa: A002 - as above
    """The gravity that stands in the last act of either kind: what a person goes on from.

    Raises:
        IntegrityError: when an act does not say what it must.
    """
    known = [line for line in lines if line.act in {PROPOSED, SIGNED}]
    return _read(id, known[-1]) if known else None


def _read(id: str, line: Written) -> Gravity:  # noqa: A002 - as above
    try:
        gravity = msgspec.convert(line.detail.get("gravity"), Gravity)
    except msgspec.ValidationError as error:
        raise IntegrityError(
            f"line {line.n} of the log of `{id}`: `{line.act}` does not hold a gravity: {error}",
            help="a newer version may have written it; or ask who could write there",
        ) from None
    return replace(gravity, signed=Signed(line.by, line.at) if line.act == SIGNED else None)
