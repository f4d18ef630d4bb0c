"""How does one log in? A password, and then the second factor for those who have one."""

from django.conf import settings
from django.contrib.auth import login, views
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import Account

__all__ = ["LoginView", "LogoutView"]

PENDING = "pending_account"


class LoginView(views.LoginView):
    """The password."""

    template_name = "accounts/login.html"
    redirect_authenticated_user = False

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Logs in, or goes on to the second factor without having logged in."""
        account: Account = form.get_user()
        if not account.has_second_factor:
            login(self.request, account)
            self.request.session["factor"] = "none"
            return redirect(self.get_success_url())
        self.request.session.cycle_key()
        self.request.session[PENDING] = account.pk
        return redirect(reverse("factor") + "?" + urlencode({"next": self.get_success_url()}))


class LogoutView(views.LogoutView):
    """Ends the session."""

    next_page = settings.LOGIN_URL
