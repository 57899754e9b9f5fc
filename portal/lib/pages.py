"""A page, or only the part of it that htmx asked for."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

# A day copied onto a full one refuses dozens: the page itself shows the rest as gaps.
MOST_REFUSALS = 12


def page(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, part: str = "", status: int = 200
) -> HttpResponse:
    """Render the template; for an htmx request whose target is `part`, only that partial of it.

    The id of the element, the partial's name and the request's target are one word, so the part cannot drift from the page.
    """
    htmx = getattr(request, "htmx", None)
    if part and htmx and htmx.target == part:
        template = f"{template}#{part}"
    response = render(request, template, context, status=status)
    response["Vary"] = "HX-Request, HX-Target"
    return response


def warn_of(request: HttpRequest, refusals: Sequence[str]) -> None:
    """Say what was refused of many things done at once: a line each in one note, which leaves the page in sight."""
    if not refusals:
        return
    rest = len(refusals) - MOST_REFUSALS
    more = [_("And %(n)s more.") % {"n": rest}] if rest > 0 else []
    messages.warning(request, "\n".join([*refusals[:MOST_REFUSALS], *more]))
