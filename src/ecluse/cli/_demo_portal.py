"""How does the demonstration with the example portal go? Portal and gate as processes, visitors as HTTP clients.

1. invent persons and accounts; write what the gate must know of them;
2. the thief alone, without a gate;
3. the gate, accounts at work, and the same thief with the same password;
4. somebody on call looks, and closes the account; the thief comes again;
5. whom it read, from the ledger, held against what reached the thief;
6. a report; with `keep` portal and gate stay, until Ctrl-C.
"""

import csv
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from ecluse.cli._demo_report import Told, write_report
from ecluse.cli._demo_screen import screen, summary
from ecluse.cli._demo_stage import Stage
from ecluse.cli._demo_watch import Watch
from ecluse.cli._options import print_json
from ecluse.cli._processes import Processes
from ecluse.cli._steps import run_step
from ecluse.model.errors import UnavailableError
from ecluse.reports.text import shell_word

__all__ = ["Wishes", "show_portal"]

_BARE: Final = 5.0
"""Seconds of theft without a gate, or a third of those with it."""
_AGAIN: Final = 2.0
"""Seconds of theft after the account was closed."""


@dataclass(frozen=True)
class Wishes:
    """What the command line says.

    Attributes:
        seconds: of work and theft with the gate.
        keep: leave portal and gate running.
    """

    out: Path
    seed: int
    persons: int
    seconds: float
    keep: bool
    as_json: bool


def show_portal(ctx: click.Context, portal: Path, wishes: Wishes) -> None:
    """Runs it from beginning to end; every process it starts has ended when it returns."""
    with Processes() as processes, tempfile.TemporaryDirectory(prefix="ecluse-") as short:
        stage = Stage(processes, portal, wishes.out, Path(short))
        _Demo(ctx, wishes, stage).run()


class _Demo:
    def __init__(self, ctx: click.Context, wishes: Wishes, stage: Stage) -> None:
        self._ctx, self._wishes, self._stage = ctx, wishes, stage
        self._quiet = wishes.as_json

    def run(self) -> None:
        wishes, stage = self._wishes, self._stage
        self._say(f"Inventing {wishes.persons:,} persons for the portal in examples/portal ...")
        stage.prepare(persons=wishes.persons, seed=wishes.seed)
        bare = self._without()
        watch = self._with()
        self._on_call(watch)
        again = self._again()
        stage.stop("portal", "gate")
        told = self._whom(Told(bare, watch, again, wishes.persons))
        write_report(wishes.out, told, stage.template, stage.password)
        self._end(told)

    def _without(self) -> Watch:
        self._say(
            "\n1. Without a gate. Somebody has the password of one account of a training body."
        )
        self._stage.start_portal(gate=False)
        seconds = min(_BARE, self._wishes.seconds / 3)
        watch = self._watch("bare", seconds=seconds, ordinary=0)
        self._stage.stop("portal")
        self._say(
            f"   In {seconds:.0f} seconds {watch.thief} read {watch.stolen:,} different persons. "
            "Nothing stopped it, nobody was told, and no list of them exists."
        )
        return watch

    def _with(self) -> Watch:
        self._say("\n2. With the gate in front, twenty accounts at work, and the same thief.")
        self._say(f"\n$ ecluse serve {self._stage.serve_words()}")
        self._stage.start_both()
        watch = self._watch("visits", seconds=self._wishes.seconds, ordinary=20, whole=True)
        for line in summary(watch):
            self._say(f"   {line}")
        return watch

    def _on_call(self, watch: Watch) -> None:
        self._say("\n3. Somebody on call looks at the refusal, and closes the account.")
        self._say(
            f"\n$ export {' '.join(f'{n}={shell_word(v)}' for n, v in self._stage.on_call().items())}"
        )
        reason = "hundreds of refused requests in a minute"
        with _environment(self._stage.on_call()):
            if watch.first is not None and watch.first.reference is not None:
                self._step("gate explain", str(watch.first.reference))
            self._step("gate findings")
            self._step("gate hold", watch.thief, "--tree", "--reason", reason)

    def _again(self) -> Watch:
        watch = self._watch("again", seconds=_AGAIN, ordinary=0, whole=True)
        if watch.first is not None:
            self._say(
                f"   {watch.thief} again: {watch.stolen} persons; it reads: {watch.first.title}"
            )
        return watch

    def _whom(self, told: Told) -> Told:
        self._say(
            "\n4. Whom did it read? The ledger holds pseudonyms; the organization knows who is who."
        )
        out = self._wishes.out
        ledger = ["--ledger", str(out / "ledger"), "--account", told.watch.thief]
        listed = [
            "--out",
            str(out / "persons.csv"),
            "--resolve",
            str(out / "gate" / "register.txt"),
        ]
        self._step("exposure", *ledger, *listed)
        self._step("ledger verify", str(out / "ledger"))
        self._stage.name_people()
        with (out / "persons.csv").open(encoding="utf-8", newline="") as file:
            named = {row["identifier"] for row in csv.DictReader(file)}
        reached = self._stage.loot("visits") | self._stage.loot("again")
        told = told.with_lists(named, reached)
        self._say(f"   {told.comparison()}")
        return told

    def _end(self, told: Told) -> None:
        out = self._wishes.out
        if self._wishes.as_json:
            print_json(told.document(out))
        self._say(f"\nLook at {out}/report.html; at {out}/people.csv, the people to tell, by name;")
        self._say(
            f"and at {out}/LOOK.md for the portal in a browser. On logs instead: ecluse demo --logs"
        )
        if self._wishes.keep:
            self._stage.start_both()
            self._say(
                f"\nThe portal is at http://127.0.0.1:{self._stage.port}/ until Ctrl-C. Log in as adviser-01"
            )
            self._say(
                f"with the password {self._stage.password}; the page shows the code of the telephone."
            )
            with suppress(KeyboardInterrupt):
                self._stage.wait()
            self._say("\nEnded.")

    def _watch(self, name: str, *, seconds: float, ordinary: int, whole: bool = False) -> Watch:
        """Lets visitors in, and shows them until they have gone."""
        watch = Watch()
        self._stage.start_visitors(name, seconds=seconds, ordinary=ordinary, whole=whole)
        with screen(self._wishes.persons, quiet=self._quiet) as shown:
            going = True
            while going:
                going = self._stage.are_there()
                for visit in self._stage.visits():
                    turn = watch.feed(visit)
                    if turn is not None:
                        shown.ended(turn)
                shown.show(watch)
                time.sleep(0.1)
            shown.finish(watch)
        if not watch.manners:
            raise UnavailableError(
                "the thief was not let in at all",
                help=f"see `{self._wishes.out}/logs/visitors.log`",
            )
        return watch

    def _step(self, command: str, *arguments: str) -> None:
        run_step(self._ctx, command, *arguments, quiet=self._quiet)

    def _say(self, line: Any) -> None:
        click.echo(line, err=self._quiet)


@contextmanager
def _environment(more: dict[str, str]) -> Iterator[None]:
    """Sets variables as `export` does, for the commands that run meanwhile."""
    before = {name: os.environ.get(name) for name in more}
    os.environ.update(more)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
