"""How does the Django admin disclose whom it shows? A mixin for `ModelAdmin`: lists, forms, histories and actions."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ecluse.enforcers._disclosure import Person, persons_of
from ecluse.enforcers.django import disclose

__all__ = ["DisclosesAdmin"]

_Action = tuple[Callable[..., Any], str, str]


class DisclosesAdmin:
    """Stands first among the bases: `class PersonAdmin(DisclosesAdmin, admin.ModelAdmin)`.

    Guard the paths of the model (`/admin/portal/person/`), and `/admin/autocomplete/`, which is not
    disclosed here and so is refused where it is guarded.

    Attributes:
        ecluse_person: where an object has its person: an attribute (`person_id`, `file.person_id`) or a function.
        ecluse_categories: categories of data that the admin shows.
    """

    ecluse_person: Person = "pk"
    ecluse_categories: Sequence[str] = ()

    def get_changelist_instance(self, request: Any) -> Any:
        """Makes the list, once the rows of its page may be shown.

        Raises:
            Refused: when they may not; let it pass.
        """
        parent: Any = super()
        changelist = parent.get_changelist_instance(request)
        self._disclose(request, changelist.result_list, "list")
        return changelist

    def get_object(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Finds the object of a form, a deletion or a history, once it may be shown."""
        parent: Any = super()
        found = parent.get_object(request, *args, **kwargs)
        if found is not None:
            self._disclose(request, [found], "view")
        return found

    def changeform_view(
        self, request: Any, object_id: Any = None, *args: Any, **kwargs: Any
    ) -> Any:
        """Shows a form; an empty one shows nobody."""
        if object_id is None:
            disclose(request, ())
        parent: Any = super()
        return parent.changeform_view(request, object_id, *args, **kwargs)

    def get_actions(self, request: Any) -> dict[str, _Action]:
        """The actions, each of which runs once all objects that it is given may be shown."""
        parent: Any = super()
        actions: dict[str, _Action] = parent.get_actions(request)
        return {
            name: (self._disclosing(action, name), word, description)
            for name, (action, word, description) in actions.items()
        }

    def _disclosing(self, action: Callable[..., Any], name: str) -> Callable[..., Any]:
        def acting(modeladmin: Any, request: Any, queryset: Any) -> Any:
            self._disclose(request, queryset, name)
            return action(modeladmin, request, queryset)

        return acting

    def _disclose(self, request: Any, objects: Iterable[Any], operation: str) -> None:
        persons = persons_of(self, objects)
        disclose(request, persons, categories=self.ecluse_categories, operation=operation)
