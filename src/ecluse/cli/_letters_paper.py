"""`ecluse letters show`, `postal`, `proof`, `answer`, `attestation`, `drop`: one person's letter, and letters on paper."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecluse.cli._letters_options import (
    FILE,
    FOLDER,
    bar,
    by_option,
    letters_options,
    name_of,
    row_of,
)
from ecluse.cli._options import TEXT, counted, print_json, say
from ecluse.cli._output import check_output, whole

if TYPE_CHECKING:
    from ecluse.model.letter import LetterRow
    from ecluse.reports.document.blocks import Document
    from ecluse.wiring.lettering import LetterDesk

__all__ = ["COMMANDS"]

_letter = click.argument("letter", type=TEXT)


@click.command()
@letters_options
@_letter
@click.option("--out", type=FILE, required=True, help="File to write: .pdf, .html, .txt or .eml.")
def show(*, register: Path, incident: str, letter: str, out: Path, as_json: bool) -> None:
    """Writes one LETTER as its person gets it, by reference or by person: as PDF, as page, as text, or as the mail itself.

    \b
    Examples:
      ecluse letters show --register register --incident 2026-0001 7K3F-9QWX-M2TD --out letter.pdf
      ecluse letters show --register register --incident 2026-0001 7K3F-9QWX-M2TD --out letter.eml
    """  # noqa: D301 - click reads it
    from hashlib import sha256

    from ecluse.wiring.lettering import open_desk

    check_output(out)
    with open_desk(register, incident) as desk:
        row = row_of(desk, letter)
        content = _content(desk, row, out.suffix.lower())
    with whole(out) as unfinished:
        unfinished.write_bytes(content)
        unfinished.chmod(0o600)
    if as_json:
        print_json({"incident": incident, "person": row.person.hex(), "file": str(out), "sha256": sha256(content).hexdigest()})  # fmt: skip
    else:
        say(f"letter: {out}", err=True)


def _content(desk: "LetterDesk", row: "LetterRow", suffix: str) -> bytes:
    from ecluse.model.errors import CallerError
    from ecluse.reports.document.mail_form import as_html, as_text
    from ecluse.reports.document.mail_message import Sender

    document = desk.build(row.wording, desk.outbox.personal(row.person, row.seen))
    if suffix == ".pdf":
        try:
            return desk.printed(desk.press(), row)
        except ValueError as error:
            raise CallerError(f"the letter cannot be printed: {error}", help="shorten the address in the file of names") from None  # fmt: skip
    if suffix == ".html":
        return as_html(document).encode()
    if suffix == ".txt":
        return as_text(document).encode()
    if suffix == ".eml" and row.mail:
        sender = Sender(desk.affair.controller.name, "sender@example.org", "sender@example.org")
        return desk.mails(sender)(row, desk.outbox.message_id(row, sender.domain), desk.affair.made_at)  # fmt: skip
    raise CallerError(f"`{suffix or 'no ending'}` is no form of a letter, or the person has no mail address", help="end the name in .pdf, .html, .txt or .eml")  # fmt: skip


@click.command()
@letters_options
@by_option
@click.option("--out", type=FOLDER, required=True, help="Folder for the packages; made when it is not there.")  # fmt: skip
@click.option("--batch", type=click.IntRange(1, 10_000), default=500, show_default=True, help="Letters in a package.")  # fmt: skip
def postal(
    *, register: Path, incident: str, by: str | None, out: Path, batch: int, as_json: bool
) -> None:
    """Writes the released letters that go by post, for the postal provider: ZIP files of single PDFs with a list.

    Each package has `letters.csv` (file, pages, SHA-256, reference, name, address) and `manifest.json`. Killed and run again it
    writes no letter into two packages.

    \b
    Example:
      ecluse letters postal --register register --incident 2026-0001 --out post --batch 1000
    """  # noqa: D301 - click reads it
    from ecluse.registers.postal import export_post
    from ecluse.wiring.lettering import now, open_desk

    who = name_of(by)
    with open_desk(register, incident) as desk:
        desk.check_released()
        total, done = desk.outbox.count().get("post", 0), 0
        press = desk.press()
        with bar("printing letters") as moved:

            def more(number: int) -> None:
                nonlocal done
                done += number
                moved(done, total)

            packages = export_post(
                desk.outbox,
                out,
                printed=lambda row: (desk.printed(press, row), press.pages(row.wording)),
                batch=batch,
                at=now,
                by=who,
                moved=more,
            )
        if packages:
            desk.folder.append("letters_posted", {"packages": [{"file": Path(p["file"]).name, "letters": p["letters"], "sha256": p["sha256"]} for p in packages]}, by=who, at=now())  # fmt: skip
    unfit = sum(p["unfit"] for p in packages)
    if as_json:
        print_json({"incident": incident, "packages": packages, "letters": sum(p["letters"] for p in packages), "unfit": unfit})  # fmt: skip
        return
    say(f"{incident}: {counted(sum(p['letters'] for p in packages), 'letter')} in {counted(len(packages), 'package')}")  # fmt: skip
    if total - sum(p["letters"] for p in packages):
        say("  some addresses do not fit into the window: `ecluse letters status --list failed`")


@click.command()
@letters_options
@click.argument("letter", type=TEXT, required=False)
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True, help="Of the document.")  # fmt: skip
@click.option("--out", type=FILE, help="Write the document (.pdf or .html), or for all letters a table (.csv).")  # fmt: skip
def proof(
    *,
    register: Path,
    incident: str,
    letter: str | None,
    language: str,
    out: Path | None,
    as_json: bool,
) -> None:
    """Proves what was sent to the person of LETTER: hash, instants, ways, the server's answers. Without LETTER, for everybody as a table.

    \b
    Examples:
      ecluse letters proof --register register --incident 2026-0001 7K3F-9QWX-M2TD --out proof.pdf
      ecluse letters proof --register register --incident 2026-0001 --out proofs.csv
    """  # noqa: D301 - click reads it
    from ecluse.model.errors import CallerError
    from ecluse.notices.letter_proof import proof_data, proof_document
    from ecluse.wiring.lettering import now, open_desk

    if out is not None:
        check_output(out)
    with open_desk(register, incident) as desk:
        if letter is None:
            if out is None or out.suffix != ".csv":
                raise CallerError("name a letter, or a table to write", help="give a reference or a person, or --out proofs.csv")  # fmt: skip
            number = _proofs(desk, out)
            print_json({"incident": incident, "file": str(out), "lines": number}) if as_json else say(f"proofs: {out}", err=True)  # fmt: skip
            return
        row = row_of(desk, letter)
        personal = desk.outbox.personal(row.person, row.seen)
        attempts, digest = desk.outbox.attempts(row.person), desk.release()
        data = proof_data(desk.affair, row, personal, attempts, digest=digest.digest, released_by=(digest.agreed_by, digest.released_by))  # fmt: skip
        document = proof_document(desk.affair, data, language=language, at=now())
    if out is not None:
        _write_document(document, out)
    if as_json or out is None:
        print_json(data)
    else:
        say(f"proof: {out}", err=True)


def _proofs(desk: "LetterDesk", out: Path) -> int:
    import csv

    number = 0
    with whole(out) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as file:
        unfinished.chmod(0o600)
        writer = csv.writer(file)
        writer.writerow(["person", "reference", "state", "at", "channel", "step", "sha256", "message_id", "answer", "by"])  # fmt: skip
        for row in desk.outbox.rows():
            reference = desk.outbox.personal(row.person, row.seen).reference
            for one in desk.outbox.attempts(row.person):
                writer.writerow([row.person.hex(), reference, row.state, one.at, one.channel, one.state, one.content, one.message_id, one.reply, one.by])  # fmt: skip
                number += 1
    return number


def _write_document(document: "Document", out: Path) -> None:
    from ecluse.model.errors import CallerError
    from ecluse.reports.document import html, pdf

    if out.suffix not in {".pdf", ".html"}:
        raise CallerError(f"`{out}` is no document", help="end the name in .pdf or .html")
    content = pdf.render(document) if out.suffix == ".pdf" else html.render(document).encode()
    with whole(out) as unfinished:
        unfinished.write_bytes(content)
        unfinished.chmod(0o600)


@click.command()
@letters_options
@click.argument("code", type=TEXT)
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True, help="Of the categories.")  # fmt: skip
@click.pass_context
def answer(ctx: click.Context, *, register: Path, incident: str, code: str, language: str, as_json: bool) -> None:  # fmt: skip
    """Answers "am I concerned?" for the CODE of a letter: yes, and which categories; never the data. Says when it was asked before.

    \b
    Example:
      ecluse letters answer --register register --incident 2026-0001 ABCD-EFGH-JKLM
    """  # noqa: D301 - click reads it
    from ecluse.model.time import format_instant
    from ecluse.notices.letter_body import open_words
    from ecluse.notices.letter_kinds import label
    from ecluse.wiring.lettering import now, open_desk

    word = _code(code)
    with open_desk(register, incident) as desk:
        row = desk.outbox.by_word("code", word)
        before = None if row is None else desk.outbox.answered(row.person, now())
        said = open_words(desk.affair, language)
        manners = {} if row is None else {m: [label(c, desk.affair.statement, said) for c in getattr(row.wording, m)] for m in ("shown", "exported", "listed")}  # fmt: skip
    if as_json:
        print_json({"incident": incident, "concerned": row is not None, "categories": manners, "asked_before": None if before is None else format_instant(before)})  # fmt: skip
    elif row is None:
        say("no letter has this code; that alone does not say that the person is not concerned")
    else:
        say("concerned")
        for manner, categories in manners.items():
            for category in categories:
                say(f"  {manner}: {category}")
        if before is not None:
            say(f"  this code was used before, at {format_instant(before)}: check who asks")
    ctx.exit(0 if row is not None else 1)


def _code(text: str) -> str:
    """A code as people write it: spaces, small letters, no strokes."""
    signs = "".join(c for c in text.upper() if c.isalnum()).replace("0", "O").replace("1", "I")
    return "-".join(signs[n : n + 4] for n in range(0, len(signs), 4))


@click.command()
@letters_options
@by_option
@click.argument("code", type=TEXT)
@click.option("--out", type=FILE, required=True, help="File to write: .pdf or .html.")
def attestation(
    *, register: Path, incident: str, by: str | None, code: str, out: Path, as_json: bool
) -> None:
    """Writes the attestation that a person hands in with a complaint, for the attestation CODE of the letter.

    \b
    Example:
      ecluse letters attestation --register register --incident 2026-0001 ABCD-EFGH-JKLM --out attestation.pdf
    """  # noqa: D301 - click reads it
    from ecluse.model.errors import CallerError
    from ecluse.notices.attestation import attestation as written
    from ecluse.wiring.lettering import now, open_desk

    check_output(out)
    with open_desk(register, incident) as desk:
        row = desk.outbox.by_word("attestation", _code(code))
        if row is None:
            raise CallerError("no letter has this attestation code", help="it is the second code of the letter; look at each sign")  # fmt: skip
        desk.check_released()
        _write_document(written(desk.affair, row.wording, desk.outbox.personal(row.person, row.seen)), out)  # fmt: skip
        desk.folder.append("attestation_given", {"person": row.person.hex()}, by=name_of(by), at=now())  # fmt: skip
    print_json({"incident": incident, "file": str(out)}) if as_json else say(f"attestation: {out}", err=True)  # fmt: skip


@click.command()
@letters_options
@by_option
@click.option("--yes", is_flag=True, help="Forget them; without it nothing is done.")
def drop(*, register: Path, incident: str, by: str | None, yes: bool, as_json: bool) -> None:
    """Forgets prepared letters of which none was sent, so that they can be prepared from another exposure or file.

    \b
    Example:
      ecluse letters drop --register register --incident 2026-0001 --yes
    """  # noqa: D301 - click reads it
    from ecluse.model.errors import CallerError
    from ecluse.registers.folder import Register
    from ecluse.registers.outbox import open_outbox, outbox_path
    from ecluse.wiring.lettering import now

    folder = Register(register).open(incident)
    with open_outbox(folder.path) as outbox:
        counts = outbox.count()
        touched = outbox.attempted()
    if touched:
        raise CallerError(f"{counted(touched, 'letter')} went out already or were given to a server", help="they stay, with their proof; who is new gets a letter under an incident of its own")  # fmt: skip
    if not yes:
        raise CallerError(f"{counted(sum(counts.values()), 'letter')} would be forgotten", help="give --yes")  # fmt: skip
    for suffix in ("", "-wal", "-shm"):
        Path(f"{outbox_path(folder.path)}{suffix}").unlink(missing_ok=True)
    folder.append("letters_dropped", {"letters": sum(counts.values())}, by=name_of(by), at=now())
    print_json({"incident": incident, "dropped": sum(counts.values())}) if as_json else say(f"{incident}: {counted(sum(counts.values()), 'letter')} forgotten")  # fmt: skip


COMMANDS = (show, postal, proof, answer, attestation, drop)
