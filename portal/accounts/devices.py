"""Devices on which somebody signed in before: a signed, long-lived cookie that opens nothing by itself."""

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string

from portal.accounts.models import User

COOKIE = "device"
SALT = "portal.accounts.devices"
YEAR = 365 * 24 * 60 * 60
# A desk of the community office is shared by a few people, not by a crowd.
PEOPLE = 12


def known(request: HttpRequest, user: User | None) -> str:
    """The device's name if the account signed in on it before, else nothing."""
    name, people = _read(request)
    return name if user is not None and user.pk in people else ""


def remember(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Note on the device that the account signed in here."""
    name, people = _read(request)
    people = [user.pk, *(pk for pk in people if pk != user.pk)][:PEOPLE]
    response.set_cookie(
        COOKIE,
        signing.dumps([name or get_random_string(16), people], salt=SALT),
        max_age=YEAR,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> tuple[str, list[int]]:
    try:
        name, people = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=YEAR)
    except (signing.BadSignature, ValueError):
        return "", []
    return name, people
