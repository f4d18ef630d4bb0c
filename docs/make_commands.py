"""How is docs/commands.md made? `python docs/make_commands.py` writes it from the commands themselves."""

# ruff: noqa: INP001 - a script, not a package

import inspect
from collections.abc import Iterator
from pathlib import Path

import click

from ecluse import cli

HEAD = """\
# Commands

<!-- written by docs/make_commands.py from the commands themselves: change their help, then run it again -->

Every command takes `--json` and then prints exactly one JSON document on standard output; progress and messages go to
standard error. `ecluse COMMAND --help` says the same as this page.
"""


def page() -> str:
    """The page as it should be now."""
    group = cli._ecluse  # noqa: SLF001 - the page is about the command line as a whole
    return "\n".join(
        [
            HEAD,
            _codes(),
            *(_section(words, command) for words, command in _walk(group, ("ecluse",))),
        ]
    )


def _walk(command: click.Command, words: tuple[str, ...]) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield " ".join(words), command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from _walk(found, (*words, name))


def _codes() -> str:
    lines = (line.strip() for line in cli.EXIT_CODES.splitlines())
    codes = (line.partition("  ") for line in lines if line[:1].isdigit())
    table = "\n".join(f"| {code} | {meaning.strip()} |" for code, _, meaning in codes)
    return f"## Exit codes\n\n| Code | Meaning |\n|---|---|\n{table}\n"


def _section(words: str, command: click.Command) -> str:
    context = click.Context(command, info_name=words)
    usage = command.get_usage(context).removeprefix("Usage: ").split()
    parts = [f"## {words}\n", _text(command.help), f"```sh\n{' '.join(usage)}\n```\n"]
    options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
    if options:
        parts.append(
            "| Option | Meaning |\n|---|---|\n"
            + "\n".join(_row(o, context) for o in options)
            + "\n"
        )
    examples = _examples(command.epilog)
    if examples:
        parts.append(f"Examples:\n\n```sh\n{examples}\n```\n")
    return "\n".join(parts)


def _text(text: str | None) -> str:
    """Paragraphs as they are; what click was told not to wrap stays as it was laid out."""
    paragraphs = inspect.cleandoc(text or "").replace("\f", "").split("\n\n")
    laid_out = (
        f"```text\n{p[2:].strip(chr(10))}\n```" if p.startswith("\b\n") else p for p in paragraphs
    )
    return "\n\n".join(laid_out) + "\n"


def _row(option: click.Option, context: click.Context) -> str:
    record = option.get_help_record(context)
    names, meaning = record if record is not None else (", ".join(option.opts), option.help or "")
    return f"| `{names.replace('|', ', ')}` | {meaning.replace('|', chr(92) + '|')} |"


def _examples(epilog: str | None) -> str:
    """The commands of the epilog, without its title."""
    lines = (epilog or "").replace("\b", "").split("\n")
    kept = [line for line in lines if line.startswith("  ")]
    return "\n".join(line.removeprefix("  ").rstrip() for line in kept)


def main() -> None:
    """Writes the page beside this file."""
    (Path(__file__).resolve().parent / "commands.md").write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
