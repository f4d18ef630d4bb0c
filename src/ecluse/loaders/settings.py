"""What does a gate's settings file say? One tree of settings, or every fault of the file with its place."""

import re
from functools import partial
from typing import Final

from ecluse.loaders import schema
from ecluse.loaders.addresses import Address, address
from ecluse.loaders.channels import read_channels, read_honey
from ecluse.loaders.located import Fault, Fields, Kind, Node, Reader, quote, scalars
from ecluse.loaders.settings_schema import SETTINGS
from ecluse.loaders.shared_counter import read_counter
from ecluse.loaders.spans import span
from ecluse.model.settings import Listen, Settings, StepUp
from ecluse.model.time import DAY, HOUR, MINUTE, SECOND

__all__ = ["load_settings"]

_MODE: Final = re.compile(r"0?[0-7]{3}")
_OTHERS_WRITE: Final = 0o002

_NO_FACTOR: Final = {
    **dict.fromkeys(
        ("mail", "email", "e-mail"),
        "a mailed code is no second factor: whoever reads the mail has it too (CNIL, délibération 2025-019)",
    ),
    **dict.fromkeys(("none", "password", "pwd"), "that is no second factor"),
}
"""Kinds of factor that can never count as a second one."""


def load_settings(text: bytes | str, *, file: str) -> Settings:
    """Reads the settings of a gate; names of files stay as they are written, relative to this file.

    Raises:
        ConfigError: with every fault of the file.
    """
    reader = Reader(text, file=file)
    top = Fields(reader, reader.root, schema.keys(SETTINGS), what="the settings of a gate")
    version = top.integer("version", 1, required=True)
    if version != 1:
        reader.note(top.place("version"), f"version {version} is not known", "write `version: 1`")
    top.string("description", "", lines=True)
    default = Settings()
    settings = Settings(
        listen=_listen(top),
        clients=top.string("clients", None),
        routes=top.string("routes", None),
        counter=read_counter(top),
        step_up=_step_up(top),
        reservation=top.get("reservation", partial(span, least=SECOND, most=HOUR), default.reservation),
        slow=top.get("slow", partial(span, most=MINUTE), default.slow),
        durable=top.boolean("durable", default=default.durable),
        loss=top.get("loss", partial(span, most=MINUTE), default.loss),
        contact=_contact(top),
        snapshot_every=top.integer("snapshot_every", default.snapshot_every, least=1000, most=10**9),
        retire=top.duration("retire", default.retire, most=schema.MAX_WINDOW_DAYS * DAY),
        channels=read_channels(top),
        honey=read_honey(top),
    )  # fmt: skip
    if "loss" in top and settings.durable:
        reader.note(
            top.place("loss"),
            "`loss` says what a loss of power may forget, and entries are durable",
            "remove `loss`, or write `durable: false` to accept that loss",
        )
    reader.raise_if_issues()
    return settings


def _listen(top: Fields) -> Listen:
    listen = top.fields("listen", ("unix", "tcp"), what="where the gate answers")
    if listen is None:
        return Listen()
    if listen.node.kind is Kind.MAPPING and not listen.node.entries:
        top.reader.note(listen.node, "the mapping is empty", "write `unix:` or `tcp:`")
    unix = listen.fields("unix", schema.keys(SETTINGS, "unix"), what="a Unix socket")
    tcp = listen.fields("tcp", schema.keys(SETTINGS, "tcp"), what="an address to listen on")
    default = Listen()
    at = None if tcp is None else tcp.get("address", address, None, required=True)
    if tcp is not None:
        _check_tls(tcp, at)
    return Listen(
        unix=None if unix is None else unix.string("path", None, required=True),
        mode=default.mode if unix is None else unix.get("mode", _mode, default.mode),
        group=None if unix is None else unix.string("group", None),
        tcp=None if at is None else at.text,
        certificate=None if tcp is None else tcp.string("certificate", None),
        key=None if tcp is None else tcp.string("key", None),
        client_ca=None if tcp is None else tcp.string("client_ca", None),
    )


def _check_tls(tcp: Fields, at: Address | None) -> None:
    note = tcp.reader.note
    if ("certificate" in tcp) != ("key" in tcp):
        given, missing = ("key", "certificate")[:: 1 if "key" in tcp else -1]
        note(tcp.place(given), f"`{given}` without `{missing}`", f"add `{missing}:`")
    elif "client_ca" in tcp and "certificate" not in tcp:
        note(
            tcp.place("client_ca"),
            "clients show certificates only to a server that has one",
            "add `certificate:` and `key:`",
        )
    elif at is not None and not at.loopback and "certificate" not in tcp:
        note(
            tcp.place("address"),
            f"{quote(at.text)} can be reached from other machines, and nothing encrypts what they send",
            "add `certificate:` and `key:`, or listen on 127.0.0.1 or [::1]",
        )


def _mode(node: Node) -> int:
    if node.plain and _MODE.fullmatch(node.text):
        raise Fault(
            f"{quote(node.text)} is a number in base 8 to some YAML readers and in base 10 to others",
            f'put it in quotes: "{node.text}"',
        )
    written = scalars.text(node, pattern=_MODE, shape='permissions in octal, such as "0660"')
    mode = int(written, 8)
    if mode & _OTHERS_WRITE:
        raise Fault(
            f"{quote(written)} lets every user of the machine ask",
            'write "0660", and put those who may ask into the group',
        )
    return mode


def _step_up(top: Fields) -> StepUp:
    keys = schema.keys(SETTINGS, "step_up")
    step_up = top.fields("step_up", keys, what="what a second factor is")
    default = StepUp()
    if step_up is None:
        return default
    if step_up.node.kind is Kind.MAPPING and not step_up.node.entries:
        top.reader.note(step_up.node, "the mapping is empty", "remove `step_up`, or write a key")
    seconds = step_up.duration("max_age", default.max_age * SECOND, most=DAY) // SECOND
    return StepUp(
        acr_values=step_up.each("acr_values", _acr_value) or default.acr_values,
        max_age=seconds,
        factors=frozenset(step_up.each("factors", _factor)) or default.factors,
    )


def _acr_value(node: Node) -> str:
    value = scalars.text(node)
    if any(c in value for c in ' "\\') or not value.isascii():
        raise Fault(
            f"{quote(value)} holds a blank, a quote, or no ASCII", "list several values one by one"
        )
    return value


def _factor(node: Node) -> str:
    kind = scalars.text(node)
    if (reason := _NO_FACTOR.get(kind.casefold())) is not None:
        raise Fault(
            f"{quote(kind)}: {reason}", "remove it; totp, key, passkey and smartcard are some"
        )
    return kind


def _contact(top: Fields) -> tuple[tuple[str, str], ...]:
    languages = ("en", "fr")
    contact = top.fields("contact", languages, what="whom one can call")
    if contact is None:
        return ()
    return tuple((lang, contact.string(lang, "", required=True)) for lang in languages)
