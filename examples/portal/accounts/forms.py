"""What does one fill in to log in, and to open an account?"""

from django import forms
from django.contrib.auth import password_validation
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Kind

__all__ = ["CodeForm", "NewAccountForm"]

_USERNAME = RegexValidator(r"^[a-z0-9][a-z0-9.-]*$", _("Small letters, digits, dots and hyphens."))


class CodeForm(forms.Form):
    """The code of the telephone."""

    code = forms.CharField(
        label=_("Code"),
        max_length=7,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}
        ),
    )


class NewAccountForm(forms.ModelForm):
    """What a manager says of an account to open: in the manager's own organization, a partner or a manager."""

    username = forms.CharField(label=_("Account"), max_length=64, validators=[_USERNAME])
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[(k.value, k.label) for k in (Kind.PARTNER, Kind.MANAGER)]
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least twelve characters."),
    )

    class Meta:
        model = Account
        fields = ("username", "kind")

    def clean_password(self) -> str:
        """Refuses a weak one."""
        password: str = self.cleaned_data["password"]
        password_validation.validate_password(password)
        return password
