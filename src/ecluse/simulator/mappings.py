"""What must a reader know of the logs written here: where account, persons and the rest stand."""

from typing import Any, Final

__all__ = ["table_mapping", "web_mapping"]

_PERSONS: Final = r"/dossiers/([0-9,]+)"


def web_mapping(
    form: str, applications: tuple[str, ...], *, session: str | None = None
) -> dict[str, Any]:
    return {}


def table_mapping(form: str) -> dict[str, Any]:
    return {}
