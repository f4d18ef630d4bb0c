"""How does a Django REST framework view disclose by itself? A mixin: whatever goes into a serializer is asked about first."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from ecluse.enforcers._disclosure import Person, persons_of
from ecluse.enforcers.django import disclose

__all__ = ["DisclosesMixin"]


class DisclosesMixin:
    """Stands first among the bases of a view or view set: `class People(DisclosesMixin, ModelViewSet)`.

    A page of a list, one object, an updated and a created object are disclosed before they are
    serialized. What a view answers without its serializer it must disclose itself.

    Attributes:
        ecluse_person: where an object has its person: an attribute, or a function that may give several.
        ecluse_categories: categories of data that the serializer shows.
        ecluse_operations: what the actions are called in the ledger; others by their own name.
    """

    ecluse_person: Person = "pk"
    ecluse_categories: Sequence[str] = ()
    ecluse_operations: ClassVar[dict[str, str]] = {"retrieve": "view", "partial_update": "update"}

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """Makes the serializer, once its objects may be shown.

        Raises:
            Refused: when they may not; let it pass.
        """
        parent: Any = super()
        instance = args[0] if args else kwargs.pop("instance", None)
        if instance is None:
            return parent.get_serializer(*args, **kwargs)
        if kwargs.get("many"):
            instance = list(instance)
            self._disclose(instance)
        else:
            self._disclose([instance])
        return parent.get_serializer(instance, *args[1:], **kwargs)

    def perform_create(self, serializer: Any) -> None:
        """Creates, then discloses what was created; in a transaction, a refusal takes it back."""
        parent: Any = super()
        parent.perform_create(serializer)
        self._disclose([serializer.instance])

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Describes the view, which shows nobody."""
        disclose(request, ())
        parent: Any = super()
        return parent.options(request, *args, **kwargs)

    def _disclose(self, objects: Iterable[Any]) -> None:
        view: Any = self
        action = getattr(view, "action", None) or view.request.method.lower()
        persons = persons_of(self, objects)
        operation = self.ecluse_operations.get(action, action)
        disclose(view.request, persons, categories=self.ecluse_categories, operation=operation)
