"""The gate: what the people in the tent open."""

import json
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from checkpoints.access import logs_at_gate
from checkpoints.models import Shift
from checkpoints.services import passages, totals
from residents.access import Request

# 200 passages of full length are less than half of it.
MOST_BYTES = 1024 * 1024


class Unreadable(Exception):  # noqa: N818 - it is an answer
    """The body is not a list of passages; the status and a sentence."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why


@require_POST
@logs_at_gate
def gate_passages(request: Request, shift: Shift, fever_limit: Decimal) -> HttpResponse:
    """The phone at the gate sends what was logged, up to 200 at once, and hears what became of each."""
    try:
        rows = _rows(request)
    except Unreadable as error:
        return JsonResponse({"error": error.why}, status=error.status)
    answers = passages.store_many(shift=shift, rows=rows, fever_limit=fever_limit, by=request.user)
    return JsonResponse({"answers": [answer.as_json() for answer in answers], "totals": totals.of_day(shift.post)})


def _rows(request: HttpRequest) -> list[Any]:
    size = request.headers.get("Content-Length", "")
    if size.isdigit() and int(size) > MOST_BYTES:
        raise Unreadable(413, _("This is too much at once. Send at most 200 passages."))
    try:
        # Numbers stay as they were written: 36.6 is not a binary fraction, and a number of 5,000 digits is its row's fault.
        rows = json.loads(request.body, parse_float=str, parse_int=_int)
    except (ValueError, RecursionError) as error:
        raise Unreadable(400, _("This is not JSON.")) from error
    if not isinstance(rows, list):
        raise Unreadable(400, _("Send a list of passages."))
    if len(rows) > passages.MOST:
        raise Unreadable(413, _("This is too much at once. Send at most 200 passages."))
    return rows


def _int(digits: str) -> int | str:
    return int(digits) if len(digits) < 20 else digits
