"""How is each call written, and how is its answer read? Without input or output, the same for both clients."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, Literal, TypeVar
from urllib.parse import urlencode

import msgspec

from ecluse.model.asked import Answer, Asked, Operation, Settled
from ecluse.model.policy import Effect
from ecluse.sdk.errors import GateBadAnswer, GateRefusedCall, GateRefusedClient, GateUnavailable

__all__ = [
    "Call",
    "act",
    "ask",
    "ask_many",
    "explain",
    "fetch",
    "health",
    "post",
    "release",
    "without_nothing",
]

T = TypeVar("T")

_PROBLEM: Final = "application/problem+json"
_RELEASING: Final = frozenset(effect.word for effect in Effect if effect.releases)
_SAID_MAX: Final = 600
"""Characters of what the gate says that are told on."""
_answers = msgspec.json.Decoder(Answer)
_settled = msgspec.json.Decoder(Settled)
_objects = msgspec.json.Decoder(dict[str, Any])


class _Told(msgspec.Struct):
    """What is read of a problem document."""

    title: str = ""
    detail: str = ""
    answer: Answer | None = None


class _Answers(msgspec.Struct):
    answers: list[Answer]


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One request to the gate.

    Attributes:
        read: makes the result of status, content type and body, or raises.
        idempotent: whether a second sending changes nothing, so that it may follow a lost answer.
    """

    method: str
    path: str
    body: bytes
    read: Callable[[int, str, bytes], T]
    idempotent: bool


def ask(operation: Operation, asked: Asked) -> Call[Answer]:
    """Asks one question. Sent once: if the answer is lost it may have been counted."""
    read = _read_observed if operation == "observe" else _read_answer
    return Call("POST", f"/v1/{operation}", _encode(asked), read, idempotent=False)


def ask_many(questions: Sequence[tuple[Operation, Asked]]) -> Call[list[Answer]]:
    """Asks several questions in order, with one wait for the gate's disk.

    `call` says which of the three a question is; its `operation` is that of the access.
    """
    written = [{"call": o, **msgspec.to_builtins(asked)} for o, asked in questions]
    checked = [operation != "observe" for operation, _ in questions]

    def read(status: int, kind: str, body: bytes) -> list[Answer]:
        _expect(status, kind, body)
        answers = _decode(msgspec.json.Decoder(_Answers), body).answers
        if len(answers) != len(checked):
            raise GateBadAnswer(f"{len(checked)} calls got {len(answers)} answers")
        return [_plausible(a) if c else a for a, c in zip(answers, checked, strict=True)]

    return Call("POST", "/v1/batch", _encode({"calls": written}), read, idempotent=False)


def post(reservation: str, shown: Sequence[str] | None = None) -> Call[Settled]:
    """Confirms a reservation. May be sent again: then the second answer is that it was not open any more."""
    body = {"reservation": reservation}
    document = body if shown is None else {**body, "shown": list(shown)}
    return Call("POST", "/v1/post", _encode(document), _read_settled, idempotent=True)


def release(reservation: str) -> Call[Settled]:
    """Takes a reservation back. May be sent again, as `post`."""
    body = _encode({"reservation": reservation})
    return Call("POST", "/v1/release", body, _read_settled, idempotent=True)


def explain(question: Asked | int) -> Call[dict[str, Any]]:
    """Asks how a question would be decided, or why an earlier entry was; counts nothing."""
    body = {"entry": question} if isinstance(question, int) else question
    return Call("POST", "/v1/explain", _encode(body), _read_object, idempotent=True)


def fetch(path: str, **query: str) -> Call[dict[str, Any]]:
    """Reads a document."""
    written = urlencode({name: value for name, value in query.items() if value})
    target = f"{path}?{written}" if written else path
    return Call("GET", target, b"", _read_object, idempotent=True)


def health() -> Call[dict[str, Any]]:
    """Asks how the gate is; a gate that fails says so with a status that would be an error elsewhere."""
    return Call("GET", "/v1/health", b"", _read_health, idempotent=True)


def act(
    name: Literal["hold", "reopen", "application", "account", "acknowledge", "drill", "reload"],
    detail: Mapping[str, Any],
) -> Call[dict[str, Any]]:
    """Makes a named person's act."""
    return Call("POST", f"/v1/manage/{name}", _encode(detail), _read_object, idempotent=False)


def without_nothing(**members: object) -> dict[str, object]:
    """Leaves out the members that are None."""
    return {name: value for name, value in members.items() if value is not None}


def _read_answer(status: int, kind: str, body: bytes) -> Answer:
    """A release must be one without any doubt; a refusal may come with any status of an error."""
    if status == 200:
        return _plausible(_decode(_answers, body))
    answer = _told(kind, body).answer if status >= 400 else None
    if answer is None:
        raise _failure(status, kind, body)
    if answer.released:
        raise GateBadAnswer(f"the gate answered {status} and said that it released")
    return answer


def _read_observed(status: int, kind: str, body: bytes) -> Answer:
    _expect(status, kind, body)
    return _decode(_answers, body)


def _read_settled(status: int, kind: str, body: bytes) -> Settled:
    _expect(status, kind, body)
    return _decode(_settled, body)


def _read_object(status: int, kind: str, body: bytes) -> dict[str, Any]:
    """What a person asked for: the gate's advice on an error is for that person, and names nobody who is read."""
    if status != 200:
        raise _failure(status, kind, body, advice=_printable(_told(kind, body).detail))
    return _decode(_objects, body)


def _read_health(status: int, kind: str, body: bytes) -> dict[str, Any]:
    if status != 503:
        _expect(status, kind, body)
    return _decode(_objects, body)


def _plausible(answer: Answer) -> Answer:
    if answer.released and answer.effect not in _RELEASING:
        raise GateBadAnswer(f"the gate released with effect `{answer.effect}`, which does not")
    return answer


def _expect(status: int, kind: str, body: bytes) -> None:
    if status != 200:
        raise _failure(status, kind, body)


def _failure(
    status: int, kind: str, body: bytes, *, advice: str = ""
) -> GateUnavailable | GateBadAnswer | GateRefusedCall | GateRefusedClient:
    """What a status without an answer means. The title is the gate's own; a detail could repeat what was sent."""
    told = _printable(_told(kind, body).title)
    said = f": {told}" if told else ""
    if status in {401, 403}:
        return GateRefusedClient(
            f"the gate does not let this client do this{said}",
            help=advice
            or "enrol it with `ecluse client add`, start the gate with that clients file (or reload it), and give the "
            "client its token (a command: `--token-file`) or certificate",
        )
    if status == 429 or 500 <= status < 600:
        advice = advice or ("" if told else "the gate's own log says what happened")
        return GateUnavailable(f"the gate answered {status}{said}", sent=True, help=advice)
    if 400 <= status < 500:
        return GateRefusedCall(f"the gate answered {status}{said}", help=advice)
    return GateBadAnswer(f"the gate answered {status}", help="is the address that of a gate?")


def _printable(text: str) -> str:
    return "".join(c for c in text if c.isprintable())[:_SAID_MAX]


def _told(kind: str, body: bytes) -> _Told:
    if kind.partition(";")[0].strip().lower() != _PROBLEM:
        return _Told()
    try:
        return msgspec.json.decode(body, type=_Told)
    except msgspec.DecodeError:
        return _Told()


def _decode(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    try:
        return decoder.decode(body)
    except msgspec.DecodeError:
        raise GateBadAnswer(
            "the gate's answer is not as documented", help="is the address that of a gate?"
        ) from None


def _encode(document: object) -> bytes:
    try:
        return msgspec.json.encode(document)
    except UnicodeEncodeError:  # a lone surrogate, as undecodable input becomes in Python
        raise GateRefusedCall("a name or identifier is not valid Unicode") from None
