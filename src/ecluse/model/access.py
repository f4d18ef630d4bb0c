"""An access request: who is about to be shown which persons; the same record tells of an access that happened."""

import msgspec

__all__ = ["AccessRequest"]


class AccessRequest(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What is asked, with the facts about the asker, as the directory knew them at that moment.

    A fact that is unknown is `None`. An unknown fact satisfies every condition of a target (it can
    tighten, never loosen); an unknown key (session, organization, source) draws on no budget per
    that key, which the service reports as a finding. `justified` and `stepped_up` are never unknown:
    what was not given is absent, and absence is `False`.

    Attributes:
        account: who asks.
        application: through which application.
        persons: identities of the persons about to be shown, as unsigned 64-bit integers; repeats count once.
        session: the log-in that the request belongs to.
        organization: the body that the account works for.
        source: network address or device that the request comes from.
        lineage: the first creator above the account; the account itself when nobody is known to have created it.
        kind: kind of the account (`adviser`, `partner`, `machine`, …) as in the estate file.
        factor: kind of the second factor of the session (`none`, `mail`, `totp`, `key`, …), never yes or no.
        created_at: when the account was created, in microseconds.
        operation: what is done (`view`, `list`, `search`, `export`, …).
        categories: categories of data shown.
        bytes: size of what is shown.
        own: for each person, whether it is in the account's own caseload.
        justified: whether a justification was given for this request.
        stepped_up: whether the session gave a real second factor lately.
    """

    account: str
    application: str
    persons: tuple[int, ...]
    session: str | None = None
    organization: str | None = None
    source: str | None = None
    lineage: str | None = None
    kind: str | None = None
    factor: str | None = None
    created_at: int | None = None
    operation: str | None = None
    categories: tuple[str, ...] = ()
    bytes: int = 0
    own: tuple[bool, ...] | None = None
    justified: bool = False
    stepped_up: bool = False
