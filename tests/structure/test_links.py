"""Every relative link in the documents leads to a file, and every anchor to a heading."""

import re
from functools import cache
from urllib.parse import unquote

from structure.source import ROOT, files, name_of, text

FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
DEFINITION = re.compile(r"^\[[^\]]+\]:\s*(\S+)", re.MULTILINE)
HTML = re.compile(r"<(?:img|a)\b[^>]*?\b(?:src|href)=\"([^\"]+)\"")


def _prose(path):
    return CODE.sub("", FENCE.sub("", text(path)))


def _targets(path):
    prose = _prose(path)
    return [
        t
        for pattern in (LINK, DEFINITION, HTML)
        for t in pattern.findall(prose)
        if not re.match(r"[a-z][a-z0-9+.-]*:", t)
    ]


@cache
def _anchors(path):
    """As the usual code hosts make them: lower case, spaces to hyphens, signs left out."""
    headings = re.findall(r"^#{1,6}\s+(.+?)\s*#*$", FENCE.sub("", text(path)), re.MULTILINE)
    plain = (re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", h) for h in headings)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in plain}


def _dead(path):
    for target in _targets(path):
        place, _, anchor = unquote(target).partition("#")
        found = (path.parent / place).resolve() if place else path
        if not found.exists():
            yield f"{name_of(path)}: {target}"
        elif anchor and found.suffix == ".md" and anchor not in _anchors(found):
            yield f"{name_of(path)}: {target} (no such heading)"


def test_relative_links_lead_somewhere():
    dead = [place for p in files(".md") for place in _dead(p)]
    assert not dead, "these links lead nowhere:\n" + "\n".join(dead)


def test_pictures_in_the_documents_have_a_text():
    bare = [
        f"{name_of(p)}: {m}" for p in files(".md") for m in re.findall(r"!\[\]\([^)]*\)", _prose(p))
    ]
    assert not bare, f"say between the brackets what the picture shows: {bare}"


def test_every_decision_is_numbered_and_listed():
    folder = ROOT / "docs" / "decisions"
    pages = [p for p in files(".md") if p.parent == folder]
    numbered = [p for p in pages if p.name not in {"README.md", "template.md"}]
    assert [p.name[:5] for p in numbered] == [f"{n:04}-" for n in range(1, len(numbered) + 1)]
    listed = text(folder / "README.md")
    for page in numbered:
        number, title = text(page).splitlines()[0].removeprefix("# ").split(". ", 1)
        assert f"| [{number}]({page.name}) | {title} |" in listed
