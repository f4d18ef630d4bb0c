"""D4: the early warning to the CSIRT within 24 hours (NIS 2 art. 23(4)(a)): is it malicious, does it cross borders?"""

from typing import Final

from ecluse.notices.nis2_fields import check_regime, entity, impact, timing
from ecluse.notices.notice import Notice, Required
from ecluse.notices.sheet import Sections, Sheet
from ecluse.notices.voice import Voice

__all__ = ["NOTICE", "fill"]

_LAW: Final = "directive (EU) 2022/2555 art. 23(4)(a)"
_WANTED: Final = {"instant_aware": _LAW, "malicious": _LAW, "cross_border": _LAW}


def fill(say: Voice) -> Sections:
    """Who, when, and the two questions of the law."""
    stated = say.affair.statement
    said = impact(say)
    suspected = {
        "malicious": say.yes(stated.malicious),
        "cross_border": said["cross_border"],
        "services": said["services"],
        "precision": said["precision"],
        "facts": say.both(stated.facts),
    }
    return {**entity(say), **timing(say), "suspected": suspected}


_SHEET: Final = Sheet("nis2_early", "nis2", fill, _WANTED)

NOTICE: Final = Notice(
    name="nis2_early",
    title={"fr": "NIS 2 : alerte précoce (24 heures)", "en": "NIS 2: early warning (24 hours)"},
    required=(
        *(Required(f"fields.{key}", source) for key, source in _WANTED.items()),
        Required("signer", "a named person answers for it"),
    ),
    build=_SHEET.build,
    data=_SHEET.data,
    check=check_regime,
)
