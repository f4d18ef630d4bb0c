"""Without a gate the portal runs as any other, and gives everything away."""

import gettext
import re
import shutil

from servers.portal import PASSWORD, PERSONS, PORTAL, Browser, manage, portal

TEXT = re.compile(r'(?:translate |\b_\(\s*)"([^"]+)"')
PAIR = re.compile(r'msgid "(.+)"\nmsgstr "(.+)"')


def test_the_portal_needs_no_gate(filled, tmp_path):
    shutil.copy(filled / "portal.sqlite3", tmp_path)
    database = f"sqlite:///{tmp_path / 'portal.sqlite3'}"
    with portal(tmp_path, database=database) as port:
        thief = Browser("127.0.0.1", port)
        thief.log_in("partner-01", PASSWORD)
        shown = set()
        for page in range(1, PERSONS // 100 + 1):
            shown |= thief.get(f"/formation/?of=all&page={page}").persons
        assert len(shown) == PERSONS
        assert len(thief.get("/formation/export.csv?of=all").persons) == PERSONS
        thief.close()


def test_the_portal_has_its_own_rules(filled, tmp_path):
    """Who is not logged in is asked to; who has no business in an application is told so; a wrong code opens nothing."""
    database = f"sqlite:///{filled / 'portal.sqlite3'}"
    with portal(tmp_path, database=database) as port:
        browser = Browser("127.0.0.1", port)
        assert browser.get("/dossiers/P0000001/").headers["location"].startswith("/account/login/")
        browser.log_in("partner-01", PASSWORD)
        assert browser.get("/dossiers/P0000001/").status == 403
        assert browser.get("/account/accounts/").status == 403
        assert browser.get("/account/factor/").status == 403
        assert browser.get("/formation/P9999999/").status == 404
        stranger = browser.another()
        stranger.cookies = {}
        form = {"username": "adviser-01", "password": PASSWORD}
        where = stranger.post("/account/login/", form).headers["location"]
        assert stranger.post(where, {"code": "000 00"}).status == 200
        assert stranger.get("/dossiers/").status == 302, "not logged in without the code"
        stranger.more["Authorization"] = "Bearer no-such-token"
        assert stranger.get("/dossiers/api/persons/").status == 302
        for each in (browser, stranger):
            each.close()


def test_its_persons_are_the_same_from_the_same_seed(filled, tmp_path):
    other = tmp_path / "gate"
    database = f"sqlite:///{tmp_path / 'again.sqlite3'}"
    manage(database, "migrate", "--verbosity", "0")
    manage(database, "seed", "--persons", str(PERSONS))
    manage(database, "gate_tables", str(other))
    for name in ("accounts.csv", "caseload.csv", "register.txt"):
        assert (other / name).read_bytes() == (filled / "gate" / name).read_bytes()


def test_its_models_are_complete(filled):
    database = f"sqlite:///{filled / 'portal.sqlite3'}"
    manage(database, "makemigrations", "--check", "--dry-run")
    manage(database, "check", "--fail-level", "WARNING")


def test_every_text_is_there_in_french():
    folder = PORTAL / "locale" / "fr" / "LC_MESSAGES"
    with (folder / "django.mo").open("rb") as compiled:
        texts = gettext.GNUTranslations(compiled)._catalog
    written = [p.read_text("utf-8") for s in ("html", "py") for p in PORTAL.rglob(f"*.{s}")]
    used = {text for page in written for text in TEXT.findall(page)}
    assert len(used) > 50
    assert sorted(used - texts.keys()) == [], "run `manage.py makemessages -l fr`, translate, `compilemessages`"  # fmt: skip
    pairs = dict(PAIR.findall((folder / "django.po").read_text("utf-8")))
    assert pairs == {k: v for k, v in texts.items() if k}, "run `manage.py compilemessages`"
