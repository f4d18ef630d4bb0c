"""What does one see first? The applications that one's account opens."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

__all__ = ["home"]


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The start page."""
    return render(request, "home.html")
