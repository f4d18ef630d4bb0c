"""What proves that a person was told? The letter's hash, each step of its sending, and who released it."""

from typing import Any

from ecluse.model.letter import Attempt, LetterRow, Personal
from ecluse.model.notice import Affair
from ecluse.model.time import format_instant
from ecluse.notices.letter_body import open_words
from ecluse.reports.document.blocks import (
    Block,
    Document,
    Fact,
    Facts,
    Heading,
    Paragraph,
)
from ecluse.reports.language import Words
from ecluse.reports.text import visible

__all__ = ["proof_data", "proof_document"]


def proof_data(
    affair: Affair,
    row: LetterRow,
    personal: Personal,
    attempts: tuple[Attempt, ...],
    *,
    digest: str,
    released_by: tuple[str, str],
) -> dict[str, Any]:
    """The proof as JSON values. It names the person by the pseudonym alone."""
    version = affair.exposure
    return {
        "incident": affair.incident.id,
        "person": row.person.hex(),
        "reference": personal.reference,
        "state": row.state.value,
        "note": row.note,
        "categories": {"shown": list(row.wording.shown), "exported": list(row.wording.exported), "listed": list(row.wording.listed)},
        "exposure": "" if version is None else version.digest,
        "release": {"digest": digest, "by": list(released_by)},
        "steps": [
            {"at": format_instant(a.at), "channel": a.channel, "state": a.state, "sha256": a.content, "message_id": a.message_id, "answer": a.reply, "by": a.by}
            for a in attempts
        ],
    }  # fmt: skip


def proof_document(affair: Affair, data: dict[str, Any], *, language: str, at: int) -> Document:
    """The proof as a document."""
    said = open_words(affair, language)
    steps = [block for step in data["steps"] for block in _step(step, said)]
    facts = (
        (said.say("proof.person"), data["person"], True),
        (said.say("letter.field.reference"), data["reference"], True),
        (said.say("proof.state"), data["state"], False),
        (said.say("proof.exposure"), data["exposure"], True),
        (said.say("proof.release"), data["release"]["digest"], True),
        (said.say("proof.released_by"), ", ".join(n for n in data["release"]["by"] if n), False),
    )
    return Document(
        title=said.say("proof.title"),
        subtitle=said.say("letter.subtitle", controller=affair.controller.name, date=said.date(at)),
        language=said.language,
        made_at=at,
        blocks=(
            Paragraph(said.say("proof.text")),
            Facts(tuple(Fact(name, value, code) for name, value, code in facts if value)),
            Heading(said.say("proof.steps")),
            *(steps or [Paragraph(said.say("proof.none"))]),
        ),
        footer=said.say("proof.footer", incident=affair.incident.id),
    )  # fmt: skip


def _step(step: dict[str, str], said: Words) -> tuple[Block, ...]:
    """A step under its instant; hashes stand on a line of their own, so that they can be copied."""
    values = (
        (said.say("proof.state"), step["state"], False),
        (said.say("proof.channel"), step["channel"], False),
        (said.say("proof.answer"), visible(step["answer"], longest=300) if step["answer"] else "", False),
        ("Message-ID", step["message_id"], True),
        ("SHA-256", step["sha256"], True),
        (said.say("proof.by"), step["by"], False),
    )  # fmt: skip
    return Heading(step["at"], 2), Facts(tuple(Fact(n, v, code) for n, v, code in values if v))
