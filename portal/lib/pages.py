"""A page, or only the part of it that htmx asked for."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


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
