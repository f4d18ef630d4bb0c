"""No spelling of a request shows a person whom the gate does not count.

Against the routes stands an application of its own making, naive and liberal: it decodes twice if it likes, collapses,
resolves dots before or after decoding, ignores case, cuts `;` parameters, takes `\\` for `/`, ignores what stands behind.
Whatever person one of these would serve is among the persons that `Routes.find` gives, or the request is refused.
"""

import re
import string
import unicodedata
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote_to_bytes

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ecluse.routes.outcome import Free, Match, Refused
from ecluse.routes.paths import MAX_TARGET, Canonical, canonical
from ecluse.routes.persons import PersonRule
from ecluse.routes.routes import Route, Routes

DIGITS = PersonRule(re.compile("[0-9]+"), strip_zeros=True)
PAGES = (
    Route("/people/{person}", person=DIGITS),
    Route("/people/{person}/documents/{}", person=DIGITS),
    Route("/families/{}/{person}", person=DIGITS),
    Route("/compare", query=("id",), person=DIGITS),
    Route("/people/search", free=True),
    Route("/static/{*}", free=True),
    Route("/help", free=True),
    Route("/", free=True),
)


@dataclass(frozen=True)
class Application:
    """One way in which servers read requests; every field is a habit that some have."""

    decodes: int = 1
    decodes_first: bool = False
    backslash: bool = False
    ends_at_nul: bool = False
    ends_at_hash: bool = False
    folds: bool = False
    collapses: bool = True
    resolves: bool = True
    cuts: bool = True
    trims: bool = True
    compatible: bool = False
    ignores_rest: bool = False
    semicolons: bool = False
    commas: bool = False

    def serves(self, raw: bytes) -> set[int]:
        """The persons of the page that it would show."""
        target = re.sub(rb"^[A-Za-z][\w+.-]*://[^/?#]*", b"", raw)
        path, _, query = target.partition(b"?")
        if self.decodes_first:
            path = self._decoded(path)
        if self.ends_at_hash:
            path = path.split(b"#")[0]
        if self.ends_at_nul:
            path = path.split(b"\0")[0]
        if self.backslash:
            path = path.replace(b"\\", b"/")
        segments = [self._segment(s) for s in path.split(b"/")[1:]]
        if self.resolves:
            segments = self._resolved(segments)
        if self.collapses:
            segments = [s for s in segments if s]
        elif segments and not segments[-1]:
            segments.pop()
        return self._page(segments, query)

    def _decoded(self, raw: bytes) -> bytes:
        for _ in range(self.decodes):
            raw = unquote_to_bytes(raw)
        return raw

    def _segment(self, raw: bytes) -> str:
        if self.cuts:
            raw = raw.split(b";")[0]
        text = (raw if self.decodes_first else self._decoded(raw)).decode("utf-8", "replace")
        if self.cuts:
            text = text.split(";")[0]
        if self.compatible:
            text = unicodedata.normalize("NFKC", text)
        if self.folds:
            text = text.upper().casefold()
        if self.trims and text not in {".", ".."}:
            text = text.strip().rstrip(". ")
        return text

    def _resolved(self, segments: list[str]) -> list[str]:
        kept: list[str] = []
        for segment in segments:
            if segment == "..":
                kept = kept[:-1]
            elif segment != ".":
                kept.append(segment)
        return kept

    def _page(self, segments: list[str], query: bytes) -> set[int]:
        match segments:
            case ["people", person, *rest] if self._ends(rest, "documents"):
                return self._number(person)
            case ["families", _, person, *rest] if self._ends(rest):
                return self._number(person)
            case ["compare", *rest] if self._ends(rest):
                return self._asked(query)
        return set()

    def _ends(self, rest: list[str], *more: str) -> bool:
        return self.ignores_rest or not rest or (bool(more) and len(rest) == 2 and rest[0] in more)

    def _asked(self, query: bytes) -> set[int]:
        text = query.decode("latin-1")
        pairs = parse_qsl(text, keep_blank_values=True)
        if self.semicolons:
            pairs += parse_qsl(text.replace(";", "&"), keep_blank_values=True)
        found: set[int] = set()
        for name, value in pairs:
            wanted = re.sub(r"\[[0-9]*\]$", "", name.strip())
            if (wanted.casefold() if self.folds else wanted) == "id":
                for part in value.split(",") if self.commas else [value]:
                    found |= self._number(part)
        return found

    def _number(self, text: str) -> set[int]:
        try:
            return {int(text)}
        except ValueError:
            return set()


applications = st.builds(
    Application,
    decodes=st.integers(0, 2),
    **{name: st.booleans() for name in Application.__annotations__ if name not in {"decodes", "folds"}},
)  # fmt: skip
WORDS = (
    "people", "PEOPLE", "families", "static", "help", "search", "documents", "compare", "12", "7", "012", "..", ".", "%2e%2e", "..;",
    ";jsessionid=1", "", "%c0%ae%c0%ae", "%00", "%5c", "\\", "%2f", "%252f", "%3f", "#", "%", "%zz", "%u0031", "caf%C3%A9", "\u00e9", "*",
)  # fmt: skip
PAGES_ASKED = (
    "/people/12", "/people/7/documents/8", "/families/4/12", "/families/4/12", "/compare?id=12", "/compare?id=1&id=2", "/compare?x=1&id=3",
    "/static/../people/12", "/help/../people/12", "/people/12/../13", "/people/search/../12", "/static/x", "/people/search", "/",
)  # fmt: skip
BETWEEN = (
    "/", "//", "/./", "/x/../", "/%2e/", "/%2e%2e/", "/..;/", "/;/", "/;jsessionid=1/", "/;x=1/", "\\", "%2f", "%5c", "%252f", "/.%2e/",
    "/ /", "/%20/", "/.../", "/%c0%af/", "/%ef%bc%8f", "%e2%88%95", "/static/", "/1/",
)  # fmt: skip
BEHIND = (
    ".", "..", "%20", "%2e", ";", ";x", ";jsessionid=1", ";13", ",13", "%00", "%00.css", "#", "#x", "%23", "%3f", "%3Fx", "/", "//", "/.", "/x", "/13",
    "%0a", "%e2%80%8b", "%", "%zz", "\t", "_1", "%2c13", "/..", "/../13", "\\", "%ef%bc%91", "%d9%a1", "?id=9", "&id=9", ";id=9", "&ID[]=8", "&i%64=5",
)  # fmt: skip
STARTS = (
    "http://h",
    "HTTPS://h:80",
    "//h",
    "/",
    "http:",
    "\\",
    "x",
    "/static/..",
    "/.",
    "http:\\\\h",
)


@st.composite
def targets(draw):
    """A request for a page, changed as attackers change it; or a few of their words in a row."""
    if draw(st.integers(0, 5)) == 0:
        text = "/" + "/".join(draw(st.lists(st.sampled_from(WORDS), max_size=6)))
    else:
        text = draw(st.sampled_from(PAGES_ASKED))
    for _ in range(draw(st.integers(0, 3))):
        text = draw(st.sampled_from(CHANGES))(draw, text)
    raw = text.encode()
    for _ in range(draw(st.sampled_from((0, 0, 0, 0, 1)))):
        place = draw(st.integers(0, len(raw)))
        raw = raw[:place] + draw(st.binary(max_size=2)) + raw[place + draw(st.integers(0, 1)) :]
    return raw


def between(draw, text):
    """Another sign, or more, where a slash stands."""
    place = draw(st.sampled_from([m.start() for m in re.finditer("/", text)] or [0]))
    return text[:place] + draw(st.sampled_from(BETWEEN)) + text[place + 1 :]


def behind(draw, text):
    """Something at the end of a segment, of the path or of the query."""
    place = draw(st.sampled_from([m.start() for m in re.finditer("[/?&]|$", text)]))
    return text[:place] + draw(st.sampled_from(BEHIND)) + text[place:]


def encoded(draw, text):
    """One character percent-encoded, once or twice, or written by another that looks like it."""
    place = draw(st.integers(0, max(len(text) - 1, 0)))
    sign = text[place : place + 1]
    forms = [f"%{b:02x}" for b in sign.encode()[:1]] + [f"%25{b:02X}" for b in sign.encode()[:1]]
    forms += [chr(ord(c) + 0xFEE0) for c in sign if "!" <= c <= "~"]
    forms += [quote(chr(0x660 + int(c))) for c in sign if c in string.digits]
    forms += ["\u0131"] * (sign == "i") + ["\u017f"] * (sign == "s") + ["\u212a"] * (sign == "k")
    return text[:place] + draw(st.sampled_from(forms or [""])) + text[place + 1 :]


def cased(draw, text):
    """A few letters in the other case."""
    place = draw(st.integers(0, len(text)))
    return text[:place] + text[place:].swapcase()


def begun(draw, text):
    """Something before the path."""
    return draw(st.sampled_from(STARTS)) + text


CHANGES = (between, between, behind, behind, encoded, encoded, cased, begun)


def holds(routes: Routes, application: Application, raw: bytes) -> None:
    shown = {str(abs(number)) for number in application.serves(raw)}
    found = routes.find("GET", raw)
    if shown and not isinstance(found, Refused):
        assert isinstance(found, Match), f"{raw!r} passes uncounted and shows {shown}"
        assert shown <= set(found.persons), f"{raw!r} shows {shown}"


STRICT, FOLDING = Routes(PAGES), Routes(PAGES, ignore_case=True)
LOOSE = Routes([*PAGES, Route("/{*}", methods=frozenset({"GET"}), free=True)])
FOLDING_LOOSE = Routes(PAGES, ignore_case=True, permit_others=True)
PERMITTING = Routes(PAGES, permit_others=True)


@settings(max_examples=1500, deadline=None)
@given(targets(), applications)
@example(b"/families//1/2", Application(collapses=False, ignores_rest=True))
@example(b"/people/1/../2", Application(resolves=False, ignores_rest=True))
@example(b"/static/..;/people/12", Application())
@example(b"/static/%2e%2e/people/12", Application())
@example(b"/help%2f..%2fpeople/12", Application(decodes_first=True))
@example(b"/people/%2531", Application(decodes=2))
@example(b"/people/12%00.css", Application(ends_at_nul=True))
@example(b"/static\\..\\people\\12", Application(backslash=True))
@example(b"/compare?id=1&id=2", Application())
@example(b"/people/12%3Bx", Application())
def test_whom_an_application_serves_is_counted_or_refused(raw, application):
    holds(STRICT, application, raw)


@settings(max_examples=800, deadline=None)
@given(targets(), applications)
@example(b"/PEOPLE/12", Application())
@example("/fam\u0131lies/1/2".encode(), Application())
@example(b"/fam%C4%B1lies/1/2", Application())
def test_the_same_where_the_application_ignores_case(raw, application):
    holds(FOLDING, Application(**{**vars(application), "folds": True}), raw)
    exact = {"folds": True, "ignores_rest": False}
    holds(FOLDING_LOOSE, Application(**{**vars(application), **exact}), raw)


@settings(max_examples=800, deadline=None)
@given(targets(), applications)
def test_the_same_where_everything_else_is_free(raw, application):
    """A page that is free by a pattern of its own is free whatever follows: so the application must not ignore that."""
    exact = Application(**{**vars(application), "ignores_rest": False})
    holds(LOOSE, exact, raw)
    holds(PERMITTING, exact, raw)


TEXTS = ("12", "anna", "Dupont J.", "a b", "jos\u00e9", "x.y", "a-b", "A1", "a1")


@settings(max_examples=600, deadline=None)
@given(
    st.sampled_from(TEXTS),
    st.sampled_from(("", "", ".", "..", "%20", " ", "%2e", ";jsessionid=1", ";x", ",b", "%00")),
    st.sampled_from(("", "%20", "+")),
    applications,
)
def test_the_same_for_identifiers_of_any_form(person, after, before, application):
    routes = Routes([Route("/people/{person}")])
    raw = f"/people/{before}{quote(person)}{after}".encode()
    segment = application._segment(raw.removeprefix(b"/people/"))
    found = routes.find("GET", raw)
    if segment in TEXTS and not isinstance(found, Refused):
        assert segment in found.persons


@settings(max_examples=500, deadline=None)
@given(st.integers(0, 10**12), st.sampled_from(("", "/", "?x=%0a", "?next=%2F", "/?a=b&a=c")))
def test_ordinary_requests_are_never_refused(number, after):
    assert STRICT.find("GET", f"/people/{number}{after}") == Match((str(number),), route="/people/{person}")  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(st.lists(st.text(string.ascii_letters + "0123456789-_~ \u00e9\u00fc\u4e2d", min_size=1).filter(lambda t: t == t.strip()), min_size=1, max_size=4))  # fmt: skip
def test_what_clients_encode_themselves_is_plain(segments):
    path = canonical("/" + "/".join(quote(s) for s in segments))
    assert isinstance(path, Canonical)
    assert (path.segments, path.plain) == (tuple(segments), True)


@settings(max_examples=800, deadline=None)
@given(targets())
def test_the_one_form_is_a_fixed_point(raw):
    path = canonical(raw)
    if isinstance(path, Canonical):
        again = canonical("/" + "/".join(quote(s, safe="") for s in path.segments))
        assert isinstance(again, Canonical)
        assert again.segments == path.segments
        assert not again.shifted


@settings(max_examples=1500, deadline=None)
@given(st.one_of(st.binary(max_size=60), st.binary(max_size=40).map(lambda b: b"/people/" + b), targets()), st.sampled_from(("GET", "OPTIONS", "get", "")))  # fmt: skip
def test_no_bytes_make_it_stumble(raw, method):
    for routes in (STRICT, FOLDING, PERMITTING):
        for target in (raw, raw.decode("latin-1"), raw.decode("utf-8", "replace")):
            found = routes.find(method, target, host=raw.decode("latin-1"))
            assert isinstance(found, Match | Free | Refused)
            if isinstance(found, Match):
                assert found.persons
                assert all(p.isascii() and p.isdigit() for p in found.persons)


@pytest.mark.parametrize("piece", ["a/", "./", "../", "%2e/", "//", ";/", "%41", "%C3%A9/", "%", "?", "a", ".", "\\", "?id=1&;id=2"])  # fmt: skip
def test_very_long_targets_are_read_or_refused(piece):
    for size in (8 * 1024, MAX_TARGET, MAX_TARGET + 1):
        raw = ("/people/12/" + piece * (size // len(piece)))[:size].encode()
        found = STRICT.find("GET", raw)
        assert isinstance(found, Refused) or (piece[0] == "?" and size <= MAX_TARGET)
