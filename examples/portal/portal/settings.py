"""How is the portal set up? From the environment; every variable has a value that works on a laptop.

DATABASE_URL   where the data is; an SQLite file beside manage.py when absent
ECLUSE_GATE    address of the gate, such as `unix:/run/ecluse/gate.sock`; without it the portal runs unprotected
PORTAL_SECRET  key of sessions and cookies; made anew at each start when absent
PORTAL_HOSTS   names under which it answers, with commas
PORTAL_PROXIES how many proxies of our own stand in front
"""

import os
import secrets
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from portal.database import database

BASE_DIR = Path(__file__).resolve().parent.parent

SECRET_KEY = os.environ.get("PORTAL_SECRET") or secrets.token_urlsafe(48)
DEBUG = False
ALLOWED_HOSTS = os.environ.get("PORTAL_HOSTS", "127.0.0.1,localhost").split(",")
PROXIES = int(os.environ.get("PORTAL_PROXIES", "0"))

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "accounts",
    "people",
    "dossiers",
    "formation",
    "orientation",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.BearerMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]

DATABASES = {
    "default": database(
        os.environ.get("DATABASE_URL") or f"sqlite:///{BASE_DIR / 'portal.sqlite3'}"
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Account"
PASSWORD_HASHERS = ["accounts.hashers.QuickScrypt"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    }
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "portal"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Paris"
USE_TZ = True

# The log-in page shows the code that a telephone would show, as only an example may.
SIMULATED_TELEPHONE = True

# Everything that the portal says to Ecluse, besides the three calls in people/views and the one in accounts/views/manage.py.
ECLUSE = None
if gate := os.environ.get("ECLUSE_GATE"):
    MIDDLEWARE.append("ecluse.enforcers.django.EcluseMiddleware")
    ECLUSE = {
        "gate": gate,
        "deadline": 10.0,  # seconds for a question: the example also runs on machines that are busy
        "routes": str(BASE_DIR / "gate" / "routes.yaml"),  # which prefix is which application
        "proxy_hops": PROXIES,
        "factor_key": "factor",
        "auth_time_key": "auth_time",
        "login_url": "/account/factor/?next={next}",
    }
