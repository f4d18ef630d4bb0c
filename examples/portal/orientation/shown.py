"""What does the orientation tool show?"""

from django.utils.translation import gettext_lazy as _
from people.models import Person
from people.shown import Column, Shown

__all__ = ["SHOWN"]


def _trades(person: Person) -> str:
    return "; ".join(wish.trade for wish in person.wish_set.all())


def _advice(person: Person) -> str:
    return "; ".join(wish.advice for wish in person.wish_set.all() if wish.advice)


SHOWN = Shown(
    application="orientation",
    title=_("Orientation"),
    categories=("identity", "wishes"),
    columns=(
        Column("city", _("Town"), lambda p: p.city),
        Column("trades", _("Trades wished for"), _trades),
        Column("advice", _("Advice"), _advice, listed=False),
        Column("birth_date", _("Date of birth"), lambda p: p.birth_date, listed=False),
    ),
    persons=lambda: Person.objects.prefetch_related("wish_set"),
)
