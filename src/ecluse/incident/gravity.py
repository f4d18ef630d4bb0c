"""How grave is a breach for the persons? ENISA's method (v1.0, 2013), filled in from an exposure: SE = DPC x EI + CB.

DPC, the context of the data: the gravest class of the categories that were exposed, with the method's adjustments.
EI, ease of identification: that of the category by which a person is told most easily.
CB, circumstances of the breach: confidentiality, integrity and availability, and half a point for malice.

What it gives is a proposal. Each choice says why in English and French, a person may change each, override the level with reasons,
and signs. Practitioners say that the score is a start, not the decision.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ecluse.incident.gravity_words import sentence
from ecluse.model.errors import CallerError
from ecluse.model.exposure import ExposureVersion
from ecluse.model.gravity import (
    CategoryRule,
    Choice,
    Circumstances,
    DataClass,
    Gravity,
    GravityLevel,
    GravityTable,
    Recommendation,
)
from ecluse.model.incident import Signed

__all__ = ["ALLOWED", "CNIL_WORDS", "change", "prefill", "recommend", "rule_of", "score", "sign"]

ALLOWED: Final[dict[str, tuple[float, ...]]] = {
    "dpc_simple": (0, 1, 2, 3, 4),
    "dpc_behavioural": (0, 1, 2, 3, 4),
    "dpc_financial": (0, 1, 2, 3, 4),
    "dpc_sensitive": (0, 1, 2, 3, 4),
    "ei": (0.25, 0.5, 0.75, 1),
    "cb_confidentiality": (0, 0.25, 0.5),
    "cb_integrity": (0, 0.25, 0.5),
    "cb_availability": (0, 0.25, 0.5),
    "cb_malicious": (0, 0.5),
}
"""Every choice of the method, and its values. 0 for a class: none of its data was exposed."""

CNIL_WORDS: Final[dict[GravityLevel, str]] = {
    GravityLevel.LOW: "négligeable",
    GravityLevel.MEDIUM: "limité",
    GravityLevel.HIGH: "important",
    GravityLevel.VERY_HIGH: "maximal",
}
"""The four words of the CNIL's form, in their order. Laying one scale on the other is ours: a person confirms it."""

_CLASSES: Final[tuple[DataClass, ...]] = ("simple", "behavioural", "financial", "sensitive")
_BASE: Final[dict[DataClass, float]] = {"simple": 1, "behavioural": 2, "financial": 3, "sensitive": 4}  # fmt: skip
_MANY: Final = 100


def prefill(exposure: ExposureVersion, table: GravityTable, stated: Circumstances) -> Gravity:
    """Fills the method in from an exposure."""
    names = [count.category for count in exposure.categories]
    rules = [(name, rule_of(name, table)) for name in names]
    choices = [
        *(_class(class_, rules, exposure, table, stated) for class_ in _CLASSES),
        _identification(rules),
        _confidentiality(exposure, stated),
        _choice("cb_integrity", 0, "reads-only"),
        _choice("cb_availability", 0, "reads-only"),
        _malice(stated),
    ]
    flags = []
    if exposure.at_most is None or exposure.at_most > _MANY:
        flags.append("more_than_100")
    if exposure.at_most == 0:
        flags.append("nobody")
    if stated.unintelligible:
        flags.append("unintelligible")
    return score(choices, table, flags=tuple(flags), exposure=(exposure.number, exposure.digest))


def score(
    choices: Sequence[Choice],
    table: GravityTable,
    *,
    flags: tuple[str, ...],
    exposure: tuple[int, str] | None,
) -> Gravity:
    """The score of all choices."""
    value = {choice.name: choice.value for choice in choices}
    assert value.keys() == ALLOWED.keys(), value
    dpc = max(1.0, *(value[f"dpc_{class_}"] for class_ in _CLASSES))
    cb = sum(v for name, v in value.items() if name.startswith("cb_"))
    total = dpc * value["ei"] + cb
    level = GravityLevel(1 + sum(total >= least for least in table.levels))
    return Gravity(dpc, value["ei"], cb, total, level, tuple(choices), flags, exposure)


def change(gravity: Gravity, table: GravityTable, name: str, value: float, *, reasons: str) -> Gravity:  # fmt: skip
    """With one choice as a person makes it; a signature that was there is gone.

    Raises:
        CallerError: when the method has no such choice or value, or no reasons are given.
    """
    if name not in ALLOWED:
        raise CallerError(f"the method has no choice `{name[:40]}`", help=f"choose of {', '.join(ALLOWED)}")  # fmt: skip
    if value not in ALLOWED[name]:
        raise CallerError(f"`{name}` cannot be {value:g}", help=f"its values are {', '.join(f'{v:g}' for v in ALLOWED[name])}")  # fmt: skip
    if not reasons.strip():
        raise CallerError("no reasons are given", help="say with --reasons why the proposal is changed")  # fmt: skip
    changed = Choice(name, float(value), reasons.strip(), by_person=True, reason_fr=reasons.strip())
    choices = [changed if choice.name == name else choice for choice in gravity.choices]
    return score(choices, table, flags=gravity.flags, exposure=gravity.exposure)


def sign(gravity: Gravity, signed: Signed, *, override: GravityLevel | None = None, reasons: str = "") -> Gravity:  # fmt: skip
    """With a person's signature, and the level that they choose against the score.

    Raises:
        CallerError: when the score is overridden without reasons.
    """
    if override is not None and not reasons.strip():
        raise CallerError("the level is changed and no reasons are given", help="say with --reasons why the score is wrong here")  # fmt: skip
    return replace(gravity, signed=signed, override=override, reasons=reasons.strip())


def recommend(gravity: Gravity) -> Recommendation:
    """What the level speaks for: GDPR art. 33 unless a risk is unlikely, art. 34 when it is likely to be high."""
    level = gravity.decided
    hidden, nobody = "unintelligible" in gravity.flags, "nobody" in gravity.flags
    authority = not ((hidden or nobody) and level is GravityLevel.LOW)
    persons = level >= GravityLevel.HIGH and not hidden
    if not authority:
        code = "nobody" if nobody else "unlikely"
    elif persons:
        code = "high-risk"
    else:
        code = "hidden" if hidden and level >= GravityLevel.HIGH else "risk"
    return Recommendation(authority, persons, CNIL_WORDS[level], sentence(code))


def rule_of(category: str, table: GravityTable) -> CategoryRule:
    """What the settings say of a category; `unknown` for one that stands nowhere."""
    word = _plain(category)
    for rule in table.categories:
        if word in {_plain(name) for name in (rule.name, *rule.also)}:
            return rule
    return table.unknown


def _plain(category: str) -> str:
    """Without case, accents and the difference between spaces, `_` and `-`."""
    folded = unicodedata.normalize("NFKD", category.casefold())
    kept = "".join(c for c in folded if not unicodedata.combining(c))
    return "-".join(kept.replace("_", " ").replace("-", " ").split())


def _class(
    class_: DataClass,
    rules: list[tuple[str, CategoryRule]],
    exposure: ExposureVersion,
    table: GravityTable,
    stated: Circumstances,
) -> Choice:
    mine = [(n, r) for n, r in rules if r.class_ == class_ or (class_ == "simple" and r.class_ == "secret")]  # fmt: skip
    name = f"dpc_{class_}"
    if not mine:
        return _choice(name, 0, "no-data")
    listed = ", ".join(sorted(n for n, _ in mine))
    value, rule = max(((r.value or _BASE[class_], r) for _, r in mine), key=lambda pair: pair[0])
    strange = sorted(n for n, r in mine if r is table.unknown)
    choice = _choice(name, value, f"base-{class_}", listed=listed)
    if rule.because:
        choice = _more(choice, dict(rule.because))
    if strange:
        choice = _more(choice, dict(sentence("unknown-category", listed=", ".join(strange))))
    if stated.unintelligible:
        return choice
    raised = _raised(class_, rules, exposure, table, stated)
    if raised is None or raised[0] <= value:
        return choice
    return _more(replace(choice, value=raised[0]), raised[1])


def _raised(
    class_: DataClass,
    rules: list[tuple[str, CategoryRule]],
    exposure: ExposureVersion,
    table: GravityTable,
    stated: Circumstances,
) -> tuple[float, dict[str, str]] | None:
    """The gravest of the method's adjustments upwards that holds."""
    steps: list[tuple[float, str, bool]] = []
    if class_ == "simple":
        reveals = {table.reveals, *(r.reveals for _, r in rules if r.class_ == "simple")}
        steps = [
            (4, "minors", bool(exposure.minors)),
            (4, "protected", bool(exposure.protected)),
            (3, "vulnerable", stated.vulnerable),
            (3, "reveals-sensitive", "sensitive" in reveals),
            (2, "reveals-status", "status" in reveals),
        ]
    elif class_ == "financial":
        steps = [(4, "fraud", any(r.fraud for _, r in rules))]
    number = {"minors": exposure.minors, "protected": exposure.protected}
    listed = ", ".join(sorted(n for n, r in rules if r.fraud))
    for raised, code, holds in steps:
        if holds:
            return raised, dict(sentence(code, number=str(number.get(code)), listed=listed))
    return None


def _identification(rules: list[tuple[str, CategoryRule]]) -> Choice:
    name, value = max(((n, r.identifies) for n, r in rules), key=lambda pair: pair[1], default=("", 0.0))  # fmt: skip
    allowed = min(v for v in ALLOWED["ei"] if v >= value)
    if not name or value <= ALLOWED["ei"][0]:
        return _choice("ei", ALLOWED["ei"][0], "pseudonym")
    return _choice("ei", allowed, "identified" if allowed == 1 else "identifiable", listed=name)


def _confidentiality(exposure: ExposureVersion, stated: Circumstances) -> Choice:
    name = "cb_confidentiality"
    if stated.unintelligible:
        return _choice(name, 0, "nobody-can-read")
    if stated.recipients == "none" or exposure.at_most == 0:
        return _choice(name, 0, "no-recipient")
    if stated.recipients == "known":
        return _choice(name, 0.25, "known-recipients")
    manner = "exported" if exposure.exported else "read"
    return _choice(name, 0.5, f"unknown-recipients-{manner}", number=str(exposure.persons))


def _malice(stated: Circumstances) -> Choice:
    if stated.malicious is None:
        return _choice("cb_malicious", 0.5, "malice-not-stated")
    return _choice("cb_malicious", 0.5, "malice") if stated.malicious else _choice("cb_malicious", 0, "no-malice")  # fmt: skip


def _choice(name: str, value: float, code: str, **words: str) -> Choice:
    text = dict(sentence(code, **words))
    return Choice(name, float(value), text["en"], reason_fr=text["fr"])


def _more(choice: Choice, text: dict[str, str]) -> Choice:
    return replace(
        choice,
        reason=f"{choice.reason}; {text['en']}",
        reason_fr=f"{choice.reason_fr}\N{NO-BREAK SPACE}; {text['fr']}",
    )
