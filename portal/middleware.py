"""What holds for every request: who is still welcome, what may be kept, and what is said while the database is away."""

import logging
from collections.abc import Callable
from typing import cast

from cryptography.fernet import InvalidToken
from django.contrib import messages
from django.contrib.auth import logout
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from deployments.access import units_for
from portal.accounts.models import User
from portal.lib.storages import is_full
from portal.views.errors import full, keyless, unavailable
from residents.access import roles_of

log = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]
# What a person may do before choosing a new password.
BEFORE_NEW_PASSWORD = ("account_change_password", "account_logout", "set_language", "healthz")


class Doorman:
    """Stands at every page: sends away whose roles have ended, asks for a new password, and leaves nothing in caches."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            was_in = request.user.is_authenticated
            response = self._redirected(request) if was_in else None
        except (OperationalError, InterfaceError) as error:
            return unavailable(error)
        response = response or self.get_response(request)
        if was_in or "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        if was_in and not request.user.is_authenticated:
            # Not "storage": a phone may still hold passages that were never sent.
            response["Clear-Site-Data"] = '"cache"'
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A view met a database that is away, or a full disk: say so at once, and what to do."""
        if is_full(error):
            return full(error)
        if isinstance(error, InvalidToken):
            return keyless(error)
        return unavailable(error) if isinstance(error, OperationalError | InterfaceError) else None

    def _redirected(self, request: HttpRequest) -> HttpResponse | None:
        if not _has_a_role(request):
            logout(request)
            messages.warning(request, _("Your role here has ended. If you are still needed, ask your secretary."))
            return redirect("account_login")
        if cast(User, request.user).must_change_password and request.path not in map(reverse, BEFORE_NEW_PASSWORD):
            return redirect("account_change_password")
        return None


def _has_a_role(request: HttpRequest) -> bool:
    user = cast(User, request.user)
    return bool(user.is_staff or roles_of(user) or units_for(user).exists())
