"""Where does the portal meet Ecluse, besides its settings? Here: three functions, which do nothing where no gate is set."""

from collections.abc import Iterable, Iterator
from typing import Any

from accounts.models import Account
from django.conf import settings
from django.http import HttpRequest

__all__ = ["disclose", "stream", "tell_of_account"]

if settings.ECLUSE:
    from ecluse.enforcers.django import disclose, stream
    from ecluse.model.errors import EcluseError
    from ecluse.sdk.gate import Gate

    _gate = Gate(settings.ECLUSE["gate"], deadline=settings.ECLUSE["deadline"])

    def tell_of_account(name: str, kind: str, manager: Account) -> bool:
        """Tells the gate whose creation an account is, so that both read within one budget; whether it knows now."""
        try:
            _gate.account(
                name,
                kind=kind,
                organization=manager.organization_id,
                created_by=manager.get_username(),
            )
        except EcluseError:
            return False
        return True

else:

    def disclose(_request: HttpRequest, _persons: Iterable[str], **_about: Any) -> None:
        """Would ask before these persons are shown."""

    def stream(_request: HttpRequest, rows: Iterable[Any], **_about: Any) -> Iterator[Any]:
        """Would ask for each row; without a gate it gives them all."""
        return iter(rows)

    def tell_of_account(_name: str, _kind: str, _manager: Account) -> bool:
        """Would tell the gate of a new account."""
        return True
