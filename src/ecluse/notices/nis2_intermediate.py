"""D4: the intermediate report that a CSIRT may ask for (NIS 2 art. 23(4)(c)): how things stand."""

from typing import Final

from ecluse.notices.nis2_fields import check_regime, entity, impact, measures, timing
from ecluse.notices.notice import Notice, Required
from ecluse.notices.sheet import Sections, Sheet
from ecluse.notices.voice import Voice

__all__ = ["NOTICE", "fill"]

_LAW: Final = "directive (EU) 2022/2555 art. 23(4)(c)"
_WANTED: Final = {"facts": _LAW, "done": _LAW}


def fill(say: Voice) -> Sections:
    """How things stand, and what is still unknown."""
    stated = say.affair.statement
    status = {
        "facts": say.both(stated.facts),
        "unknown": "\n".join(filter(None, map(say.both, stated.unknown))),
        "complement_at": say.date(stated.complement_at),
    }
    return {
        **entity(say),
        **timing(say),
        "status": status,
        "impact": impact(say),
        "measures": measures(say),
    }


_SHEET: Final = Sheet("nis2_intermediate", "nis2", fill, _WANTED)

NOTICE: Final = Notice(
    name="nis2_intermediate",
    title={"fr": "NIS 2 : rapport intermédiaire", "en": "NIS 2: intermediate report"},
    required=(
        *(Required(f"fields.{key}", source) for key, source in _WANTED.items()),
        Required("signer", "a named person answers for it"),
    ),
    build=_SHEET.build,
    data=_SHEET.data,
    check=check_regime,
)
