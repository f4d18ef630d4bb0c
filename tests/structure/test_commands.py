"""The documents mention every command with every option, so that none is there in secret."""

import re
import runpy

import click
import pytest

from ecluse import cli
from structure.source import ROOT, files, text

OBVIOUS = {"--help", "--version"}


def _walk(command, words):
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from _walk(command.get_command(context, name), (*words, name))
    else:
        yield " ".join(words), command


COMMANDS = dict(_walk(cli._ecluse, ("ecluse",)))


def _options(command):
    for parameter in command.params:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            yield max(parameter.opts, key=len)


def _documents():
    return [p for p in files(".md") if p.parent == ROOT or p.is_relative_to(ROOT / "docs")]


def _about(name):
    return [text(p) for p in _documents() if re.search(rf"\b{name}\b", text(p))]


def test_the_page_of_commands_is_up_to_date():
    page = runpy.run_path(str(ROOT / "docs" / "make_commands.py"))["page"]()
    assert page == text(ROOT / "docs" / "commands.md"), (
        "a command changed: run `python docs/make_commands.py` and review the page"
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_the_documents_mention_the_command(name):
    assert _about(name), f"no Markdown file in docs/ or at the top mentions `{name}`"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_documents_mention_its_options(name):
    about = "\n".join(_about(name))
    missing = [
        o
        for o in _options(COMMANDS[name])
        if o not in OBVIOUS and not re.search(rf"(?<![\w-]){o}(?![\w-])", about)
    ]
    assert not missing, f"no document that mentions `{name}` mentions its options {missing}"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_is_worth_asking_for(name):
    command = COMMANDS[name]
    assert command.help, f"`{name}` has no help"
    silent = [
        o.opts[0]
        for o in command.params
        if isinstance(o, click.Option) and not o.hidden and not o.help
    ]
    assert not silent, f"`{name}`: say what these options do: {silent}"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_speaks_json(name):
    assert "--json" in {o for p in COMMANDS[name].params for o in p.opts}, (
        f"`{name}` takes no --json"
    )
