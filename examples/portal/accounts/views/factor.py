"""How does a session give its second factor? At the log-in, and again whenever it is asked for (RFC 9470)."""

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts import totp
from accounts.forms import CodeForm
from accounts.models import Account
from accounts.views.login import PENDING

__all__ = ["factor"]


def factor(request: HttpRequest) -> HttpResponse:
    """Asks for the code of the telephone, and keeps in the session what was given, and when."""
    account = _account(request)
    if account is None:
        return redirect(settings.LOGIN_URL)
    if not account.has_second_factor:
        return render(request, "accounts/no_factor.html", status=403)
    now = timezone.now().timestamp()
    form = CodeForm(request.POST or None)
    if form.is_valid():
        if totp.is_right(account.totp_secret, form.cleaned_data["code"], now):
            return _accepted(request, account)
        form.add_error("code", _("This is not the code that the telephone shows now."))
    shown = (
        totp.code(account.totp_secret, timezone.now().timestamp())
        if settings.SIMULATED_TELEPHONE
        else None
    )
    return render(request, "accounts/factor.html", {"form": form, "telephone": shown})


def _account(request: HttpRequest) -> Account | None:
    """Who is between password and code, or is logged in and gives the code again."""
    if request.user.is_authenticated:
        return request.user
    return Account.objects.filter(pk=request.session.get(PENDING), is_active=True).first()


def _accepted(request: HttpRequest, account: Account) -> HttpResponse:
    if not request.user.is_authenticated:
        del request.session[PENDING]
        login(request, account)
    request.session["factor"] = "totp"
    request.session["auth_time"] = int(timezone.now().timestamp())
    wanted = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, {request.get_host()}, require_https=request.is_secure()
    )
    return redirect(wanted if safe else settings.LOGIN_REDIRECT_URL)
