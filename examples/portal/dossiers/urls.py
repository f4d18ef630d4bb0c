"""Addresses of this application."""

from people.urls import addresses

from dossiers.shown import SHOWN

app_name = "dossiers"
urlpatterns = addresses(SHOWN)
