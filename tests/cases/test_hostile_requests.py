"""What thieves write into a request: no way past the person, no way to be somebody else, no crash."""

import re

import pytest

from ecluse.loaders.defaults import shipped
from ecluse.loaders.routes import load_routes
from ecluse.routes.asker import account_from, cookie_from, session_name, source_from
from ecluse.routes.outcome import Free, Match, Refused
from ecluse.routes.persons import PersonRule
from ecluse.routes.routes import Route, Routes

DIGITS = PersonRule(re.compile("[0-9]+"), strip_zeros=True)
ROUTES = Routes(
    [
        Route("/people/{person}", person=DIGITS, operation="view"),
        Route("/people/new", free=True),
        Route("/people/{person}/documents/{}", person=DIGITS),
        Route("/families/{}/{person}", person=DIGITS),
        Route("/compare", query=("id",), person=DIGITS),
        Route("/people/{person}/card", methods=frozenset({"GET"}), query=("also",), person=DIGITS),
        Route("/static/{*}", free=True),
        Route("/", free=True),
    ]
)

SHOWN = {
    "/people/12": ["12"],
    "/people/12/": ["12"],
    "/people/12?x=/people/13": ["12"],
    "//": "slashes",
    "//people/12": "slashes",
    "/people//12": ["12"],
    "/people/12//": ["12"],
    "/people///12": ["12"],
    "/people/./12": ["12"],
    "/people/%2e/12": ["12"],
    "/people/12/.": ["12"],
    "/people/12/..": "dots",
    "/static/../people/12": "dots",
    "/static/%2e%2e/people/12": "dots",
    "/static/.%2e/people/12": "dots",
    "/static/%252e%252e/people/12": "encoding",
    "/static/..%2fpeople/12": "separator",
    "/static/..%252fpeople/12": "encoding",
    "/static/..;/people/12": "parameters",
    "/static/..;jsessionid=1/people/12": "dots",
    "/static/..\\people\\12": "separator",
    "/static/..%5cpeople%5c12": "separator",
    "/static/%c0%ae%c0%ae/people/12": "encoding",
    "/static/..%c0%afpeople/12": "encoding",
    "/static/%e0%80%af": "encoding",
    "/static/%ed%a0%80": "encoding",
    "/static/%ef%bc%8fpeople": "characters",
    "/static/%e2%88%95people": "characters",
    "/static/x%00": "characters",
    "/static/x%0d%0aX-Ecluse-Account:%20chief": "characters",
    "/static/.../people": "dots",
    "/static/%20/people": "dots",
    "/static//people/12": "spelling",
    "/static/./x": "spelling",
    "/static/%61": "spelling",
    "/static/a;jsessionid=1": "spelling",
    "/static/a.": "spelling",
    "/static/a%20": "spelling",
    "/static/e\u0301": "spelling",
    "/%73tatic/a": "spelling",
    "/STATIC/a": "route",
    "/People/12": "route",
    "/people./12": ["12"],
    "/people%20/12": ["12"],
    "/p%65ople/12": ["12"],
    "/p%2565ople/12": "encoding",
    "/people/%31%32": ["12"],
    "/people/%2531": "encoding",
    "/people/%u0031": "encoding",
    "/people/%": "encoding",
    "/people/%1": "encoding",
    "/people/%zz": "encoding",
    "/people/12.": ["12"],
    "/people/12..": ["12"],
    "/people/12%20": ["12"],
    "/people/%2012": ["12"],
    "/people/012": ["12"],
    "/people/000": ["0"],
    "/people/12;jsessionid=ab": ["12"],
    "/people/12;JSESSIONID=ab": ["12"],
    "/people;jsessionid=ab/12": ["12"],
    "/people/12;v=1": "parameters",
    "/people/12;13": "parameters",
    "/people/12;": "parameters",
    "/people/12%3b13": "separator",
    "/people/12%2f13": "separator",
    "/people/12%3fx": "separator",
    "/people/12%23": "separator",
    "/people/12#x": "fragment",
    "/people/12?x#y": "fragment",
    "/people/12,13": "person",
    "/people/1_2": "person",
    "/people/+12": "person",
    "/people/-12": "person",
    "/people/12.0": "person",
    "/people/0x0c": "person",
    "/people/12.json": "person",
    "/people/12%00.png": "characters",
    "/people/12%0a": "characters",
    "/people/12%09": "characters",
    "/people/%e2%80%8b12": "characters",
    "/people/%e2%80%ae21": "characters",
    "/people/12%c2%a0": "characters",
    "/people/%ef%bc%91%ef%bc%92": "characters",
    "/people/%d9%a1%d9%a2": "characters",
    "/people/%c2%b2": "characters",
    "/people/\u0661": "characters",
    "/people/12/x": "route",
    "/people/12/documents/8": ["12"],
    "/people/12/documents/8/9": "route",
    "/people": "route",
    "/people/": "route",
    "/people/new": None,
    "/people/new/": None,
    "/people/n%65w": "spelling",
    "/people/new.": "spelling",
    "/people/NEW": "person",
    "/families/1/2": ["2"],
    "/families//1/2": "shift",
    "/families/./1/2": "shift",
    "/families/1/./2": "shift",
    "/families/1/2//": ["2"],
    "/compare?id=1&id=2": ["1", "2"],
    "/compare?id=1&ID=2&id[]=3&id[0]=4&i%64=5": ["1", "2", "3", "4", "5"],
    "/compare?id%5B%5D=1&id%5b0%5d=2&id[a][b]=3&%20id=4&?id=5": ["1", "2", "3", "4", "5"],
    "/compare??id=1": ["1"],
    "/compare?x=1;id=2": ["2"],
    "/compare?id=1;id=2": "person",
    "/compare?id=1,2": "person",
    "/compare?id=+1+&id=2.": ["1", "2"],
    "/compare?id=%2531": "query",
    "/compare?id=%00": "query",
    "/compare?id=%zz": "query",
    "/compare?id=%ff": "query",
    "/compare?id%00=1": "query",
    "/compare?%ef%bb%bfid=1": "query",
    "/compare?id=%EF%BC%91": "query",
    "/compare?id": "nobody",
    "/compare?id=": "nobody",
    "/compare?id=&id=7": ["7"],
    "/compare": "nobody",
    "/compare?q=%0a%2f%2531": "nobody",
    "/people/12/card?also=13": ["12", "13"],
    "/people/12/card?also=12": ["12"],
    "/people/12/card?other=%00": ["12"],
    "/people/12/card?also=x": "person",
    "http://portal.example.org/people/12": ["12"],
    "HTTPS://portal.example.org:443/people/12?x": ["12"],
    "http://[2001:db8::1]:80/people/12": ["12"],
    "http://portal.example.org/static/a": "spelling",
    "http://portal.example.org//people/12": "slashes",
    "http://portal.example.org": "spelling",
    "http://name@portal.example.org/people/12": "host",
    "http://a\\people/12": "host",
    "http:///people/12": "host",
    "http:/people/12": "target",
    "people/12": "target",
    "\\people\\12": "target",
    "portal.example.org:443": "target",
    "*": "target",
    "": "target",
    "?id=12": "target",
    "/": None,
    "/?id=12": None,
    "/.": "spelling",
    "/..": "dots",
    "/ ": "dots",
    "/static/" + "a" * 8000: None,
    "/static/" + "a/" * 4000: None,
    "/static/" + "a//" * 3000: "long",
    "/people/" + "0" * 300 + "7": ["7"],
    "/people/" + "1" * 300: "person",
    "/people/" + "0" * 16_384: "long",
}  # fmt: skip


@pytest.mark.parametrize("target", SHOWN, ids=lambda t: t[:60].encode("unicode_escape").decode())
def test_whom_a_target_shows(target):
    expected = SHOWN[target]
    for form in (target.encode(), target.encode().decode("latin-1")):
        found = ROUTES.find("GET", form)
        if expected is None:
            assert isinstance(found, Free)
        elif isinstance(expected, str):
            assert found == Refused(expected)
        else:
            assert isinstance(found, Match)
            assert list(found.persons) == expected


@pytest.mark.parametrize("method", ["HEAD", "POST", "TRACE", "OPTIONS", "get", "", "G\u00cbT"])
def test_a_person_s_page_is_free_by_no_method(method):
    loose = Routes([*ROUTES.routes, Route("/{*}", free=True)])
    for routes in (ROUTES, loose, Routes(ROUTES.routes, permit_others=True)):
        assert routes.find(method, "/people/12").persons == ("12",)
        found = routes.find(method, "/people/12/card")
        assert found == Refused("method") if method != "HEAD" else found.persons == ("12",)


def test_the_shipped_example_takes_no_unusual_way_either():
    routes = load_routes(shipped("routes.yaml"), file="routes.yaml")
    for target in ("/static/../people/12", "/static/%2e%2e/people/12", "/help//people/12", "/STATIC/x", "/static/..;/people/12"):  # fmt: skip
        assert isinstance(routes.find("GET", target), Refused)
    assert routes.find("GET", "/people/0012/documents").persons == ("12",)
    assert routes.find("GET", "/print?ids=7,08&ids=9").persons == ("7", "8", "9")


NAME = "X-Ecluse-Account"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([(b"x-ecluse-account", b"a7")], "a7"),
        ([(b"X-ECLUSE-ACCOUNT", "z\u00e9lie@example.org".encode())], "z\u00e9lie@example.org"),
        ([(b"x-ecluse-account", b"a b")], "a b"),
        ([], Refused("absent")),
        ([(b"x-ecluse-account", b"")], Refused("absent")),
        ([(b"x-ecluse-account", b"a"), (b"x-ecluse-account", b"a")], Refused("twice")),
        ([(b"x-ecluse-account", b"a"), (b"X-Ecluse-Account", b"b")], Refused("twice")),
        ([(b"x-ecluse-account", b""), (b"x-ecluse-account", b"b")], Refused("twice")),
        ([(b"x_ecluse_account", b"b")], Refused("underscore")),
        ([(b"x-ecluse-account", b"a"), (b"x-ecluse_account", b"b")], Refused("underscore")),
        ([(b"x-ecluse-account", b"a"), (b"x-ecluse-account ", b"b")], Refused("underscore")),
        ([(b"x-ecluse-account", b"a, b")], Refused("list")),
        ([(b"x-ecluse-account", b"a,")], Refused("list")),
        ([(b"x-ecluse-account", b" a")], Refused("blanks")),
        ([(b"x-ecluse-account", b"a ")], Refused("blanks")),
        ([(b"x-ecluse-account", b" ")], Refused("blanks")),
        ([(b"x-ecluse-account", b"a\tb")], Refused("characters")),
        ([(b"x-ecluse-account", b"a\r\nb")], Refused("characters")),
        ([(b"x-ecluse-account", b"a\0")], Refused("characters")),
        ([(b"x-ecluse-account", "a\u200b".encode())], Refused("characters")),
        ([(b"x-ecluse-account", "\u202ea".encode())], Refused("characters")),
        ([(b"x-ecluse-account", b"\xff")], Refused("encoding")),
        ([(b"x-ecluse-account", b"\xc0\xaf")], Refused("encoding")),
        ([(b"x-ecluse-account", b"a" * 256)], "a" * 256),
        ([(b"x-ecluse-account", b"a" * 257)], Refused("long")),
        ([(b"x-ecluse-accounts", b"b"), (b"ecluse-account", b"c")], Refused("absent")),
    ],
)  # fmt: skip
def test_who_asks(headers, expected):
    assert account_from([(b"host", b"x"), *headers], NAME) == expected


@pytest.mark.parametrize(
    ("forwarded", "hops", "expected"),
    [
        ("203.0.113.9, 192.0.2.7", 1, "192.0.2.7"),
        ("203.0.113.9, 192.0.2.7", 2, "203.0.113.9"),
        ("198.51.100.1,203.0.113.9,192.0.2.7", 2, "203.0.113.9"),
        ("203.0.113.9", 2, None),
        ("203.0.113.9", 0, None),
        (None, 1, None),
        ("", 1, None),
        (",", 1, None),
        ("192.0.2.7,", 1, None),
        ("192.0.2.7, ", 1, None),
        ("unknown", 1, None),
        ("_hidden", 1, None),
        ("192.0.2.7:4711", 1, "192.0.2.7"),
        ("192.0.2.7:471100", 1, None),
        ("192.0.2.007", 1, None),
        ("192.0.2.7\t", 1, "192.0.2.7"),
        ("2001:DB8:0::7", 1, "2001:db8::7"),
        ("[2001:db8::7]", 1, "2001:db8::7"),
        ("[2001:db8::7]:443", 1, "2001:db8::7"),
        ("fe80::1%eth0", 1, "fe80::1"),
        ("[fe80::1%eth0]:443", 1, "fe80::1"),
        ("::ffff:192.0.2.7", 1, "192.0.2.7"),
        ("[::ffff:192.0.2.7]:80", 1, "192.0.2.7"),
        ("\u0661\u0669\u0662.0.2.7", 1, None),
        ('"192.0.2.7"', 1, None),
        ("192.0.2.7\x00", 1, None),
        ("1" * 10_000, 1, None),
    ],
)
def test_where_it_comes_from(forwarded, hops, expected):
    assert source_from(forwarded, hops) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([(b"cookie", b"sid=abc")], b"abc"),
        ([(b"Cookie", b"x=1; sid=abc; y=2")], b"abc"),
        ([(b"cookie", b"x=1"), (b"cookie", b"sid=abc")], b"abc"),
        ([(b"cookie", b'sid="abc"')], b"abc"),
        ([(b"cookie", b"sid=%61bc")], b"abc"),
        ([(b"cookie", b"sid=a=b==")], b"a=b=="),
        ([(b"cookie", b"sid=abc; sid=abc")], b"abc"),
        ([(b"cookie", b"sid=abc; sid=abd")], Refused("twice")),
        ([(b"cookie", b"sid=abc"), (b"cookie", b"sid=abd")], Refused("twice")),
        ([(b"cookie", b"sid=; sid=abc")], b"abc"),
        ([(b"cookie", b"SID=abc; asid=x; sid")], Refused("absent")),
        ([(b"cookie", b"")], Refused("absent")),
        ([], Refused("absent")),
    ],
)
def test_which_session_it_is(headers, expected):
    assert cookie_from(headers, "sid") == expected


def test_the_name_of_a_session_gives_nobody_the_session():
    key = bytes(range(16))
    name = session_name(b"abc", key)
    assert re.fullmatch("[0-9a-f]{32}", name)
    assert name == session_name(b"abc", key)
    assert name not in {session_name(b"abd", key), session_name(b"abc", bytes(16))}
    for wrong in (b"", bytes(15), bytes(65)):
        with pytest.raises(AssertionError, match="16 to 64 bytes"):
            session_name(b"abc", wrong)
