"""Which scenarios are there, and which one is meant by a name or an S-number."""

import importlib
import pkgutil
from functools import lru_cache

from ecluse.model.errors import CallerError
from ecluse.simulator import scenarios
from ecluse.simulator.plan import Card

__all__ = ["all_cards", "card_of"]


@lru_cache(maxsize=1)
def all_cards() -> tuple[Card, ...]:
    """Every scenario, in the order of their S-numbers; one file in `scenarios` is one of them."""
    names = [module.name for module in pkgutil.iter_modules(scenarios.__path__)]
    cards: list[Card] = [
        importlib.import_module(f"{scenarios.__name__}.{name}").CARD for name in sorted(names)
    ]
    return tuple(sorted(cards, key=lambda card: int(card.number[1:])))


def card_of(name: str) -> Card:
    """The scenario of this name or S-number, capitals aside.

    Raises:
        CallerError: when there is none.
    """
    for card in all_cards():
        if name.lower() in {card.name, card.number.lower()}:
            return card
    known = ", ".join(f"{card.name} ({card.number})" for card in all_cards())
    raise CallerError(f"there is no scenario `{name}`", help=f"the scenarios are {known}")
