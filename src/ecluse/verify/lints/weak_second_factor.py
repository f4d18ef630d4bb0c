"""Accounts reach sensitive data with no second factor, or with one that is none."""

from collections.abc import Iterator
from typing import Final

from ecluse.model.finding import Severity
from ecluse.verify.lint.contract import Lint, Part, Remark, Sample, on_kind
from ecluse.verify.lint.inspected import Inspected
from ecluse.verify.lint.samples import ESTATE
from ecluse.verify.sensitive import sensitive_of

__all__ = ["LINT"]

_NONE: Final = frozenset({"none", "mail", "email", "e-mail", "password", "pwd"})


def _check(inspected: Inspected) -> Iterator[Remark]:
    for kind in inspected.estate.kinds:
        if not inspected.accounts.get(kind.id):
            continue
        weak = sorted({f for f in kind.factors if f.casefold() in _NONE})
        shown = {
            f"{category} in `{application.id}`"
            for application in inspected.reached(kind)
            for category in sensitive_of(application, inspected.estate)
        }
        if not shown or not (weak or not kind.factors):
            continue
        told = _told(sorted(shown))
        if weak:
            what = f"`{kind.id}` accounts reach {told} with the factor {' or '.join(f'`{f}`' for f in weak)}, which is no second factor"
            advice = "ask for totp, key, passkey or smartcard, and correct `factors`"
            yield Remark(on_kind(kind.id, "factors"), what, advice, kind.id)
        else:
            what = (
                f"`{kind.id}` accounts reach {told}, and nothing says which second factor they have"
            )
            yield Remark(
                on_kind(kind.id), what, "add `factors:` to the kind", kind.id, Severity.LOW
            )


def _told(shown: list[str]) -> str:
    more = f" and {len(shown) - 3} more" if len(shown) > 3 else ""
    return f"sensitive data ({', '.join(shown[:3])}{more})"


_BAD = ESTATE.replace("[identity]", "[identity, health]").replace("[totp]", "[mail]")

LINT = Lint(
    title="Sensitive data without a second factor",
    severity=Severity.MEDIUM,
    what="A kind of account that can open an application with sensitive categories lists a factor that is none: `none`, `mail`, a password. A kind "
    "that lists no factors at all is told with low severity.",
    why="Four of five large thefts of 2024 came through an account that a password alone protected. A code by mail is read by whoever reads "
    "the mailbox.",
    source="CNIL, délibération 2025-019: password and mailed code are two steps, not two factors; cadastre, July 2026: a mailed code by-passed",
    needs=frozenset({Part.ESTATE}),
    check=_check,
    bad=Sample(estate=_BAD),
    good=Sample(estate=_BAD.replace("[mail]", "[totp, key]")),
)
