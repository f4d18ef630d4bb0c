"""What does a program get when nothing is shown? Problem details (RFC 9457), with the headers that go with them."""

from dataclasses import dataclass
from typing import Any

from ecluse.model.asked import Answer
from ecluse.refusal.case import Case, of_answer
from ecluse.refusal.headers import challenge
from ecluse.refusal.language import Language, as_sentence, sentences

__all__ = ["Problem", "detail_of", "headers_of", "opening_of", "problem", "problem_of"]


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem document.

    Attributes:
        headers: names as usually written, values without line ends; Content-Type among them.
        body: the JSON object.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: dict[str, Any]


def problem(answer: Answer, *, language: Language, instance: str = "") -> Problem:
    """Tells a refusal to a program.

    Args:
        answer: a refusal of the gate.
        language: of title and detail.
        instance: URI of this occurrence; the ledger's entry when empty. Never a path that names a person.
    """
    return problem_of(of_answer(answer), language=language, instance=instance)


def problem_of(case: Case, *, language: Language, instance: str = "") -> Problem:
    """Tells any case to a program. `type` is `urn:ecluse:problem:` with the kind of the case."""
    words = sentences(language)
    body: dict[str, Any] = {
        "type": f"urn:ecluse:problem:{case.kind}",
        "title": words.say(f"title.{case.kind}"),
        "status": case.status,
        "detail": detail_of(case, language=language),
    }
    if instance or case.entry is not None:
        body["instance"] = instance or f"urn:ecluse:entry:{case.entry}"
    if case.entry is not None:
        body["reference"] = case.entry
    if case.retry_after is not None:
        body["retry_after"] = case.retry_after
    if contact := words.pick(case.contact):
        body["contact"] = contact
    if case.kind == "step_up":
        body |= {"acr_values": list(case.acr_values), "max_age": case.max_age}
    headers = (("Content-Type", "application/problem+json"), *headers_of(case, language=language))
    return Problem(case.status, headers, body)


def detail_of(case: Case, *, language: Language) -> str:
    """Says in a few sentences what happened, why, and when it opens again."""
    words = sentences(language)
    said = [words.say(f"what.{case.kind}")]
    if reason := words.pick(case.reason):
        said.append(as_sentence(reason))
    if case.kind == "justify":
        said.append(words.say("justify.how"))
    if opening := opening_of(case, language=language):
        said.append(opening)
    return " ".join(said)


def opening_of(case: Case, *, language: Language) -> str:
    """Says when it opens again, or that less must be asked for; nothing where the page itself leads on."""
    words = sentences(language)
    if case.retry_after is not None:
        key = "later" if case.ours else f"opens.{case.kind}"
        return words.say(key, when=words.when(case.retry_after))
    if case.wide:
        return words.say("wide")
    return words.say("never") if case.kind in {"deny", "hold", "closed"} else ""


def headers_of(case: Case, *, language: Language) -> tuple[tuple[str, str], ...]:
    """The headers of a case, whatever the body: when to come back, what to bring, and that nobody keeps it."""
    headers = [
        ("Cache-Control", "no-store"),
        ("Content-Language", language),
        ("Vary", "Accept, Accept-Language"),
    ]
    if case.retry_after is not None:
        headers.append(("Retry-After", str(case.retry_after)))
    if case.kind == "step_up":
        description = sentences("en").say("title.step_up")
        value = challenge(description, acr_values=case.acr_values, max_age=case.max_age)
        headers.append(("WWW-Authenticate", value))
    return tuple(headers)
