"""Who is a program that shows a token instead of logging in?"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts.models import Account, Kind

__all__ = ["BearerMiddleware"]


class BearerMiddleware:
    """Lets a machine account in by `Authorization: Bearer`; such a request has no session and no CSRF check."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token:
            machine = Account.objects.filter(
                token_digest=Account.digest(token), kind=Kind.MACHINE, is_active=True
            ).first()
            if machine is not None:
                request.user = machine
        return self.get_response(request)
