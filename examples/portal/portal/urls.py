"""Which address leads where? One prefix for each of the three applications."""

from django.conf import settings
from django.urls import include, path, re_path
from django.views.static import serve

from portal.views import home

urlpatterns = [
    path("", home, name="home"),
    path("account/", include("accounts.urls")),
    path("dossiers/", include("dossiers.urls")),
    path("formation/", include("formation.urls")),
    path("orientation/", include("orientation.urls")),
    # In production the web server in front gives the files out.
    re_path(r"^static/(?P<path>.*)$", serve, {"document_root": settings.BASE_DIR / "static"}),
]
