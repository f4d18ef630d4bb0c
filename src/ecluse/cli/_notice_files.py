"""`ecluse notice init` and `list`: the forms that people fill in, and which documents there are."""

from pathlib import Path

import click

from ecluse.cli._notice_options import desk_of, document_json, register_option, state_of
from ecluse.cli._options import TEXT, json_option, print_json, say

__all__ = ["init", "listing"]


@click.command("init")
@register_option
@click.option("--incident", type=TEXT, help="Also write the statement of this incident.")
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True, help="Of the comments in the forms.")  # fmt: skip
@json_option
def init(root: Path, incident: str | None, language: str, *, as_json: bool) -> None:
    """Writes forms to fill in: controller.yaml for the register, and statement.yaml for an incident.

    A file that is there stays as it is.

    \b
    Examples:
      ecluse notice init --register incidents
      ecluse notice init --register incidents --incident 2026-0001 --language en

    \b
    Exit codes: 0 done; 2 there is no such register or incident; 6 the disk does not answer.
    """  # noqa: D301 - click reads it
    from ecluse.wiring.noticing import write_forms

    written, kept = write_forms(root, incident, language)
    if as_json:
        print_json({"written": [str(p) for p in written], "kept": [str(p) for p in kept]})
        return
    for path in written:
        say(f"{path}: written; fill it in")
    for path in kept:
        say(f"{path}: is there, and stays as it is")


@click.command("list")
@click.option("--register", "root", envvar="ECLUSE_REGISTER", type=click.Path(path_type=Path, file_okay=False), help="Folder of the register; also from ECLUSE_REGISTER.")  # fmt: skip
@click.option("--incident", type=TEXT, help="Also list what was drafted for this incident.")
@click.option("--language", type=click.Choice(["fr", "en"]), default="en", show_default=True, help="Of the titles.")  # fmt: skip
@json_option
def listing(root: Path | None, incident: str | None, language: str, *, as_json: bool) -> None:
    """Lists the documents, and with --incident what was drafted and released for it.

    \b
    Examples:
      ecluse notice list
      ecluse notice list --register incidents --incident 2026-0001 --json

    \b
    Exit codes: 0 done; 2 there is no such register or incident; 5 its log was changed.
    """  # noqa: D301 - click reads it
    from ecluse.notices.notice import find, names

    if incident is not None and root is None:
        raise click.UsageError("--incident needs --register")
    drafted = () if incident is None or root is None else desk_of(root, incident).documents()
    known = {name: find(name).title[language] for name in names()}
    if as_json:
        print_json({"documents": known, "drafted": [document_json(d) for d in drafted]})
        return
    for name, title in known.items():
        say(f"{name:<20} {title}")
    for d in drafted:
        say(f"{d.name}-v{d.version}: {state_of(d)}, drafted by {d.drafted.by}")
