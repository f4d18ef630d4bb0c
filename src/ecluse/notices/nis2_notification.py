"""D4: the notification to the CSIRT within 72 hours (NIS 2 art. 23(4)(b)): a first assessment, with indicators."""

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

_LAW: Final = "directive (EU) 2022/2555 art. 23(4)(b)"
_WANTED: Final = {"instant_aware": _LAW, "severe": _LAW, "cross_border": _LAW, "malicious": _LAW}


def fill(say: Voice) -> Sections:
    """The early warning brought up to date, severity and impact, indicators of compromise."""
    stated = say.affair.statement
    suspected = {"malicious": say.yes(stated.malicious), "facts": say.both(stated.facts)}
    return {
        **entity(say),
        **timing(say),
        "suspected": suspected,
        "impact": impact(say),
        "indicators": indicators(say),
        "measures": measures(say),
    }


_SHEET: Final = Sheet("nis2_notification", "nis2", fill, _WANTED)

NOTICE: Final = Notice(
    name="nis2_notification",
    title={"fr": "NIS 2 : notification (72 heures)", "en": "NIS 2: notification (72 hours)"},
    required=(
        *(Required(f"fields.{key}", source) for key, source in _WANTED.items()),
        Required("signer", "a named person answers for it"),
    ),
    build=_SHEET.build,
    data=_SHEET.data,
    check=check_regime,
)
