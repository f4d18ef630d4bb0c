"""Who may open which application? The portal's own rule: by kind of account, whoever the person is."""

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

__all__ = ["ApplicationMixin"]


class ApplicationMixin:
    """A view of one application. Any account of the right kind reads any person, which is where thefts begin."""

    application: str

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Lets the right kinds in, and sends the others to log in or away."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if self.application not in {a.id for a in request.user.opens}:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)
