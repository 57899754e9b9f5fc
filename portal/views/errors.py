"""Answers when something is wrong."""

import logging
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from portal.accounts.access import public
from portal.lib.storages import is_full

log = logging.getLogger(__name__)

RETRY_SECONDS = "10"


def unavailable(error: BaseException) -> HttpResponse:
    """The database is away: nothing of the page is asked of it."""
    log.error("The database is away: %s", error)
    return HttpResponse(
        render_to_string("503.html"), status=503, headers={"Retry-After": RETRY_SECONDS, "Cache-Control": "no-store"}
    )


def full(error: BaseException) -> HttpResponse:
    """No room is left on the disk: what was sent was not kept."""
    log.error("The disk is full: %s", error)
    return HttpResponse(render_to_string("507.html"), status=507, headers={"Cache-Control": "no-store"})


def keyless(error: BaseException) -> HttpResponse:
    """A value was written with a key that is not here: no cipher is shown in its place, and nothing is guessed."""
    log.error("FIELD_KEYS lack the key of what is stored: %s", type(error).__name__)
    return HttpResponse(render_to_string("keyless.html"), status=503, headers={"Cache-Control": "no-store"})


@public
def server_error(request: HttpRequest) -> HttpResponse:
    """Whatever went wrong outside a view: a middleware that found the database away, else a fault of ours."""
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError | InterfaceError):
        return unavailable(error)
    if is_full(error):
        return full(error)
    return HttpResponse(render_to_string("500.html"), status=500, headers={"Cache-Control": "no-store"})
