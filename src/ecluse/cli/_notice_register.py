"""`ecluse notice register`: the register of breaches over all incidents, to read and to hand over."""

from pathlib import Path
from typing import Any

import click

from ecluse.cli._notice_options import register_option
from ecluse.cli._options import json_option, print_json, say
from ecluse.cli._output import check_output, whole

__all__ = ["register"]

_FORMS = (".html", ".pdf", ".docx", ".csv", ".json")


@click.command("register")
@register_option
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True, help="Of the document.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it here; the end of the name says how: .html, .pdf, .docx, .csv or .json.")  # fmt: skip
@json_option
def register(root: Path, language: str, out: Path | None, *, as_json: bool) -> None:
    """Prints or writes the register of breaches: every incident, and its entries as they were released.

    Each entry names the hash of the one before; the chain and the files are checked while it is read. An incident without
    a released entry is in it too, and said.

    \b
    Examples:
      ecluse notice register --register incidents
      ecluse notice register --register incidents --out register.pdf
      ecluse notice register --register incidents --json

    \b
    Exit codes: 0 done; 2 the command line is wrong; 3 controller.yaml is wrong; 5 a log or an entry was changed;
    6 the disk does not answer.
    """  # noqa: D301 - click reads it
    from ecluse.notices.register_book import rows
    from ecluse.wiring import now
    from ecluse.wiring.registering import read_register, write_register

    if out is not None:
        if out.suffix not in _FORMS:
            raise click.UsageError(f"`{out.name}` does not say how it is written: end it in one of {', '.join(_FORMS)}")  # fmt: skip
        check_output(out)
    read = read_register(root, told=lambda incident: say(f"reading {incident}", err=True))
    lines = list(rows(read))
    if out is not None:
        content = write_register(root, read, language, out.suffix[1:], made_at=now())
        with whole(out) as unfinished:
            unfinished.write_bytes(content)
    if as_json:
        print_json({"entries": lines, "incidents": len(read), "written": None if out is None else str(out)})  # fmt: skip
        return
    for line in lines:
        say(_line(line))
    if not lines:
        say("the register holds no incident")
    if out is not None:
        say(f"{out}: written")


def _line(line: dict[str, Any]) -> str:
    if line["version"] is None:
        return f"{line['incident']}  no entry released  {line['title']}"
    persons = "–" if line["persons"] is None else f"{line['persons']:,}"
    return f"{line['incident']}  entry {line['version']}  persons {persons}  authority {line['authority'] or '–'}  {line['title']}"
