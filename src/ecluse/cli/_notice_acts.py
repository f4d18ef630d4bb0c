"""`ecluse notice draft`, `check` and `release`: a document on its way to the person who sends it."""

from pathlib import Path

import click

from ecluse.cli._notice_options import (
    FORMATS,
    by_option,
    desk_of,
    document_json,
    incident_option,
    refusal_lines,
    refusals_json,
    register_option,
    version_option,
    who,
)
from ecluse.cli._options import TEXT, counted, json_option, print_json, say

__all__ = ["check", "draft", "release"]

_NAME = click.argument("name", type=TEXT)


@click.command("draft")
@_NAME
@register_option
@incident_option
@click.option("--signer", required=True, type=TEXT, help="Who answers for the document.")
@click.option("--kind", type=click.Choice(["initial", "complementary"]), default="initial", show_default=True, help="Where a document knows both.")  # fmt: skip
@click.option("--language", "languages", multiple=True, type=click.Choice(["fr", "en"]), default=("fr", "en"), show_default=True, help="May be repeated.")  # fmt: skip
@click.option("--format", "formats", multiple=True, type=click.Choice(FORMATS), default=("html", "pdf", "docx", "json"), show_default=True, help="May be repeated; json is always written.")  # fmt: skip
@by_option
@json_option
def draft(
    name: str,
    *,
    root: Path,
    incident: str,
    signer: str,
    kind: str,
    languages: tuple[str, ...],
    formats: tuple[str, ...],
    by: str | None,
    as_json: bool,
) -> None:
    """Writes the document NAME for an incident, into its folder `documents`, and says what still refuses it.

    What nobody has stated is marked in it. Drafts are numbered; none is ever overwritten.

    \b
    Examples:
      ecluse notice draft cnil --register incidents --incident 2026-0001 --signer "Dominique Exemple"
      ecluse notice draft cnil --kind complementary --register incidents --incident 2026-0001 \\
          --signer "Dominique Exemple" --language fr --format html --json

    \b
    Exit codes: 0 drafted, whether it may be released or not; 2 the command line is wrong, or PDF or DOCX is asked for
    without its extra; 3 controller.yaml, statement.yaml or clocks.yaml is wrong; 5 the log or a frozen exposure was
    changed; 6 the disk does not answer.
    """  # noqa: D301 - click reads it
    from ecluse.wiring import now

    desk = desk_of(root, incident)
    made = desk.draft(
        name,
        kind=kind,
        signer=signer,
        by=who(by),
        at=now(),
        languages=dict.fromkeys(languages),
        formats=dict.fromkeys((*formats, "json")),
        told=lambda file: say(f"writing {file}", err=True),
    )
    _, refusals = desk.check(name, version=made.version)
    if as_json:
        print_json({**document_json(made), "refusals": refusals_json(refusals)})
        return
    say(f"{name}-v{made.version}: drafted in {desk.folder.path / 'documents'}")
    for line in refusal_lines(refusals):
        say(line)
    if refusals:
        say("it cannot be released yet")


@click.command("check")
@_NAME
@register_option
@incident_option
@version_option
@by_option
@json_option
def check(
    name: str, root: Path, incident: str, number: int | None, by: str | None, *, as_json: bool
) -> int:
    """Says every reason to refuse the last draft of NAME, with the statement and the exposure as they are now.

    \b
    Examples:
      ecluse notice check cnil --register incidents --incident 2026-0001
      ecluse notice check cnil --register incidents --incident 2026-0001 --json

    \b
    Exit codes: 0 nothing refuses it; 1 something does; 2 there is no such draft; 3 a file is wrong; 5 the log or a
    frozen exposure was changed; 6 the disk does not answer.
    """  # noqa: D301 - click reads it
    from ecluse.wiring import now

    desk = desk_of(root, incident)
    made, refusals = desk.check(name, version=number)
    desk.checked(made, refusals=len(refusals), by=who(by), at=now())
    if as_json:
        print_json({**document_json(made), "refusals": refusals_json(refusals)})
    else:
        lines = refusal_lines(refusals)
        for line in lines:
            say(line)
        found = counted(len(lines) // 2, "reason")
        say(f"{name}-v{made.version}: {found} to refuse it" if lines else f"{name}-v{made.version}: nothing refuses it")  # fmt: skip
    return 1 if refusals else 0


@click.command("release")
@_NAME
@register_option
@incident_option
@version_option
@by_option
@json_option
def release(
    name: str, root: Path, incident: str, number: int | None, by: str | None, *, as_json: bool
) -> int:
    """Signs the last draft of NAME. The second signature, by another person, releases it; nothing is sent.

    Refused when the checker refuses it, when a file of the draft, the statement or a decision has changed since, when
    another exposure is in force, or when the same person signs twice.

    \b
    Examples:
      ecluse notice release cnil --register incidents --incident 2026-0001 --by "Dominique Exemple"
      ecluse notice release cnil --register incidents --incident 2026-0001 --by "Alix Responsable"

    \b
    Exit codes: 0 signed or released; 1 refused; 2 there is no such draft; 3 a file is wrong; 5 the log or a frozen
    exposure was changed; 6 the disk does not answer.
    """  # noqa: D301 - click reads it
    from ecluse.wiring import now

    desk = desk_of(root, incident)
    outcome = desk.release(name, by=who(by), at=now(), version=number)
    if as_json:
        print_json({**document_json(outcome.draft), "signed": outcome.signed, "released": outcome.released, "refusals": refusals_json(outcome.refusals)})  # fmt: skip
    else:
        for line in refusal_lines(outcome.refusals):
            say(line)
        said = "released by two persons; a person sends it" if outcome.released else "signed; a second person releases it"  # fmt: skip
        say(f"{name}-v{outcome.draft.version}: {said if outcome.signed else 'refused'}")
    return 0 if outcome.signed else 1
