"""How does a manager open accounts for the manager's own organization?"""

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin, UserPassesTestMixin
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import FormView
from portal.gate import tell_of_account

from accounts.forms import NewAccountForm
from accounts.models import Account, Kind

__all__ = ["AccountsView"]


class AccountsView(LoginRequiredMixin, UserPassesTestMixin, FormView):
    """The accounts of an organization, with a form for one more."""

    template_name = "accounts/accounts.html"
    form_class = NewAccountForm

    def test_func(self) -> bool:
        """Managers only."""
        return self.request.user.kind == Kind.MANAGER

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """The accounts that are there."""
        mine = Account.objects.filter(organization=self.request.user.organization)
        return super().get_context_data(accounts=mine.select_related("created_by"), **more)

    def form_valid(self, form: NewAccountForm) -> HttpResponse:
        """Opens the account; the gate hears of it first, so that it never reads as an old one."""
        manager = self.request.user
        said = form.cleaned_data
        if not tell_of_account(said["username"], said["kind"], manager):
            form.add_error(None, _("No account can be opened at the moment. Try again later."))
            return self.form_invalid(form)
        Account.objects.create(
            username=said["username"],
            kind=said["kind"],
            password=said["password"],
            organization=manager.organization,
            created_by=manager,
            created_at=timezone.now(),
        )
        return redirect("accounts")
