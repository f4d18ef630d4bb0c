"""`ecluse notice`: the documents that the law asks for: drafted, checked, and released by two persons."""

import click

from ecluse.cli._notice_acts import check, draft, release
from ecluse.cli._notice_files import init, listing
from ecluse.cli._notice_register import register

__all__ = ["command"]


@click.group()
def command() -> None:
    """Drafts the documents that the law asks for, checks them, and lets two persons release them.

    Nothing goes out by itself: a person files or sends what was released. `ecluse notice list` names the documents.

    \b
    Examples:
      ecluse notice init --register incidents --incident 2026-0001 --language fr
      ecluse notice draft cnil --register incidents --incident 2026-0001 --signer "Dominique Exemple"
      ecluse notice check cnil --register incidents --incident 2026-0001
      ecluse notice release cnil --register incidents --incident 2026-0001 --by "Alix Responsable"
    """  # noqa: D301 - click reads it


for _command in (init, listing, draft, check, release, register):
    command.add_command(_command)
