"""Which parts can lints look at? The files, the tables, and the day."""

from enum import Enum

__all__ = ["Part"]


class Part(Enum):
    """What a lint looks at; one that is not given is not looked at, and that is said."""

    POLICY = "policy"
    ESTATE = "estate"
    SETTINGS = "settings"
    ROUTES = "routes"
    MAPPING = "map"
    TABLES = "tables"
    TODAY = "today"
