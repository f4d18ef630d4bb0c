"""`ecluse formats`: which log formats are read, and how does a mapping for one begin?"""

from typing import TYPE_CHECKING

import click

from ecluse.cli._options import json_option, print_json

if TYPE_CHECKING:
    from ecluse.formats.common.contract import Format

__all__ = ["command"]

EPILOG = """\b
Examples:
  ecluse formats
  ecluse formats combined
  ecluse formats jsonl --mapping > my-log.yaml
"""


@click.command(epilog=EPILOG)
@click.argument("name", required=False)
@click.option(
    "--mapping", "mapping", is_flag=True, help="Print the commented starter mapping of the format."
)
@json_option
def command(name: str | None, mapping: bool, as_json: bool) -> None:
    """Lists the log formats, or describes the one called NAME: its fields, options and mapping."""
    from ecluse.formats import find, names
    from ecluse.loaders.mapping import starter
    from ecluse.model.errors import CallerError

    if name is None:
        if mapping:
            raise CallerError("`--mapping` needs the name of a format", help="try `ecluse formats`")
        _list([find(known) for known in names()], as_json=as_json)
    elif mapping and as_json:
        print_json({"name": name, "mapping": starter(name)})
    elif mapping:
        click.echo(starter(name), nl=False)
    else:
        _describe(find(name), starter(name), as_json=as_json)


def _list(known: "list[Format]", *, as_json: bool) -> None:
    if as_json:
        print_json({"formats": [_document(fmt) for fmt in known]})
        return
    width = max(len(fmt.name) for fmt in known)
    for fmt in known:
        click.echo(f"{fmt.name:{width}}  {fmt.description}")
        for option, what in fmt.options.items():
            default = f" [{what.default}]" if what.default else ""
            click.echo(f"{'':{width}}    option {option}: {what.description}{default}")
    click.echo(
        "\n`ecluse formats NAME` tells its fields; `--mapping` prints a mapping to start from."
    )


def _describe(fmt: "Format", starter: str, *, as_json: bool) -> None:
    if as_json:
        print_json(_document(fmt) | {"mapping": starter})
        return
    click.echo(f"{fmt.name}: {fmt.description}\n\nFields:")
    width = max((len(field) for field in fmt.fields), default=0)
    for field, meaning in fmt.fields.items():
        click.echo(f"  {field:{width}}  {meaning}")
    if fmt.open_fields:
        click.echo("  (and any other field, column or JSON pointer that the file has)")
    for option, what in fmt.options.items():
        default = f" [{what.default}]" if what.default else ""
        click.echo(f"\nOption {option}: {what.description}{default}")
    click.echo(f"\nMapping used when none is given:\n\n{starter}", nl=False)


def _document(fmt: "Format") -> dict[str, object]:
    options = {
        n: {"description": o.description, "default": o.default} for n, o in fmt.options.items()
    }
    return {
        "name": fmt.name,
        "description": fmt.description,
        "fields": fmt.fields,
        "open_fields": fmt.open_fields,
        "options": options,
    }
