"""What does a person in front of a browser get when nothing is shown? One page that needs nothing from elsewhere, in two languages."""

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from typing import Final
from urllib.parse import quote

from ecluse.model.asked import Answer
from ecluse.refusal.case import Case, of_answer
from ecluse.refusal.language import LANGUAGES, Language, Sentences, as_sentence, sentences
from ecluse.refusal.problem import headers_of, opening_of

__all__ = ["AGAIN", "JUSTIFICATION", "Page", "page", "page_of"]

JUSTIFICATION: Final = "ecluse_justification"
"""Form field that carries the reason in words."""
AGAIN: Final = "ecluse_again"
"""Form field that says: this is the page's form, do again what was asked with this method."""

_LONGEST: Final = 500
"""Characters of a reason that the ledger keeps."""
_LINK: Final = re.compile(r"(?:https?://[^\s/?#]|/(?![/\\]))[^\s\\]*", re.IGNORECASE)
"""A log-in address: on this host, or a whole http address. Nothing that a browser would run."""


@dataclass(frozen=True, slots=True)
class Page:
    """An HTML page with the headers that must go with it."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str


def page(
    answer: Answer, *, language: Language, sign_in: str = "", back: str = "", form: bool = False
) -> Page:
    """Tells a refusal to the person in front of the screen.

    Args:
        answer: a refusal of the gate.
        language: shown first; the other one is on the page as well, folded.
        sign_in: where a session gives a second factor again, for `step_up`. `{next}`, `{acr_values}` and
            `{max_age}` in it are filled in.
        back: what stands for `{next}`: the path to come back to.
        form: for `justify`, whether to ask for the reason in a form, which is posted to the address of the page.
    """
    return page_of(of_answer(answer), language=language, sign_in=sign_in, back=back, form=form)


def page_of(
    case: Case, *, language: Language, sign_in: str = "", back: str = "", form: bool = False
) -> Page:
    """Tells any case to the person in front of the screen."""
    other = next(candidate for candidate in LANGUAGES if candidate != language)
    words, others = sentences(language), sentences(other)
    body = _template().substitute(
        language=language,
        other=other,
        style=_style(),
        title=escape(words.say(f"title.{case.kind}")),
        told=_told(case, words),
        act=_act(case, words, sign_in=sign_in, back=back, form=form),
        help=_help(case, words),
        switch=escape(others.say("switch")),
        other_title=escape(others.say(f"title.{case.kind}")),
        other_told=_told(case, others),
        other_help=_help(case, others),
    )
    return Page(case.status, (*_HTML, *headers_of(case, language=language), _policy()), body)


_HTML: Final = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),  # with `no-referrer` the form's Origin would be null
)


def _told(case: Case, words: Sentences) -> str:
    """What happened, when it opens, and whose fault it is not."""
    said = [f"<p>{escape(words.say(f'what.{case.kind}'))}</p>"]
    if reason := words.pick(case.reason):
        said.append(f"<p>{escape(as_sentence(reason))}</p>")
    if opening := opening_of(case, language=words.language):
        said.append(f'<p class="opens">{escape(opening)}</p>')
    if not case.ours:
        said.append(f'<p class="calm">{escape(words.say("calm"))}</p>')
    return "\n".join(said)


def _help(case: Case, words: Sentences) -> str:
    """Whom to call, and what to quote."""
    contact = words.pick(case.contact) or words.say("contact.nobody")
    items = [_item(words.say("contact"), contact)]
    if case.entry is not None:
        items.append(_item(words.say("reference"), str(case.entry)))
    return "\n".join(["<dl>", *items, "</dl>"])


def _item(term: str, meaning: str) -> str:
    return f"<dt>{escape(term)}</dt>\n<dd>{escape(meaning)}</dd>"


def _act(case: Case, words: Sentences, *, sign_in: str, back: str, form: bool) -> str:
    """What the person can do at once: give a reason, or log in again."""
    if case.kind == "justify" and form:
        described = 'required minlength="3" aria-describedby="kept"'
        return "\n".join(
            [
                '<form method="post">',
                f'<input type="hidden" name="{AGAIN}" value="GET">',
                f'<label for="reason">{escape(words.say("justify.label"))}</label>',
                f'<textarea id="reason" name="{JUSTIFICATION}" maxlength="{_LONGEST}" {described}></textarea>',
                f'<p class="kept" id="kept">{escape(words.say("justify.kept"))}</p>',
                f'<button class="act" type="submit">{escape(words.say("justify.button"))}</button>',
                "</form>",
            ]
        )
    if case.kind == "justify":
        return f"<p>{escape(words.say('justify.how'))}</p>"
    link = _link(case, sign_in, back) if case.kind == "step_up" else ""
    label = escape(words.say("step_up.button"))
    return f'<p><a class="act" href="{escape(link)}">{label}</a></p>' if link else ""


def _link(case: Case, sign_in: str, back: str) -> str:
    filled = (
        sign_in.replace("{acr_values}", quote(" ".join(case.acr_values), safe=""))
        .replace("{max_age}", "" if case.max_age is None else str(case.max_age))
        .replace("{next}", quote(back, safe=""))
    )
    return filled if _LINK.fullmatch(filled) else ""


@cache
def _template() -> Template:
    return Template(_packed("page.html"))


@cache
def _style() -> str:
    return _packed("page.css")


def _packed(name: str) -> str:
    return files("ecluse.refusal").joinpath("templates", name).read_text("utf-8")


@cache
def _policy() -> tuple[str, str]:
    """Content-Security-Policy: the one style block by its hash, the form to its own site, and nothing else at all."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    allowed = (
        "default-src 'none'",
        f"style-src 'sha256-{digest}'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
    return "Content-Security-Policy", "; ".join(allowed)
