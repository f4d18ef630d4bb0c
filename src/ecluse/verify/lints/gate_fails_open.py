"""While the shared counter is out of reach, or after a loss of power, the gate lets more through."""

from collections.abc import Iterator

from ecluse.model.finding import Severity
from ecluse.model.settings import Failure
from ecluse.model.time import format_duration
from ecluse.verify.lint.contract import Lint, Part, Remark, Sample, Where
from ecluse.verify.lint.inspected import Inspected
from ecluse.verify.lint.samples import SETTINGS

__all__ = ["LINT"]


def _check(inspected: Inspected) -> Iterator[Remark]:
    settings = inspected.settings
    if not settings.durable:
        yield Remark(
            Where(Part.SETTINGS, ("durable",)),
            f"a loss of power may forget what was released in the last {_short(settings.loss)}: those persons are counted by nobody",
            "write `durable: true`, or keep it and know that it adds to the loss bound",
        )
    counter = settings.counter
    if counter is not None and counter.when_unreachable is Failure.PERMIT:
        more = ", ".join(f"{w.limit:,} in {format_duration(w.length)}" for w in counter.allowance)
        yield Remark(
            Where(Part.SETTINGS, ("counter", "when_unreachable")),
            f"while the shared counter is out of reach, each account may read {more} more through each of {len(counter.gates)} gates",
            "write `when_unreachable: deny`, or keep it and know that it adds to the loss bound",
        )


def _short(micros: int) -> str:
    return f"{micros // 1000} ms" if micros % 1_000_000 else format_duration(micros)


_BAD = (
    f"{SETTINGS}counter:\n  redis: rediss://redis.example.org:6379/0\n  gates: [north, south]\n"
    "  gate: north\n  when_unreachable: permit\n  allowance: {10m: 5, 24h: 20}\n"
)

LINT = Lint(
    title="A gate that fails open",
    severity=Severity.LOW,
    what="`when_unreachable: permit`, or `durable: false`: the operator chose that work goes on while something fails. The finding says what it costs.",
    why="Whoever can disturb the counter or the power chooses when the limits are wider. It may be the right choice; it should be a known one.",
    source="promise of the project: the failure mode is written by the operator, recorded, and added to the bound",
    needs=frozenset({Part.SETTINGS}),
    check=_check,
    bad=Sample(settings=_BAD),
    good=Sample(settings=_BAD.replace("permit\n  allowance: {10m: 5, 24h: 20}", "deny")),
)
