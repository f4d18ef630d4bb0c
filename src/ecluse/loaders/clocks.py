"""What does the file of the clocks say? Settings, or every fault of the file with its place."""

import re
from typing import Final
from zoneinfo import ZoneInfo

from ecluse.loaders.clocks_schema import CLOCK_NAME, CLOCKS, DUE, KINDS
from ecluse.loaders.located import Fault, Fields, Kind, Node, Reader, quote, scalars, suggest
from ecluse.model.clock import Clock, ClockSettings, Regime

__all__ = ["load_clocks"]

_NAME: Final = re.compile(CLOCK_NAME)
_DUE: Final = re.compile(DUE)
_DEFS: Final = CLOCKS["$defs"]


def load_clocks(text: bytes | str, *, file: str) -> ClockSettings:
    """Reads the file of the clocks.

    Raises:
        ConfigError: with every fault of the file.
    """
    reader = Reader(text, file=file)
    top = Fields(reader, reader.root, CLOCKS["properties"], what="the file of the clocks")
    if top.integer("version", 1, required=True) != 1:
        reader.note(top.place("version"), "this version is not known", "write `version: 1`")
    zone = top.get("zone", _zone, "UTC", required=True)
    regimes = _regimes(top)
    clocks: list[Clock] = []
    seen: dict[str, int] = {}
    for node in top.items("clocks", required=True):
        fields = Fields(reader, node, _DEFS["clock"]["properties"], what="a clock")
        clock = _clock(fields, [regime.name for regime in regimes])
        if clock is None:
            continue
        if clock.name in seen:
            reader.note(fields.place("name"), f"{quote(clock.name)} is the name of two clocks", f"it is already on line {seen[clock.name]}")  # fmt: skip
        seen.setdefault(clock.name, node.line)
        clocks.append(clock)
    reader.raise_if_issues()
    return ClockSettings(zone, regimes, tuple(clocks))


def _regimes(top: Fields) -> tuple[Regime, ...]:
    found = []
    for key, node in top.entries("regimes", required=True):
        fields = Fields(top.reader, node, _DEFS["regime"]["properties"], what="a regime")
        on = fields.boolean("enabled", default=True, required=True)
        reason = fields.string("reason", "")
        if not _NAME.fullmatch(key.text):
            top.reader.note(key, f"{quote(key.text)} is no name of small letters, digits and `_`")
        if not on and not reason and node.kind is Kind.MAPPING:
            top.reader.note(node, f"regime {quote(key.text)} is off without a reason", "say why: an authority will ask")  # fmt: skip
        found.append(Regime(key.text, on, reason))
    return tuple(found)


def _clock(fields: Fields, regimes: list[str]) -> Clock | None:
    name = fields.string("name", None, required=True, pattern=_NAME, shape="a name of small letters, digits and `_`")  # fmt: skip
    regime = fields.string("regime", None, required=True)
    if regime is not None and regime not in regimes:
        advice = suggest(regime, regimes) or f"the regimes are {', '.join(regimes)}"
        fields.reader.note(fields.place("regime"), f"there is no regime {quote(regime)}", advice)
    law = fields.string("law", "", required=True)
    begins = fields.words("from", KINDS, required=True)
    hours, months = fields.get("due", _length, (None, None), required=True)
    met_by = fields.word("met_by", KINDS, None, required=True)
    waived_by, only_if = fields.strings("waived_by"), fields.strings("only_if")
    text = fields.fields("text", ("en", "fr"), what="the text of a clock", required=True)
    texts = () if text is None else tuple((language, text.string(language, "", required=True)) for language in ("en", "fr"))  # fmt: skip
    if met_by is not None and met_by in begins:
        fields.reader.note(fields.place("met_by"), f"{quote(met_by.value)} would start and stop the clock at once", "write what has to be done")  # fmt: skip
    if name is None or regime is None or met_by is None or not begins:
        return None
    return Clock(name, regime, begins, met_by, law, texts, hours, months, waived_by, only_if)


def _length(node: Node) -> tuple[int | None, int | None]:
    written = scalars.text(node)
    found = _DUE.fullmatch(written)
    if found is None:
        raise Fault(f"{quote(written)} is no length of a clock", "write hours or months: 72h, 1 month")  # fmt: skip
    return (int(found[1]), None) if found[1] else (None, int(found[2]))


def _zone(node: Node) -> str:
    written = scalars.text(node)
    try:
        ZoneInfo(written)
    except (ValueError, OSError, KeyError):
        raise Fault(f"{quote(written)} is no time zone", "write it as in the IANA database, such as Europe/Paris") from None  # fmt: skip
    return written
