"""D4: the final report, one month after the notification at the latest (NIS 2 art. 23(4)(d)): description, root cause, measures."""

from typing import Final

from ecluse.notices.nis2_fields import (
    check_regime,
    entity,
    impact,
    indicators,
    measures,
    timing,
)
from ecluse.notices.notice import Notice, Required
from ecluse.notices.sheet import Sections, Sheet
from ecluse.notices.voice import Voice

__all__ = ["NOTICE", "fill"]

_LAW: Final = "directive (EU) 2022/2555 art. 23(4)(d)"
_WANTED: Final = {
    "facts": _LAW,
    "severe": _LAW,
    "root_cause": _LAW,
    "done": _LAW,
    "mitigation": _LAW,
    "cross_border": _LAW,
}


def fill(say: Voice) -> Sections:
    """A detailed description with severity and impact, root cause, mitigation, and the impact across borders."""
    stated = say.affair.statement
    description = {
        "facts": say.both(stated.facts),
        "root_cause": say.both(stated.root_cause),
        "malicious": say.yes(stated.malicious),
        "effects": say.both(stated.effects),
    }
    return {
        **entity(say),
        **timing(say),
        "description": description,
        "impact": impact(say),
        "indicators": indicators(say),
        "measures": measures(say),
        "lessons": {"lessons": say.both(stated.lessons)},
    }


_SHEET: Final = Sheet("nis2_final", "nis2", fill, _WANTED)

NOTICE: Final = Notice(
    name="nis2_final",
    title={"fr": "NIS 2 : rapport final (un mois)", "en": "NIS 2: final report (one month)"},
    required=(
        *(Required(f"fields.{key}", source) for key, source in _WANTED.items()),
        Required("signer", "a named person answers for it"),
    ),
    build=_SHEET.build,
    data=_SHEET.data,
    check=check_regime,
)
