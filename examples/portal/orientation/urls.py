"""Addresses of this application."""

from people.urls import addresses

from orientation.shown import SHOWN

app_name = "orientation"
urlpatterns = addresses(SHOWN)
