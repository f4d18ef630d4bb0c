"""What does `controller.yaml` say? Who answers for the data, or every fault of the file with its place."""

import re
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from ecluse.loaders.controller_schema import CONTROLLER
from ecluse.loaders.located import Fault, Fields, Node, Reader, quote, scalars
from ecluse.model.notice import Both, Contact, Controller

__all__ = ["load_controller", "read_both"]

_MAIL: Final = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+\.[^\s@<>,;\".]+")
_PHONE: Final = re.compile(r"\+?[0-9][0-9 .()-]{1,28}[0-9]")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_DEFS: Final = CONTROLLER["$defs"]
_NIS2: Final = {"essential": "essential", "important": "important", "none": ""}


def load_controller(text: bytes | str, *, file: str) -> Controller:
    """Reads the file of the controller.

    Raises:
        ConfigError: with every fault of the file.
    """
    reader = Reader(text, file=file)
    top = Fields(reader, reader.root, CONTROLLER["properties"], what="the controller")
    version = top.integer("version", 1, required=True)
    if version != 1:
        reader.note(top.place("version"), f"version {version} is not known", "write `version: 1`")
    read = Controller(
        name=top.string("name", "", required=True),
        siren=top.get("siren", _siren, ""),
        address=top.string("address", "", lines=True),
        country=top.string("country", "FR", pattern=_COUNTRY, shape="a country such as FR"),
        sector=top.string("sector", ""),
        size=top.string("size", ""),
        representative=_contact(top, "representative", "the legal representative"),
        dpo=_contact(top, "dpo", "the data protection officer", required=True),
        helpdesk=_contact(top, "helpdesk", "the desk that answers persons"),
        insurer=_contact(top, "insurer", "the insurer"),
        news=top.string("news", ""),
        processors=_processors(top),
        joint=top.strings("joint"),
        zone=top.get("zone", _zone, "Europe/Paris"),
        nis2=top.word("nis2", _NIS2, ""),
        csirt=top.string("csirt", "CERT-FR (ANSSI)"),
    )
    reader.raise_if_issues()
    return read


def read_both(fields: Fields, key: str, *, required: bool = False) -> Both:
    """A text in both languages: a mapping with `fr` and `en`, of which one may be missing."""
    inner = fields.fields(key, ("fr", "en"), what=f"`{key}`", required=required)
    return Both() if inner is None else _both(inner, key)


def _both(inner: Fields, key: str) -> Both:
    if "fr" not in inner and "en" not in inner and not inner.node.items and not inner.node.text:
        inner.reader.note(inner.node, f"`{key}` has a text in no language", "write `fr:` and `en:`")
    return Both(inner.string("fr", "", lines=True), inner.string("en", "", lines=True))


def _contact(top: Fields, key: str, what: str, *, required: bool = False) -> Contact:
    inner = top.fields(key, _DEFS["contact"]["properties"], what=what, required=required)
    if inner is None:
        return Contact("")
    shape = "an address such as dpo@example.org"
    mail = inner.string("mail", "", pattern=_MAIL, shape=shape)
    phone = inner.get("phone", partial(_phone), "")
    if key == "dpo" and not mail and not phone and "mail" not in inner and "phone" not in inner:
        inner.reader.note(inner.node, "nobody can reach the data protection officer", "add `mail:` or `phone:` (GDPR art. 33(3)(b))")  # fmt: skip
    return Contact(
        name=inner.string("name", "", required=True),
        role=inner.string("role", ""),
        mail=mail,
        phone=phone,
        hours=read_both(inner, "hours"),
    )


def _processors(top: Fields) -> tuple[tuple[str, str], ...]:
    read: list[tuple[str, str]] = []
    for node in top.items("processors"):
        inner = Fields(top.reader, node, _DEFS["processor"]["properties"], what="a processor")
        name, does = inner.string("name", "", required=True), inner.string("does", "")
        if name in [known for known, _ in read]:
            top.reader.note(inner.place("name"), f"{quote(name)} is listed twice", "remove one of them")  # fmt: skip
        read.append((name, does))
    return tuple(read)


def _siren(node: Node) -> str:
    """Nine digits whose last is the check digit of Luhn; spaces between are left out."""
    written = scalars.text(node) if not node.plain else node.text
    digits = re.sub(r"[ \u00a0\u202f]", "", written)
    total = sum(
        sum(divmod(int(sign) * (1 + place % 2), 10))
        for place, sign in enumerate(reversed(digits))
        if sign.isdigit()
    )
    if re.fullmatch(r"[0-9]{9}", digits) is None or total % 10:
        raise Fault(f"{quote(written)} is no SIREN", "write its nine digits; leave the key out for a body without one")  # fmt: skip
    return digits


def _phone(node: Node) -> str:
    written = node.text if node.plain else scalars.text(node)
    if _PHONE.fullmatch(written) is None:
        raise Fault(f"{quote(written)} is no telephone number", 'write it in quotes, like "01 99 00 12 34" or "3900"')  # fmt: skip
    return written


def _zone(node: Node) -> str:
    name = scalars.text(node)
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise Fault(f"{quote(name)} is no time zone", "write it as in the IANA database, such as Europe/Paris") from None  # fmt: skip
    return name
