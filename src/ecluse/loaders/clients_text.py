"""How is a change written into a clients file without disturbing what people wrote there? As text, at its place.

An edit is tried at the place that it concerns, and the result is read again: when it says exactly what was wanted,
comments and layout are as they were. Where the file is written in another manner, it is written anew, and
`amend` says so.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterator

from ecluse.loaders.clients import load_clients
from ecluse.loaders.located import Kind, Node, compose
from ecluse.model.client import Scope
from ecluse.model.enrolment import Enrolled, Enrolment, Token
from ecluse.model.errors import ConfigError
from ecluse.model.time import format_instant

__all__ = ["amend", "render"]

_HEAD = """\
# Who may speak to the gate. `ecluse client` writes this file; people may too, and what they remark stays.
# It holds no secret: a token is only valid with the signature of the key beside this file.
"""


def render(enrolment: Enrolment) -> str:
    """The whole file, written anew."""
    lines = [_HEAD + "version: 1", *_key(enrolment)]
    if enrolment.clients:
        lines.append("clients:")
    for enrolled in enrolment.clients:
        lines += ["", *_block(enrolled, "  - ")]
    return "\n".join(lines) + "\n"


def amend(text: str, before: Enrolment, after: Enrolment) -> tuple[str, bool]:
    """Changes the file that says `before` so that it says `after`.

    Returns:
        The new text, and whether remarks and layout are as they were.
    """
    try:
        edited = _edit(text, before, after)
        if load_clients(edited, file="clients") == after:
            return edited, True
    except ConfigError:
        pass  # written in a manner that the edits do not know
    return render(after), False


def _edit(text: str, before: Enrolment, after: Enrolment) -> str:
    if after.key != before.key:
        version = _value(compose(text, file=""), "version")
        text = _insert_lines(text, _next_line(version), list(_key(after)))
    for new in after.clients:
        old = before.find(new.client.id)
        if old is None:
            text = _append(text, new)
        elif new != old:
            text = _change(text, old, new)
    return text


def _append(text: str, new: Enrolled) -> str:
    """A client more, after the others."""
    root = compose(text, file="")
    keys = [key for key, _ in root.entries]
    names = [key.text for key in keys]
    if "clients" not in names:
        return text.rstrip("\n") + "\n" + "\n".join(["clients:", *_block(new, "  - ")]) + "\n"
    clients = root.entries[names.index("clients")][1]
    lines = text.split("\n")
    prefix = lines[clients.items[0].line - 1][: clients.items[0].column - 1]
    below = [key.line for key in keys if key.line > clients.line]
    at = min(below) - 1 if below else len(text.rstrip("\n").split("\n"))
    return _insert_lines(text, at, ["", *_block(new, prefix)])


def _change(text: str, old: Enrolled, new: Enrolled) -> str:
    """What a known client has more: tokens, certificates, users, an end."""
    name = new.client.id
    for token in reversed(new.tokens):
        known = next((t for t in old.tokens if t.id == token.id), None)
        if known is None:
            text = _add_item(text, _find(text, name), "tokens", _flow(token))
        elif token.revoked != known.revoked and token.revoked is not None:
            node = _find_token(_find(text, name), token.id)
            text = _add_key(text, node, f'revoked: "{format_instant(token.revoked)}"')
    for certificate in set(new.certificates) - set(old.certificates):
        text = _add_item(text, _find(text, name), "certificates", f'"sha256:{certificate}"')
    for user in set(new.unix) - set(old.unix):
        text = _add_item(text, _find(text, name), "unix", _quoted(user))
    if new.revoked != old.revoked and new.revoked is not None:
        end = f'revoked: "{format_instant(new.revoked)}"'
        text = _add_key(text, _find(text, name), end)
    return text


def _find(text: str, name: str) -> Node:
    clients = _value(compose(text, file=""), "clients").items
    return next(node for node in clients if _value(node, "id").text == name)


def _find_token(client: Node, token: str) -> Node:
    return next(n for n in _value(client, "tokens").items if _value(n, "id").text == token)


def _value(mapping: Node, key: str) -> Node:
    return next(value for name, value in mapping.entries if name.text == key)


def _add_key(text: str, mapping: Node, entry: str) -> str:
    """One more key: after the first one's line, or inside the braces."""
    if _at(text, mapping) == "{":
        return _insert(text, mapping, f"{entry}, ")
    first = mapping.entries[0][1]
    return _insert_lines(text, _next_line(first), [" " * (mapping.column - 1) + entry])


def _add_item(text: str, client: Node, key: str, item: str) -> str:
    """One more item before the others of a client's list; the list, when there is none."""
    if key not in [name.text for name, _ in client.entries]:
        return _add_key(text, client, f"{key}: [{item}]")
    listed = _value(client, key)
    if listed.kind is not Kind.LIST:
        return text  # one value alone: the file is written anew
    if _at(text, listed) == "[":
        return _insert(text, listed, f"{item}, ")
    place = listed.items[0]
    prefix = text.split("\n")[place.line - 1][: place.column - 1]
    return _insert_lines(text, place.line - 1, [prefix + item])


def _at(text: str, node: Node) -> str:
    return text.split("\n")[node.line - 1][node.column - 1 : node.column]


def _insert(text: str, node: Node, addition: str) -> str:
    """Puts something right after the bracket at which a node begins."""
    lines = text.split("\n")
    line = lines[node.line - 1]
    lines[node.line - 1] = line[: node.column] + addition + line[node.column :]
    return "\n".join(lines)


def _insert_lines(text: str, at: int, more: list[str]) -> str:
    lines = text.split("\n")
    return "\n".join([*lines[:at], *more, *lines[at:]])


def _next_line(node: Node) -> int:
    """Index of the line below the one where a value stands."""
    return node.line


def _key(enrolment: Enrolment) -> Iterator[str]:
    if enrolment.key is not None:
        yield f'key: "{urlsafe_b64encode(enrolment.key).decode().rstrip("=")}"'


def _block(enrolled: Enrolled, prefix: str) -> Iterator[str]:
    """A client as block of lines; `prefix` is what stands before its first key."""
    indent = " " * len(prefix)
    client = enrolled.client
    yield f"{prefix}id: {_quoted(client.id)}"
    if enrolled.revoked is not None:
        yield f'{indent}revoked: "{format_instant(enrolled.revoked)}"'
    yield f"{indent}may: [{', '.join(s.value for s in Scope if s in client.may)}]"
    if client.applications is not None:
        yield f"{indent}applications: [{', '.join(map(_quoted, sorted(client.applications)))}]"
    if client.person:
        yield f"{indent}person: {_quoted(client.person)}"
    if enrolled.unix:
        yield f"{indent}unix: [{', '.join(map(_quoted, enrolled.unix))}]"
    for key, items in (
        ("certificates", [f'"sha256:{c}"' for c in enrolled.certificates]),
        ("tokens", [_flow(t) for t in enrolled.tokens]),
    ):
        if items:
            yield f"{indent}{key}:"
            yield from (f"{indent}  - {item}" for item in items)


def _flow(token: Token) -> str:
    revoked = "" if token.revoked is None else f', revoked: "{format_instant(token.revoked)}"'
    return f'{{id: "{token.id}", expires: "{format_instant(token.expires)}"{revoked}}}'


def _quoted(written: str) -> str:
    """A text in double quotes, as YAML reads it back."""
    return '"' + written.replace("\\", "\\\\").replace('"', '\\"') + '"'
