"""Every address of the console."""

from __future__ import annotations

from allauth.account import views as account
from django.urls import path

urlpatterns = [
    path("accounts/login/", account.login, name="account_login"),
]
