"""`ecluse ledger`: makes, verifies, questions, proves, signs, seals and prunes the ledger."""

import hashlib
from pathlib import Path
from typing import Any

import click

from ecluse.cli._asked import record_question
from ecluse.cli._options import TEXT, TextPath, counted, json_option, print_json, say
from ecluse.cli._rows import print_answer

__all__ = ["command"]

_FOLDER = TextPath(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
_ledger = click.argument("ledger", type=_FOLDER)
_keys = click.option("--keys", type=_FOLDER, help="Folder of the keys, when it is not LEDGER/keys.")


@click.group()
def command() -> None:
    """Makes, verifies, questions, proves, signs, seals and prunes the ledger.

    \b
    Examples:
      ecluse ledger init evidence
      ecluse ledger init gate-2/evidence --pseudonym-key gate-1/evidence/keys/pseudonym.key
      ecluse ledger verify evidence --witnessed mailbox/2026-11.note
      ecluse ledger query evidence 'SELECT account, count(*) FROM entries GROUP BY ALL ORDER BY 2 DESC LIMIT 10'
      ecluse ledger prove evidence 1204 > entry-1204.json
      ecluse ledger verifier > verify.py && python3 verify.py entry-1204.json
    """  # noqa: D301 - click reads it


@command.command()
@_ledger
@_keys
@click.option(
    "--origin",
    type=TEXT,
    default="",
    help="Name of the checkpoints, such as ledger.example.org/kairos.",
)
@click.option(
    "--months",
    default=12,
    show_default=True,
    help="How long persons stay: 6 to 12, up to 36 with --reason.",
)
@click.option(
    "--reason", type=TEXT, default="", help="Why longer than 12 months (CNIL 2021-122, 19)."
)
@click.option(
    "--pseudonym-key",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File pseudonym.key of another gate's ledger, to be copied: both then name a person alike.",
)
@json_option
def init(  # noqa: PLR0917 - click passes them by name
    ledger: Path, keys: Path | None, origin: str, months: int, reason: str, pseudonym_key: Path | None, as_json: bool
) -> None:  # fmt: skip
    """Makes a ledger in the folder LEDGER, with its keys."""
    from ecluse.ledgers.directory import DirectoryLedger

    with DirectoryLedger.create(
        ledger, keys=keys, origin=origin, months=months, reason=reason, pseudonym_key=pseudonym_key
    ) as made:
        key, name = str(made.layout.read_public_key()), made.page.origin
        fingerprint = made.page.fingerprint
    folder = keys or ledger / "keys"
    if as_json:
        print_json(
            {
                "ledger": str(ledger),
                "origin": name,
                "key": key,
                "keys": str(folder),
                "pseudonym_key": fingerprint,
                "months": months,
            }
        )
        return
    click.echo(
        f"ledger   {ledger}\norigin   {name}\nkeys     {folder}  (secret: back them up apart from the ledger)"
    )
    click.echo(
        f"persons  named by the pseudonym key {fingerprint}\nverifier {key}\n\nGive the verifier key to those who will check the ledger, by another way than the ledger."
    )


@command.command()
@_ledger
@_keys
@click.option(
    "--key", "trusted", type=TEXT, help="Verifier key obtained elsewhere, or a file that holds it."
)
@click.option(
    "--witnessed", multiple=True, type=_FILE, help="A checkpoint kept outside; may be repeated."
)
@json_option
@click.pass_context
def verify(  # noqa: PLR0917 - click passes them by name
    ctx: click.Context,
    ledger: Path,
    keys: Path | None,
    trusted: str | None,
    witnessed: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Recomputes every entry and signature of LEDGER; exit code 5 names the first entry that is wrong."""
    from ecluse.cli._progress import counting
    from ecluse.ledgers.verify import verify as run

    notes = [_note(path) for path in witnessed]
    with counting("verifying", "entries") as step:
        result = run(ledger, keys=keys, trusted=_trusted(trusted), witnessed=notes, step=step)
    if as_json:
        print_json(_verification(result))
    else:
        _show_verification(result)
    ctx.exit(0 if result.holds else 5)


@command.command()
@_ledger
@click.argument("sql", type=TEXT)
@_keys
@click.option("--csv", "as_csv", is_flag=True, help="Print comma-separated values.")
@json_option
def query(ledger: Path, sql: str, keys: Path | None, as_csv: bool, as_json: bool) -> None:
    """Answers one SELECT over the views `entries` and `shown`; the query itself is recorded in the ledger.

    `shown` has one row for each person in each access whose data left, without those who were reserved and taken back.
    Persons are pseudonyms (BLOB, 16 bytes). `at` is in microseconds and, like `window` and `limit`, a word
    of SQL: write "at" in double quotes, or use `time`.
    """
    from ecluse.ledgers.query import run
    from ecluse.ledgers.reader import take_snapshot

    answer = run(take_snapshot(ledger), sql)
    record_question(ledger, keys, "query", {"sql_sha256": hashlib.sha256(sql.encode()).hexdigest()})
    print_answer(answer, as_json=as_json, as_csv=as_csv)


@command.command()
@_ledger
@click.argument("seq", type=int, required=False)
@click.option(
    "--since", type=_FILE, help="Prove that this checkpoint, kept outside, begins the ledger."
)
@click.option(
    "--without-persons",
    is_flag=True,
    help="Give a commitment instead of persons, session and source.",
)
@json_option
def prove(
    ledger: Path, seq: int | None, since: Path | None, without_persons: bool, as_json: bool
) -> None:
    """Prints the proof of entry SEQ, or with --since that nothing was rewritten, for the stand-alone verifier."""
    from ecluse.ledgers.prove import prove_consistency, prove_inclusion
    from ecluse.model.errors import CallerError

    del as_json  # the bundle is JSON in any case
    if (seq is None) == (since is None):
        raise CallerError("say which entry to prove, or with --since which checkpoint")
    if since is not None:
        print_json(prove_consistency(ledger, _note(since)))
    elif seq is not None:
        print_json(prove_inclusion(ledger, seq, without_persons=without_persons))


@command.command()
@_ledger
@_keys
@json_option
def checkpoint(ledger: Path, keys: Path | None, as_json: bool) -> None:
    """Signs the present state of LEDGER and prints the note, to be kept by a witness outside."""
    from ecluse.ledgers.directory import DirectoryLedger

    with DirectoryLedger(ledger, keys=keys) as opened:
        note, size = opened.checkpoint(), opened.size
    if as_json:
        print_json({"size": size, "note": note})
    else:
        click.echo(note, nl=False)


@command.command()
@_ledger
@_keys
@click.option(
    "--accept-loss",
    type=TEXT,
    default="",
    help="Why the ledger is opened although acknowledged entries are missing; recorded.",
)
@json_option
def seal(ledger: Path, keys: Path | None, accept_loss: str, as_json: bool) -> None:
    """Moves the entries of the write-ahead log into a segment under a signed checkpoint."""
    from ecluse.ledgers.directory import DirectoryLedger

    with DirectoryLedger(ledger, keys=keys, accept_loss=accept_loss) as opened:
        repairs, manifest, size = list(opened.repairs), opened.seal(), opened.size
    sealed = manifest.count if manifest else 0
    if as_json:
        print_json({"sealed": sealed, "entries": size, "repairs": repairs})
        return
    for repair in repairs:
        say(f"repaired: {repair}", err=True)
    click.echo(f"{counted(sealed, 'entry', 'entries')} sealed; the ledger holds {size:,}")


@command.command()
@_ledger
@_keys
@click.option(
    "--months",
    type=int,
    help="Change the retention of the ledger: 6 to 12, up to 36 with --reason.",
)
@click.option(
    "--reason",
    type=TEXT,
    default="",
    help="Why longer than 12 months (CNIL 2021-122, 19); recorded in the ledger.",
)
@json_option
def retain(ledger: Path, keys: Path | None, months: int | None, reason: str, as_json: bool) -> None:
    """Destroys persons, sessions and sources in entries older than the retention; the tree still verifies."""
    from ecluse.ledgers.directory import DirectoryLedger, system_time
    from ecluse.ledgers.retention import retain as run
    from ecluse.model.time import format_instant

    with DirectoryLedger(ledger, keys=keys) as opened:
        done = run(opened, system_time(), months=months, reason=reason)
    before = format_instant(done.before)
    if as_json:
        print_json(
            {
                "before": before,
                "months": done.months,
                "entries": done.entries,
                "segments": list(done.segments),
            }
        )
        return
    click.echo(
        f"{counted(done.entries, 'entry', 'entries')} older than {before} ({done.months} months) lost their persons, "
        f"in {counted(len(done.segments), 'segment')}"
    )


@command.command()
@_ledger
@json_option
def show(ledger: Path, as_json: bool) -> None:
    """Says what LEDGER holds: entries, segments, retention, last checkpoint."""
    from ecluse.ledgers.notes import read_notes
    from ecluse.ledgers.reader import take_snapshot
    from ecluse.model.time import format_instant

    snapshot = take_snapshot(ledger)
    key = snapshot.layout.read_public_key()
    page = snapshot.layout.read_first_page(key)
    notes, _ = read_notes(snapshot.layout.checkpoints, key, page.origin)
    ends = [(m.min_at, m.max_at) for m in snapshot.manifests]
    if len(snapshot.tail):
        times = snapshot.tail["at"].to_pylist()
        ends.append((min(times), max(times)))
    facts: dict[str, Any] = {
        "origin": page.origin,
        "created": page.created,
        "key": str(key),
        "pseudonym_key": page.fingerprint,
        "entries": snapshot.size,
        "sealed": snapshot.sealed,
        "segments": len(snapshot.manifests),
        "first_at": format_instant(min(low for low, _ in ends)) if ends else None,
        "last_at": format_instant(max(high for _, high in ends)) if ends else None,
        "persons_destroyed": sum(m.destroyed.get("count", 0) for m in snapshot.manifests),
        "retention_months": page.months,
        "retention_reason": page.reason,
        "last_checkpoint": {"size": notes[-1].checkpoint.size, "at": notes[-1].checkpoint.at}
        if notes
        else None,
    }
    if as_json:
        print_json(facts)
        return
    for name, value in facts.items():
        say(f"{name.replace('_', ' '):18} {'-' if value in (None, '') else value}")


@command.command()
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print the script as the member `script` of one JSON document.",
)
def verifier(as_json: bool) -> None:
    """Prints the stand-alone verifier, a script that needs Python alone."""
    from importlib import resources

    script = (
        resources.files("ecluse.ledgers.standalone")
        .joinpath("verify_ecluse.py")
        .read_text(encoding="utf-8")
    )
    if as_json:
        print_json({"script": script})
    else:
        click.echo(script, nl=False)


def _note(path: Path) -> str:
    from ecluse.model.errors import CallerError

    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise CallerError(
            f"`{path}` is not a checkpoint: it is not text",
            help="give a note that `ecluse ledger checkpoint` printed",
        ) from None


def _trusted(text: str | None) -> Any:
    from ecluse.merkle.note import parse_verifier_key
    from ecluse.model.errors import CallerError

    if text is None:
        return None
    path = Path(text)
    try:
        return parse_verifier_key(path.read_text(encoding="utf-8") if path.is_file() else text)
    except (ValueError, OSError) as error:
        raise CallerError(f"--key: {error}") from None


def _verification(result: Any) -> dict[str, Any]:
    return {
        "holds": result.holds,
        "entries": result.entries,
        "segments": result.segments,
        "checkpoints": result.checkpoints,
        "root": result.root,
        "faults": [
            {"seq": fault.seq, "file": fault.file, "what": fault.what} for fault in result.faults
        ],
        "persons_destroyed": [
            {"first": d.first, "last": d.last, "count": d.count, "on": d.on, "before": d.before}
            for d in result.destroyed
        ],
        "notices": result.notices,
    }


def _show_verification(result: Any) -> None:
    for fault in result.faults[:20]:
        where = f"entry {fault.seq}" if fault.seq is not None else "ledger"
        say(f"WRONG  {where} · {fault.file}: {fault.what}")
    if len(result.faults) > 20:
        click.echo(f"       and {len(result.faults) - 20} more")
    for gone in result.destroyed:
        click.echo(
            f"retained only: {gone.count} of the entries {gone.first} to {gone.last}: persons destroyed on {gone.on} "
            f"(older than {gone.before}); leaf hashes and all other fields verify, persons cannot be recomputed"
        )
    for notice in result.notices:
        say(f"notice: {notice}")
    verdict = "holds" if result.holds else "DOES NOT HOLD"
    click.echo(
        f"the ledger {verdict}: {counted(result.entries, 'entry', 'entries')}, "
        f"{counted(result.segments, 'segment')}, {counted(result.checkpoints, 'checkpoint')}"
    )
    click.echo(f"root {result.root}")
