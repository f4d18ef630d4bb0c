"""What is told before a limit is reached? A header for programs and a banner for a page; no number."""

import html

from ecluse.model.asked import Answer
from ecluse.refusal.headers import extended, quoted
from ecluse.refusal.language import Language, sentences

__all__ = ["NAME", "banner", "is_near", "notice_header"]

NAME = "Ecluse-Notice"
"""Name of the header."""


def is_near(answer: Answer) -> bool:
    """Whether the data leaves with a word of warning: a limit is near, or releases are slowed."""
    return answer.released and answer.effect in {"warn", "slow"}


def notice_header(*, language: Language) -> tuple[str, str]:
    """The header: `warn`, then the sentence in ASCII and, as RFC 8187 writes it, in the language.

    Neither the limit nor what is left of it is said: whoever steals an account would read until just below it.
    """
    english, own = sentences("en").say("notice"), sentences(language).say("notice")
    return NAME, f"warn; text={quoted(english)}; text*={extended(own, language=language)}"


def banner(*, language: Language) -> str:
    """An HTML fragment to put into a page; a screen reader speaks it when it appears."""
    said = html.escape(sentences(language).say("notice"))
    return f'<div class="ecluse-notice" role="status" lang="{language}">{said}</div>'
