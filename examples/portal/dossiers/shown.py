"""What does an adviser's file show?"""

from django.utils.translation import gettext_lazy as _
from people.models import Person
from people.shown import Column, Shown

__all__ = ["SHOWN"]

SHOWN = Shown(
    application="dossiers",
    title=_("Files"),
    categories=("identity", "contact", "registration"),
    columns=(
        Column("birth_date", _("Date of birth"), lambda p: p.birth_date),
        Column("city", _("Town"), lambda p: p.city),
        Column("status", _("Status"), lambda p: p.get_status_display()),
        Column("nir", _("Social security number"), lambda p: p.nir, listed=False),
        Column("email", _("E-mail"), lambda p: p.email, listed=False),
        Column("phone", _("Telephone"), lambda p: p.phone, listed=False),
        Column(
            "address", _("Address"), lambda p: f"{p.street}, {p.postcode} {p.city}", listed=False
        ),
        Column("registered_on", _("Registered on"), lambda p: p.registered_on, listed=False),
    ),
    persons=Person.objects.all,
)
