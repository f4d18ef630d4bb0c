"""The command line: one file a command; each defines `command`, found by the name of its file."""

import errno
import importlib
import io
import os
import pkgutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, NoReturn, TextIO

import click

from ecluse import __version__
from ecluse.cli._options import print_json, say
from ecluse.cli._output import system_number
from ecluse.model.errors import CallerError, ConfigError, EcluseError, UnavailableError

__all__ = ["main"]

_GIVE_BACK: Final = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "_RJEM_MALLOC_CONF": "dirty_decay_ms:0,muzzy_decay_ms:0",
}
"""Settings by which the allocators of Arrow and polars return freed memory at once; read when they load."""

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
  143  stopped by SIGTERM; what was written stays valid
"""

_COMPLETING: Final = "_ECLUSE_COMPLETE"

_WRONG_PATH: Final = {
    errno.ENOENT: "check the path",
    errno.ENOTDIR: "check the path: a part of it that should be a folder is a file",
    errno.EISDIR: "name a file, not a folder",
    errno.ELOOP: "check the path: its symbolic links go round in a circle",
    errno.ENAMETOOLONG: "shorten the name",
}
"""Errors of the system that say that the command line names something wrong."""

_DISK: Final = {
    errno.ENOSPC: "free some space and run the command again; what was acknowledged before is kept",
    errno.EDQUOT: "raise the quota and run the command again; what was acknowledged before is kept",
    errno.EFBIG: "raise the file size limit and run the command again; what was acknowledged before is kept",
    errno.EACCES: "give this user the right to read or write it",
    errno.EPERM: "give this user the right to read or write it",
    errno.EROFS: "mount the file system for writing, or name another folder",
}


class _Terminated(BaseException):
    """SIGTERM came; what is open closes on the way out, as after Ctrl-C."""


class _Interrupted(KeyboardInterrupt):
    """Ctrl-C. A kind of its own: Python ends by SIGINT, whatever the command's code is, when a bare KeyboardInterrupt
    passed through code made from text, such as a dataclass that was being imported.
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
    for name, value in _GIVE_BACK.items():
        os.environ.setdefault(name, value)
    arguments = sys.argv[1:] if argv is None else argv
    _fill_closed_descriptors()
    _accept_any_character()
    try:
        with _terminating():
            code = _run(arguments)
    except BrokenPipeError:
        _let_go_of_output()
        sys.exit(0)  # the reader left, as `head` does
    except (click.Abort, KeyboardInterrupt):
        _stopped(arguments, "stopped by Ctrl-C", 130)
    except _Terminated:
        _stopped(arguments, "stopped by SIGTERM", 143)
    except click.ClickException as error:
        _fail(arguments, error.format_message(), code=2, help_text=_usage_hint(error))
    except EcluseError as error:
        _fail_ecluse(arguments, error)
    except OSError as error:
        _fail_ecluse(arguments, _from_os_error(error))
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    """Runs a command; what it printed has left when this returns."""
    if _COMPLETING in os.environ:  # the shell asks for words; click answers and exits
        _ecluse.main(args=arguments, prog_name="ecluse", complete_var=_COMPLETING)
    try:
        with _ecluse.make_context("ecluse", list(arguments)) as context:
            code = _ecluse.invoke(context)
    except click.exceptions.Exit as end:
        code = end.exit_code
    sys.stdout.flush()
    return code if isinstance(code, int) else 0


def _fill_closed_descriptors() -> None:
    """Started with closed standard streams, no file of ours may get their numbers: a library could print into it."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, this one
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def _accept_any_character() -> None:
    """A name that the terminal's encoding lacks is printed with an escape, not a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@contextmanager
def _terminating() -> Iterator[None]:
    """Lets SIGTERM end the command as Ctrl-C does: files close, a ledger stays valid."""

    def stop(number: int, _frame: Any) -> NoReturn:
        raise _Terminated if number == signal.SIGTERM else _Interrupted

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {signal.SIGTERM: signal.signal(signal.SIGTERM, stop)}
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not when it is ignored
        before[signal.SIGINT] = signal.signal(signal.SIGINT, stop)
    hook, sys.unraisablehook = sys.unraisablehook, _once_more(sys.unraisablehook)
    try:
        yield
    finally:
        sys.unraisablehook = hook
        for number, handler in before.items():
            signal.signal(number, handler)


def _once_more(hook: Callable[[Any], Any]) -> Callable[[Any], None]:
    """A signal that comes while an object is being destroyed raises where Python drops it: it is sent again, a moment later."""

    def heed(unraisable: Any) -> None:
        lost = (
            isinstance(unraisable.exc_value, _Terminated),
            isinstance(unraisable.exc_value, _Interrupted),
        )
        if not any(lost):
            hook(unraisable)
            return
        again = threading.Timer(
            0.01, os.kill, (os.getpid(), signal.SIGTERM if lost[0] else signal.SIGINT)
        )
        again.daemon = True
        again.start()

    return heed


def _let_go_of_output() -> None:
    """Points standard output at nothing, so that the interpreter does not fail to empty it at the end."""
    with suppress(OSError, ValueError):  # not a real descriptor
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.stdout.flush()


def _stopped(arguments: list[str], message: str, code: int) -> NoReturn:
    _fail(
        arguments,
        message,
        code=code,
        help_text="what was written stays valid; run the command again",
    )


def _usage_hint(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    return f"try `{context.command_path} --help`" if context is not None else ""


def _from_os_error(error: OSError) -> EcluseError:
    named = isinstance(error.filename, str | bytes)
    where = f"`{os.fsdecode(error.filename)}`" if named else "a file or standard output"
    message = f"{where}: {(error.strerror or str(error)).lower()}"
    number = system_number(error)
    if number in _WRONG_PATH:
        return CallerError(message, help=_WRONG_PATH[number])
    help_text = _DISK.get(number, "check that the path names what it should, and the disk")
    return UnavailableError(message, help=help_text)


def _fail_ecluse(arguments: list[str], error: EcluseError) -> NoReturn:
    issues = error.issues if isinstance(error, ConfigError) else ()
    for issue in issues:
        say(str(issue), err=True)
        if issue.help:
            say(f"  help: {issue.help}", err=True)
    document = [
        {"file": i.file, "line": i.line, "column": i.column, "message": i.message, "help": i.help}
        for i in issues
    ]
    help_text = error.help or ("correct the file and run the command again" if issues else "")
    _fail(arguments, str(error), code=error.exit_code, help_text=help_text, issues=document)


def _fail(
    arguments: list[str],
    message: str,
    *,
    code: int,
    help_text: str,
    issues: list[dict[str, Any]] | None = None,
) -> NoReturn:
    """Says what is wrong and what to do about it, and exits."""
    advice = help_text or f"try `{' '.join(_command_words(arguments))} --help`"
    with suppress(OSError):  # nobody to tell: the exit code says it
        say(f"error: {message}", err=True)
        say(f"help: {advice}", err=True)
    try:
        if "--json" in arguments:
            error = {"message": message, "help": advice, "exit_code": code, "issues": issues or []}
            print_json({"error": error})
        sys.stdout.flush()
    except OSError:
        _let_go_of_output()
    sys.exit(code)


def _command_words(arguments: list[str]) -> list[str]:
    """`ecluse` and the names of the command that was asked for."""
    words: list[str] = ["ecluse"]
    command: click.Command = _ecluse
    for word in arguments:
        found = (
            command.get_command(click.Context(command), word)
            if isinstance(command, click.Group)
            else None
        )
        if found is None:
            break
        words.append(word)
        command = found
    return words
