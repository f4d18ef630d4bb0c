"""The examples of the page about enforcement points stop a theft, as they stand, over a real socket."""

import asyncio
import os
import re
import subprocess
import sys

import pytest

from fakes.asgi import call
from fakes.gate import FakeGate
from fakes.wire import gate_answers, wire
from structure.source import ROOT, text

PAGE = text(ROOT / "docs" / "enforcement.md")
RUN = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
READ = {
    match[1]: match[2]
    for match in re.finditer(r"^```py\n# (\w+\.py)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
}
SOCKET = "unix:/run/ecluse/gate.sock"
ADVISER = [("X-Account", "adviser"), ("Cookie", "session=1")]


@pytest.fixture
def gate():
    return FakeGate(limit=30)


@pytest.fixture
def names(gate, tmp_path):
    """Runs the page's n-th block alone, with its gate at a socket of this test."""
    with wire(gate_answers(gate), unix=tmp_path / "gate.sock") as (_, address):

        def run(number):
            assert SOCKET in RUN[number]
            found = {}
            exec(compile(RUN[number].replace(SOCKET, address), "enforcement.md", "exec"), found)
            return found

        yield run


def test_the_starlette_example(names, gate):
    app = names(0)["app"]

    async def main():
        got = [await call(app, target=f"/people/{n}", headers=ADVISER) for n in range(1, 11)]
        got.append(await call(app, target="/people?q=49", headers=ADVISER))
        got.append(await call(app, target="/people/export", headers=ADVISER))
        got.append(await call(app, target="/people/400", headers=ADVISER))
        got.append(await call(app, target="/people/1"))
        for middleware in app.user_middleware:
            await middleware.kwargs["gate"].aclose()
        return got

    *files, search, export, refused, nobody = asyncio.run(asyncio.wait_for(main(), 30))
    assert [got.status for got in files] == [200] * 10
    assert search.json()[0] == 49
    assert export.body.decode().splitlines()[-1] == ";… the limit of your account was reached here"
    assert (refused.status, nobody.status) == (429, 403)
    assert len(gate.shown["adviser"]) == 30
    assert not gate.open
    assert gate.asked[0].session


def test_the_flask_example(names, gate):
    app = names(1)["flask_app"]
    client = app.test_client()
    with client.session_transaction() as session:
        session["account"], session["id"] = "adviser", "1"
    got = [client.get(f"/people/{n}", buffered=True).status_code for n in range(1, 36)]
    assert got == [200] * 30 + [429] * 5
    *rows, last = client.get("/people/export", buffered=True).text.splitlines()
    assert (len(rows), last) == (30, ";… cut at a limit")
    assert len(gate.shown["adviser"]) == 30
    assert not gate.open
    assert app.test_client().get("/people/1").status_code == 403
    app.wsgi_app._gate.close()


def test_the_client_example(names, gate):
    found = names(2)
    letters = found["letters"]
    assert letters(["1", "2"]) == "shown"
    assert letters(str(n) for n in range(100)).startswith("nothing: deny")
    assert gate.shown["night-batch"] == {"1", "2"}
    found["gate"].close()


PROJECT = """
import os, sys
sys.path.insert(0, os.getcwd())
import django
from django.conf import settings
values = {}
exec(compile(open("settings.py").read(), "settings.py", "exec"), values)
settings.configure(
    SECRET_KEY="for tests only", ALLOWED_HOSTS=["*"], ROOT_URLCONF="urls", USE_TZ=True,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
                    "django.contrib.messages", "django.contrib.admin", "rest_framework", "people"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {
        "context_processors": ["django.template.context_processors.request",
                               "django.contrib.auth.context_processors.auth",
                               "django.contrib.messages.context_processors.messages"]}}],
    MIDDLEWARE=[*values["MIDDLEWARE"], "django.contrib.messages.middleware.MessageMiddleware"],
    ECLUSE={**values["ECLUSE"], "guarded": ["/people/", "/api/", "/admin/people/"]},
)
django.setup()
from django.core.management import call_command
call_command("migrate", run_syncdb=True, verbosity=0)
from django.contrib.auth.models import User
from django.test import Client
from people.models import Person
Person.objects.bulk_create(Person(name=f"name {n}") for n in range(100))
User.objects.create_superuser("adviser", password="x")
client = Client(raise_request_exception=False)
assert client.login(username="adviser", password="x")
def status(path):
    response = client.get(path)
    if response.streaming:
        list(response.streaming_content)
    response.close()
    return response.status_code
print([status(f"/people/{n}/") for n in range(1, 11)])
print(status("/people/search/?q=name+1"), status("/api/people/11/"), status("/admin/people/person/12/change/"))
print(status("/people/export/"), status("/people/60/"), status("/api/people/"), status("/admin/people/person/"))
print(Client().get("/people/1/").status_code)
"""

URLS = """
from django.contrib import admin
from django.urls import include, path
from rest_framework.routers import DefaultRouter
import api, views
router = DefaultRouter()
router.register("people", api.PersonViews)
urlpatterns = [
    path("people/<int:pk>/", views.file), path("people/search/", views.search), path("people/export/", views.export),
    path("api/", include(router.urls)), path("admin/", admin.site.urls),
]
"""

MODELS = """
from django.db import models
class Person(models.Model):
    name = models.CharField(max_length=50)
    class Meta:
        ordering = ("pk",)
"""


def test_the_django_examples(gate, tmp_path):
    with wire(gate_answers(gate), unix=tmp_path / "gate.sock") as (_, address):
        (tmp_path / "people").mkdir()
        (tmp_path / "people" / "__init__.py").touch()
        (tmp_path / "people" / "models.py").write_text(MODELS, "utf-8")
        (tmp_path / "urls.py").write_text(URLS, "utf-8")
        assert READ.keys() == {"settings.py", "views.py", "api.py", "admin.py"}
        for name, block in READ.items():
            place = tmp_path / "people" / name if name == "admin.py" else tmp_path / name
            place.write_text(block.replace(SOCKET, address), "utf-8")
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", PROJECT],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        str([200] * 10),
        "200 200 200",
        "200 429 429 429",
        "403",
    ]
    assert len(gate.shown["adviser"]) == 30
    assert not gate.open


def test_the_page_names_every_key_of_the_settings():
    from ecluse.enforcers import _django_settings

    known = {*_django_settings._RULES, *_django_settings._CLIENT, *_django_settings._OWN}
    table = PAGE.partition("| Key of `ECLUSE`")[2].partition("\n\n")[0]
    assert set(re.findall(r"`(\w+)`", table)) >= known
