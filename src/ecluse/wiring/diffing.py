"""What does a comparison of two policy files need from outside? The files and the day."""

from dataclasses import dataclass
from pathlib import Path

from ecluse.engine.scaling import scaled
from ecluse.engine.standing import Standing
from ecluse.ledgers.directory import system_time as now
from ecluse.loaders.adversary import load_adversaries
from ecluse.loaders.estate import load_estate
from ecluse.loaders.policy import load_policy
from ecluse.model.adversary import Adversary
from ecluse.model.difference import Difference
from ecluse.model.estate import Estate
from ecluse.model.policy import PolicySet
from ecluse.model.settings import Settings
from ecluse.sources.written import read_written
from ecluse.verify.bound import standard_adversaries
from ecluse.verify.diff import compare

__all__ = ["DiffFiles", "Two"]


@dataclass(frozen=True, slots=True)
class Two:
    """Everything that a comparison is made of.

    Attributes:
        before, after: the sets as people wrote them.
        at: the day, microseconds.
    """

    before: PolicySet
    after: PolicySet
    estate: Estate
    adversaries: tuple[Adversary, ...]
    at: int

    def compare(self, horizons: tuple[int, ...]) -> Difference:
        """Compares them as a gate enforces them today: with the further budgets of applications on their way out."""
        standing, retire = Standing(self.estate), Settings().retire
        return compare(
            scaled(self.before, standing, self.at, retire=retire),
            scaled(self.after, standing, self.at, retire=retire),
            self.estate,
            self.adversaries,
            horizons,
            written=(self.before, self.after),
            now=self.at,
        )


@dataclass(frozen=True, slots=True)
class DiffFiles:
    """The files of a comparison, as the command line names them."""

    before: Path
    after: Path
    estate: Path
    adversary: Path | None = None

    def open(self) -> Two:
        """Reads them all.

        Raises:
            ConfigError: with every fault of the first file that has any.
        """
        at = now()
        estate = load_estate(read_written(self.estate), file=str(self.estate), now=at)
        sets = [
            load_policy(read_written(p), file=str(p), estate=estate)
            for p in (self.before, self.after)
        ]
        adversaries = (
            standard_adversaries(estate)
            if self.adversary is None
            else load_adversaries(
                read_written(self.adversary), file=str(self.adversary), estate=estate
            )
        )
        return Two(sets[0], sets[1], estate, adversaries, at)
