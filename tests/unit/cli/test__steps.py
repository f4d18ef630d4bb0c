import sys

import click
import pytest

from ecluse.cli._steps import run_step


def step(*words, quiet=False):
    with click.Context(
        click.Command("demo"), parent=click.Context(click.Group("ecluse"))
    ) as context:
        run_step(context, *words, quiet=quiet)


def test_a_step_is_shown_and_run(capsys):
    step("formats", "combined")
    out = capsys.readouterr().out
    assert out.startswith("\n$ ecluse formats combined\n")
    assert len(out.splitlines()) > 2


def test_quietly_it_prints_on_standard_error(capsys):
    step("formats", "combined", quiet=True)
    printed = capsys.readouterr()
    assert not printed.out
    assert "$ ecluse formats combined" in printed.err


@pytest.mark.parametrize("code", [0, 5])
def test_a_step_that_ends_badly_ends_all(code, monkeypatch):
    @click.command()
    @click.pass_context
    def command(context):
        context.exit(code)

    monkeypatch.setattr(sys.modules["ecluse.cli._steps"].importlib, "import_module", lambda _: type("M", (), {"command": command}))  # fmt: skip
    if code:
        with pytest.raises(click.exceptions.Exit):
            step("anything")
    else:
        step("anything")
