"""Which clocks of the law run in an incident? Settings: hours and thresholds change with the law, so none is in the code."""

from dataclasses import dataclass

from ecluse.model.incident import InstantKind

__all__ = ["Clock", "ClockSettings", "Regime"]


@dataclass(frozen=True, slots=True)
class Regime:
    """A law that is switched on or off as a whole.

    Attributes:
        reason: why it is on or off; asked for when it is off.
    """

    name: str
    on: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock.

    Attributes:
        begins: the earliest of these instants starts it.
        hours, months: its length, one of the two; months are calendar months in the settings' zone.
        met_by: the instant that stops it.
        law: the article.
        waived_by: a decision on one of these that says `no` stops it, such as `notify_authority`.
        only_if: it runs only once these are decided with `yes`, such as `nis2_significant`.
        text: what has to be done, by language.
    """

    name: str
    regime: str
    begins: tuple[InstantKind, ...]
    met_by: InstantKind
    law: str
    text: tuple[tuple[str, str], ...]
    hours: int | None = None
    months: int | None = None
    waived_by: tuple[str, ...] = ()
    only_if: tuple[str, ...] = ()

    def in_(self, language: str) -> str:
        """What has to be done, in `fr` or `en`."""
        return dict(self.text)[language]


@dataclass(frozen=True, slots=True)
class ClockSettings:
    """All clocks, the regimes that they belong to, and the zone in which people read them."""

    zone: str
    regimes: tuple[Regime, ...]
    clocks: tuple[Clock, ...]

    def regime(self, name: str) -> Regime:
        """The regime of a clock."""
        return next(regime for regime in self.regimes if regime.name == name)
