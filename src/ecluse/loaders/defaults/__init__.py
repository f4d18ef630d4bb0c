"""Which files ship with Ecluse? The default policy set, a generic estate, and examples to start from."""

from importlib.resources import files

__all__ = ["shipped"]


def shipped(name: str) -> bytes:
    """The bytes of a shipped file: `policy.yaml`, `estate.yaml`, an example (`gate.yaml`), a form to fill in (`statement.fr.yaml`)."""
    return files(__name__).joinpath(name).read_bytes()
