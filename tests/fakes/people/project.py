"""One Django project in memory for the whole test process, which can hold only one."""

from contextlib import contextmanager

import django
from django.conf import settings

NAME = "file:ecluse-tests?mode=memory&cache=shared"


def configure():
    """Sets Django up once, with its tables; gives nothing to wait for."""
    if settings.configured:
        return
    settings.configure(
        SECRET_KEY="for tests only",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="fakes.people.urls",
        USE_TZ=True,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": NAME}},
        INSTALLED_APPS=[
            "django.contrib.admin",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.messages",
            "django.contrib.sessions",
            "rest_framework",
            "fakes.people.apps.People",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "ecluse.enforcers.django.EcluseMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        LOGGING_CONFIG=None,
    )
    django.setup()


@contextmanager
def database():
    """A database with its tables, gone afterwards."""
    from django.core.management import call_command
    from django.db import connection, connections

    configure()
    kept = connection.cursor()  # the memory lives as long as somebody holds it
    try:
        call_command("migrate", run_syncdb=True, verbosity=0)
        call_command("flush", interactive=False, verbosity=0)  # what another module left
        yield
    finally:
        kept.close()
        connections.close_all()


@contextmanager
def gate_in_front(gate, **written):
    """`ECLUSE` as the tests want it."""
    from django.test import override_settings

    configure()
    with override_settings(ECLUSE={"gate": gate, "guarded": ["/people"], **written}):
        yield
