"""What does an application ask the gate, and what does it get back? The messages on the wire, as JSON."""

from typing import Annotated, Literal

import msgspec

__all__ = ["PERSONS_MAX", "Answer", "Asked", "Operation", "Persons", "Settled", "Why"]

PERSONS_MAX = 10_000
"""Persons that one message may name."""

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
_Text = Annotated[str, msgspec.Meta(max_length=2000)]

Persons = Annotated[tuple[_Name, ...], msgspec.Meta(max_length=PERSONS_MAX)]
"""Identifiers of persons, as the application writes them."""

Operation = Literal["check", "reserve", "observe"]
"""`check` counts at once, `reserve` until posted or released, `observe` what has happened."""


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """An access request as an application sends it: identifiers as the application has them.

    Attributes:
        account: who asks; the log-in name.
        application: through which application of the estate; may be left out by a client enrolled for one.
        persons: identifiers of the persons about to be shown, as the application writes them.
        session: a name of the log-in; never the cookie itself, which the ledger must not hold.
        organization: the body that the account works for, where the estate's table does not say.
        source: network address that the request comes from.
        operation: `view`, `list`, `search`, `export`, …
        categories: categories of data shown.
        bytes: size of what is shown.
        factor: kind of the second factor of the session (`none`, `mail`, `totp`, `key`, …).
        auth_time: when the session last gave its factors, seconds since 1970 (OpenID Connect `auth_time`).
        justification: why, in the person's own words; opens the part of a `justify` budget that is kept for it.
        at: for `observe`, when it happened, microseconds since 1970; now when absent.
    """

    account: _Name
    application: Annotated[str, msgspec.Meta(max_length=256)] = ""
    persons: Persons = ()
    session: _Name | None = None
    organization: _Name | None = None
    source: _Name | None = None
    operation: _Name | None = None
    categories: Annotated[tuple[_Name, ...], msgspec.Meta(max_length=64)] = ()
    bytes: Annotated[int, msgspec.Meta(ge=0, le=1 << 53)] = 0
    factor: _Name | None = None
    auth_time: Annotated[int, msgspec.Meta(ge=0, le=1 << 40)] | None = None
    justification: _Text | None = None
    at: Annotated[int, msgspec.Meta(ge=0, le=1 << 53)] | None = None


class Why(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One budget's part in an answer.

    Attributes:
        policy: the budget's id; `hold`, `application:<id>` and the like where a person decided.
        window: length in seconds; 0 where no window is concerned.
        used: what the window would hold with this request, at most one more than the limit.
        text: the sentence for the person in front of the screen, by language.
    """

    policy: str
    effect: str
    window: int = 0
    used: int = 0
    limit: int = 0
    shadow: bool = False
    text: dict[str, str] = {}


class Answer(msgspec.Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What the gate answers. Only when `released` may the data leave.

    Attributes:
        effect: word of the effect.
        released: whether the data may leave.
        entry: number of the ledger's entry, by which the decision can be explained later.
        reservation: name to post or release, when the request was reserved and released.
        reasons: budgets that warned or went over, most severe first; without those in shadow.
        retry_after: seconds after which the same request would pass if nothing else were read; absent when it never would.
        delay: milliseconds to wait before the data leaves (`slow`).
        acr_values, max_age: what a session must bring to get past `step_up` (RFC 9470).
        contact: whom the person in front of the screen can call, by language.
        degraded: how it was decided while the shared counter could not be reached: `permit` or `deny`; else absent.
    """

    effect: str
    released: bool
    entry: int | None = None
    reservation: str | None = None
    reasons: tuple[Why, ...] = ()
    retry_after: int | None = None
    delay: int = 0
    acr_values: tuple[str, ...] = ()
    max_age: int | None = None
    contact: dict[str, str] = {}
    degraded: str = ""


class Settled(msgspec.Struct, frozen=True, gc=False):
    """Whether a reservation was still open when it was posted or released."""

    settled: bool
