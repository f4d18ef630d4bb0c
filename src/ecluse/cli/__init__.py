"""The command line: one file a command; each defines `command`, found by the name of its file."""

import errno
import importlib
import json
import os
import pkgutil
import sys
from typing import Any, Final

import click

from ecluse import __version__
from ecluse.model.errors import ConfigError, EcluseError, UnavailableError

__all__ = ["main"]

EXIT_CODES: Final = """\b
Exit codes:
  0  done (for a check: nothing wrong)
  1  done, and what was asked for does not hold (a check failed)
  2  the command line is wrong
  3  a policy, estate, mapping or scenario file is wrong
  4  a log or a table cannot be read as described
  5  the ledger does not verify
  6  the disk, a lock or a service does not answer
  130  stopped by Ctrl-C; what was written stays valid
"""


class _Commands(click.Group):
    """Finds `ecluse NAME` in the module `ecluse.cli.NAME`, and imports only the one asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = importlib.import_module(f"{__name__}.{cmd_name}").command
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            known = ", ".join(self.list_commands(ctx))
            raise click.UsageError(f"{error.message}; the commands are {known}", ctx) from error


@click.group(
    cls=_Commands, epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="ecluse")
def _ecluse() -> None:
    """Counts the distinct persons an account reads, stops a theft, and says exactly who was read."""


def main(argv: list[str] | None = None) -> None:
    """Runs one command and exits with its code; the outermost loop that turns errors into messages."""
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")  # it gives freed memory back
    arguments = sys.argv[1:] if argv is None else argv
    as_json = "--json" in arguments
    try:
        code = _ecluse.main(args=arguments, prog_name="ecluse", standalone_mode=False)
    except click.Abort:
        sys.exit(130)
    except KeyboardInterrupt:
        sys.exit(130)
    except click.ClickException as error:
        _fail(error.format_message(), code=2, help_text=_usage_hint(error), as_json=as_json)
    except EcluseError as error:
        _fail_ecluse(error, as_json=as_json)
    except BrokenPipeError:
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # the reader left, as `head` does
        sys.exit(0)
    except OSError as error:
        _fail_ecluse(_from_os_error(error), as_json=as_json)
    sys.exit(code if isinstance(code, int) else 0)


def _usage_hint(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    return f"try `{context.command_path} --help`" if context is not None else ""


def _from_os_error(error: OSError) -> UnavailableError:
    where = f"`{error.filename}`: " if error.filename else ""
    what = (error.strerror or str(error)).lower()
    advice = {
        errno.ENOSPC: "free some space and run the command again; what was acknowledged before is kept",
        errno.EACCES: "give this user the right to read or write it",
        errno.ENOENT: "check the path",
        errno.EISDIR: "name a file, not a folder",
    }
    return UnavailableError(f"{where}{what}", help=advice.get(error.errno or 0, ""))


def _fail_ecluse(error: EcluseError, *, as_json: bool) -> None:
    issues = error.issues if isinstance(error, ConfigError) else ()
    lines = []
    for issue in issues:
        lines.append(str(issue))
        if issue.help:
            lines.append(f"  help: {issue.help}")
    document = [
        {"file": i.file, "line": i.line, "column": i.column, "message": i.message, "help": i.help}
        for i in issues
    ]
    _fail(
        str(error),
        code=error.exit_code,
        help_text=error.help,
        as_json=as_json,
        before=lines,
        issues=document,
    )


def _fail(
    message: str,
    *,
    code: int,
    help_text: str,
    as_json: bool,
    before: list[str] | None = None,
    issues: list[dict[str, Any]] | None = None,
) -> None:
    for line in before or []:
        click.echo(line, err=True)
    click.echo(f"error: {message}", err=True)
    if help_text:
        click.echo(f"help: {help_text}", err=True)
    if as_json:
        error = {"message": message, "help": help_text, "exit_code": code, "issues": issues or []}
        click.echo(json.dumps({"error": error}, ensure_ascii=False))
    sys.exit(code)
