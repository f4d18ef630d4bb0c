"""Which JSON Schemas are published? One file each for what people write, for completion in editors."""

from importlib.resources import files

__all__ = ["names", "published"]


def names() -> tuple[str, ...]:
    """The names of the published schemas: `estate`, `policy` and others."""
    found = (f.name for f in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in found if name.endswith(".json")))


def published(name: str) -> str:
    """The text of a published schema."""
    return files(__name__).joinpath(f"{name}.json").read_text(encoding="utf-8")
