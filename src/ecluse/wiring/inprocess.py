"""How does an application open a gate in its own process?"""

from pathlib import Path

from ecluse.engine.evaluate import Engine
from ecluse.engine.scaling import scaled
from ecluse.engine.standing import Standing
from ecluse.ledgers.directory import DirectoryLedger
from ecluse.model.policy import PolicySet
from ecluse.model.settings import Settings
from ecluse.runners.adoption import Adoption
from ecluse.runners.embedded import Decider
from ecluse.runners.inprocess import InProcessGate
from ecluse.service.acts import replay_acts
from ecluse.service.gatekeeper import Gatekeeper
from ecluse.service.rebuild import rebuild
from ecluse.wiring import now, open_rules

__all__ = ["open_gate"]

_SEAL_AT = 65_536


def open_gate(
    ledger: str | Path,
    *,
    policy: str | Path | None = None,
    estate: str | Path | None = None,
    settings: Settings | None = None,
) -> InProcessGate:
    """Opens a gate for an application of one process; close it at the end.

    Args:
        ledger: folder of the ledger, made when it does not exist; this process is its only writer.
        policy: policy file; the shipped set when left out.
        estate: estate file.
        settings: contact, step-up and the like; what concerns sockets, clients, channels and honey records has no meaning here.

    Raises:
        ConfigError, SourceError: when a file is wrong.
        IntegrityError: when the ledger does not verify.
        UnavailableError: when another process writes it.
    """
    rules = open_rules(
        None if policy is None else Path(policy), None if estate is None else Path(estate)
    )
    said, folder = settings or Settings(), Path(ledger)
    new = not folder.exists() or not any(folder.iterdir())
    opened = (DirectoryLedger.create if new else DirectoryLedger)(
        folder, relaxed=not said.durable, seal_at=None
    )
    try:
        standing = Standing(rules.estate)
        holds = replay_acts(opened, standing, rules.directory)
        policies = scaled(rules.policies, standing, now(), retire=said.retire)

        def again(wanted: PolicySet) -> tuple[Engine, int]:
            return rebuild(wanted, opened, now=now())

        engine, _ = again(policies)
    except BaseException:
        opened.close()
        raise
    engine.holds |= holds
    keeper = Gatekeeper(
        ledger=opened, directory=rules.directory, standing=standing, policies=policies, settings=said, now=now
    )  # fmt: skip
    decider = Decider(keeper, Adoption(engine, again))
    return InProcessGate(decider, seal=lambda: opened.seal_behind(at_least=_SEAL_AT))
