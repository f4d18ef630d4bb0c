"""What does a bound need from outside? The files, the day, and what the gate's own settings change."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ecluse.engine.scaling import scaled
from ecluse.engine.standing import Standing
from ecluse.ledgers.directory import system_time as now
from ecluse.loaders.adversary import load_adversaries
from ecluse.loaders.estate import load_estate
from ecluse.loaders.settings import load_settings
from ecluse.model.adversary import Adversary, Stolen
from ecluse.model.bound import Bound
from ecluse.model.estate import Estate
from ecluse.model.policy import PolicySet
from ecluse.model.settings import Settings
from ecluse.sources.written import read_written
from ecluse.verify.bound import STANDARD_HORIZONS, bound, standard_adversaries
from ecluse.verify.bound.relaxing import relaxed
from ecluse.wiring import open_policies

__all__ = ["BoundFiles", "Question", "one_account_bounds"]


@dataclass(frozen=True, slots=True)
class Question:
    """Everything that a bound is computed from.

    Attributes:
        policies: as the gate enforces them today: with the further budgets of applications on their way out.
        at: the day, microseconds.
    """

    policies: PolicySet
    estate: Estate
    adversaries: tuple[Adversary, ...]
    settings: Settings
    at: int

    def answer(self, adversary: Adversary, horizons: tuple[int, ...]) -> Bound:
        """The bound of one adversary, with what relaxed settings of the gate add to it."""
        plain = bound(self.policies, self.estate, adversary, horizons, now=self.at)
        return relaxed(plain, self.policies, self.estate, self.settings, now=self.at)


@dataclass(frozen=True, slots=True)
class BoundFiles:
    """The files of a bound, as the command line names them; None for what ships with Ecluse, or for nothing."""

    policy: Path | None
    estate: Path
    adversary: Path | None = None
    settings: Path | None = None

    def open(self) -> Question:
        """Reads them all.

        Raises:
            ConfigError: with every fault of the first file that has any.
        """
        at = now()
        estate = load_estate(read_written(self.estate), file=str(self.estate), now=at)
        policies = open_policies(self.policy, estate)
        settings = (
            Settings()
            if self.settings is None
            else load_settings(read_written(self.settings), file=str(self.settings))
        )
        adversaries = (
            standard_adversaries(estate)
            if self.adversary is None
            else load_adversaries(
                read_written(self.adversary), file=str(self.adversary), estate=estate
            )
        )
        enforced = scaled(policies, Standing(estate), at, retire=settings.retire)
        return Question(enforced, estate, adversaries, settings, at)


def one_account_bounds(
    policies: PolicySet, estate: Estate, kinds: Sequence[str]
) -> tuple[Bound, ...]:
    """The loss bound for one stolen account, for each kind of the estate among those named."""
    known = {kind.id for kind in estate.kinds}
    thieves = [Adversary(f"one-{kind}", (Stolen(kind=kind),)) for kind in kinds if kind in known]
    return tuple(bound(policies, estate, thief, STANDARD_HORIZONS, now=now()) for thief in thieves)
