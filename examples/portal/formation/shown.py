"""What does the follow-up of training show?"""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _
from people.models import Person
from people.shown import Column, Shown

from formation.models import Enrolment

__all__ = ["SHOWN"]


def _each(of: Callable[[Enrolment], str]) -> Callable[[Person], str]:
    return lambda person: "; ".join(of(enrolment) for enrolment in person.enrolment_set.all())


SHOWN = Shown(
    application="formation",
    title=_("Training"),
    categories=("identity", "contact", "training"),
    columns=(
        Column("training", _("Training"), _each(lambda e: e.training.title)),
        Column("hours", _("Hours attended"), _each(lambda e: str(e.hours))),
        Column("result", _("Result"), _each(lambda e: e.result)),
        Column("birth_date", _("Date of birth"), lambda p: p.birth_date, listed=False),
        Column("email", _("E-mail"), lambda p: p.email, listed=False),
        Column("phone", _("Telephone"), lambda p: p.phone, listed=False),
        Column(
            "address", _("Address"), lambda p: f"{p.street}, {p.postcode} {p.city}", listed=False
        ),
    ),
    persons=lambda: Person.objects.prefetch_related("enrolment_set__training"),
)
