"""Pages that belong to a person rather than to a place: anybody who is signed in may open their own."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from portal.accounts.models import User

View = Callable[..., HttpResponseBase]


class Request(HttpRequest):
    """A request of somebody who is signed in."""

    user: User


def signed_in(view: View) -> View:
    """Let a view be opened by everybody with a sign-in; it shows nothing but the person's own."""

    @login_required
    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    guarded.permission = "signed_in"  # type: ignore[attr-defined]
    return guarded


def public(view: View) -> View:
    """Let a view be opened by everybody; tests/guards keeps the short list of those that are."""
    view.permission = "public"  # type: ignore[attr-defined]
    return view
