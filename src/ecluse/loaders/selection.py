"""Which accesses does a selection file ask for? Selections that are taken together, or every fault of the file with its place.

version: 1
selections:
  - accounts: [agent-1204]
    from: 2025-07-12T10:00:00Z
    to: 2025-07-12T12:00:00Z
  - sessions: [s-77, s-78]
"""

from typing import Final

from ecluse.loaders.located import Fields, Node, Reader
from ecluse.loaders.selection_schema import SELECTION_FIELDS
from ecluse.model.exposure import Selection

__all__ = ["load_selections"]

_TOP: Final = ("version", "selections")


def load_selections(text: bytes, *, file: str) -> tuple[Selection, ...]:
    """Reads a selection file.

    Raises:
        ConfigError: with every fault of the file.
    """
    reader = Reader(text, file=file)
    top = Fields(reader, reader.root, _TOP, what="a selection file")
    version = top.integer("version", 1, required=True)
    if version != 1:
        reader.note(top.place("version"), f"version {version} is not known", "write `version: 1`")
    nodes = top.items("selections", required=True)
    found = tuple(_selection(reader, node) for node in nodes)
    reader.raise_if_issues()
    return found


def _selection(reader: Reader, node: Node) -> Selection:
    fields = Fields(reader, node, SELECTION_FIELDS, what="a selection")
    since, until = fields.instant("from", None), fields.instant("to", None)
    if since is not None and until is not None and since >= until:
        reader.note(fields.place("to"), "`to` is not after `from`", "exchange them")
    if not node.entries:
        reader.note(node, "this selection would take every access", "write at least one key")
    return Selection(
        accounts=fields.strings("accounts"),
        sessions=fields.strings("sessions"),
        sources=fields.strings("sources"),
        applications=fields.strings("applications"),
        organizations=fields.strings("organizations"),
        lineages=fields.strings("lineages"),
        since=since,
        until=until,
    )
