"""What pages without an account share: from where somebody asks, and what is told who asks too often or by a broken link."""

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise

from residents.models import Community

WAIT_SECONDS = 600


def address_of(request: HttpRequest) -> str:
    """The address limits are counted by."""
    return str(get_adapter().get_client_ip(request))


def astray(request: HttpRequest) -> HttpResponse:
    """A link was cut off or made up: whoever has no account is shown the way in, not the way to a sign-in."""
    return render(request, "residents/asks/start.html", {"astray": True}, status=404)


def too_many(request: HttpRequest, community: Community | None = None, *, instead: str | Promise = "") -> HttpResponse:
    """Whoever asks too often is told when to come back, and whom to ring until then, or what to do instead."""
    response = render(request, "residents/asks/too_many.html", {"community": community, "instead": instead}, status=429)
    response["Retry-After"] = str(WAIT_SECONDS)
    return response
