"""Addresses of this application."""

from people.urls import addresses

from formation.shown import SHOWN

app_name = "formation"
urlpatterns = addresses(SHOWN)
