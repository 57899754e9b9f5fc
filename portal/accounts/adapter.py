"""What allauth may do here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from portal.accounts import backends, devices
from portal.accounts.models import User
from portal.accounts.services import attempts, passwords


class ClosedDoor(DefaultAccountAdapter):
    """Nobody signs up by themselves: accounts come from secretaries and the operator."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _(
            "The name or the password is wrong. Mind capitals, or ask your secretary for a new one."
        ),
        "too_many_login_attempts": _(
            "Too many wrong passwords. Wait five minutes, or sign in on a device that you have used before."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Count the attempt first and take it back when the password is right."""
        written = str(credentials.get("username", ""))
        user = backends.find(written)
        counted = attempts.begin(
            account=str(user.pk) if user else written.lower(),
            address=self.get_client_ip(request),
            device=devices.known(request, user),
        )
        if not counted:
            raise self.validation_error("too_many_login_attempts")
        found: User | None = super().authenticate(request, **credentials)
        if found:
            attempts.forgive(counted)
        return found

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """allauth would count in the cache and lock an account for everybody; authenticate() has counted already."""

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response = super().post_login(request, user, **kwargs)
        devices.remember(request, response, user)
        return response

    def set_password(self, user: User, password: str) -> None:
        """allauth's form has checked the old password and the new one."""
        passwords.choose(password=password, by=user)

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that attempts are counted by; without any, nobody is let in uncounted."""
        try:
            return super().get_client_ip(request)
        except (PermissionDenied, ValueError):
            return "unknown"
