"""Addresses of the log-in and of accounts."""

from django.urls import path

from accounts.views.factor import factor
from accounts.views.login import LoginView, LogoutView
from accounts.views.manage import AccountsView

urlpatterns = [
    path("login/", LoginView.as_view(), name="login"),
    path("factor/", factor, name="factor"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("accounts/", AccountsView.as_view(), name="accounts"),
]
