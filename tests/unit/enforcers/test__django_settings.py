"""`ECLUSE` is read strictly, and who asks is found without giving the session away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.enforcers.identity import Identity, name_session
from ecluse.sdk.aio import AsyncGate
from ecluse.sdk.gate import Gate
from fakes.gate import FakeGate
from fakes.people.project import configure

configure()

from django.contrib.auth.models import AnonymousUser, User  # noqa: E402 - settings first
from django.contrib.sessions.backends.signed_cookies import SessionStore  # noqa: E402
from django.core.exceptions import ImproperlyConfigured  # noqa: E402
from django.http import HttpRequest  # noqa: E402
from django.test import override_settings  # noqa: E402

from ecluse.enforcers._django_settings import read_settings  # noqa: E402

SOCKET = "unix:/run/ecluse/gate.sock"
GATE = FakeGate()


def read(**written):
    with override_settings(ECLUSE={"gate": SOCKET, **written}):
        return read_settings()


def make_gate():
    return GATE


def identify(request):
    return Identity(account="from-here")


def request(account="adviser", *, session="the-key-itself", **facts):
    made = HttpRequest()
    made.META = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9, 192.0.2.7"}
    made.user = User(username=account) if account else AnonymousUser()
    if session:
        made.session = SessionStore(session)
        made.session._session_cache = dict(facts)
    return made


def test_an_address_gives_both_clients():
    settings = read(deadline=1.5, guarded=["/people/"], application="portal")
    assert isinstance(settings.sync_gate, Gate)
    assert isinstance(settings.async_gate, AsyncGate)
    assert settings.sync_gate is settings.sync_gate
    assert settings.rules.application == "portal"
    assert settings.rules.guard.covers("/people/1")


@pytest.mark.parametrize(
    "gate",
    [GATE, make_gate, f"{__name__}.GATE", f"{__name__}.make_gate"],
    ids=["gate", "maker", "path of gate", "path of maker"],
)
def test_a_gate_in_the_process_may_be_named(gate):
    assert read(gate=gate).sync_gate is GATE
    assert read(gate=gate).async_gate is GATE


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"gaurded": ["/x"]}, "gaurded"),
        ({"gate": "nowhere:at/all"}, "no address"),
        ({"gate": "http://192.0.2.1"}, "in the clear"),
        ({"gate": 7}, "no method reserve"),
        ({"gate": "os.path"}, "no method reserve"),
        ({"guarded": "/people/"}, "lists"),
        ({"guarded": ["people"]}, "no path"),
        ({"identify": 7}, "identify"),
        ({"proxy_hops": -1}, "proxy_hops"),
        ({"proxy_hops": "1"}, "proxy_hops"),
        ({"language": "de"}, "language"),
        ({"deadline": 0}, "deadline"),
        ({"token_file": "x", "token": "y"}, "token"),
        ({"certificate": "/nowhere.pem"}, "socket"),
        ({"routes": "/nowhere.yaml"}, "no such file"),
    ],
)
def test_what_cannot_be_is_told_at_start(written, said):
    with pytest.raises(ImproperlyConfigured, match=said):
        read(**written)


@pytest.mark.parametrize("ecluse", [None, {}, [], {"guarded": []}])
def test_a_gate_must_be_named(ecluse):
    with override_settings(ECLUSE=ecluse), pytest.raises(ImproperlyConfigured, match="gate"):
        read_settings()


def test_a_token_is_only_in_a_file():
    with pytest.raises(ImproperlyConfigured) as error:
        read(token="very-secret")
    assert "very-secret" not in str(error.value)


def test_the_session_is_named_and_never_told():
    found = read(proxy_hops=1, factor_key="how", auth_time_key="when").identify(
        request(how="totp", when=1_752_314_400)
    )
    assert found == Identity(
        account="adviser",
        session=name_session("the-key-itself", "for tests only"),
        source="192.0.2.7",
        factor="totp",
        auth_time=1_752_314_400,
    )
    assert "the-key-itself" not in repr(found)
    assert read(session_secret="s").identify(request()).session == name_session(
        "the-key-itself", "s"
    )
    assert read().identify(request()).source == "10.0.0.1"


def test_what_is_not_there_is_not_told():
    found = read(factor_key="how", auth_time_key="when").identify(request(session=None))
    assert (found.session, found.factor, found.auth_time) == (None, None, None)
    assert read(auth_time_key="when").identify(request(when="soon")).auth_time is None
    assert read().identify(request(account=None)) is None
    bare = HttpRequest()
    assert read().identify(bare) is None


def test_a_project_may_say_itself_who_asks():
    assert read(identify=identify).identify is identify


@given(st.dictionaries(st.text(max_size=8), st.none(), max_size=3))
def test_any_unknown_key_is_refused(more):
    known = {"gate", "routes", "key", "free"}
    if more.keys() - known:
        with pytest.raises(ImproperlyConfigured):
            read(**more)
