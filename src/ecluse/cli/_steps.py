"""How does one command run others, as a user would, and show how each is written?"""

import contextlib
import importlib
import sys

import click

__all__ = ["run_step"]


def run_step(ctx: click.Context, command: str, *arguments: str, quiet: bool = False) -> None:
    """Prints a command line and runs it in this process.

    Args:
        ctx: of the command that runs it.
        command: the words of the command, and of options that are always the same.
        arguments: the rest.
        quiet: print on standard error, since standard output is kept for a document.
    """
    from ecluse.reports.text import shell_word

    name, *first = command.split()
    words = " ".join([command, *map(shell_word, arguments)])
    click.echo(f"\n$ ecluse {words}", err=quiet)
    step: click.Command = importlib.import_module(f"ecluse.cli.{name}").command
    with (
        contextlib.redirect_stdout(sys.stderr) if quiet else contextlib.nullcontext(),
        step.make_context(name, [*first, *arguments], parent=ctx.parent) as inner,
    ):
        try:
            step.invoke(inner)
        except click.exceptions.Exit as end:  # a step that ends well is followed by the next
            if end.exit_code:
                raise
