"""The bare Django project beside which the gate is measured: what `startproject` gives, and one view with one ORM insert.

Its middleware is the seven of a new project (security, session, common, CSRF, sign-in, messages, frame options) and its
database connection stays open as the portal's does; the view reads no session, asks no right, checks nothing, leaves no
trail and stores a row sent twice twice. Django's own checks apart nothing is added, nothing is taken away.
"""

import datetime as dt
import json

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from checkpoints.models import Passage


@csrf_exempt
def bare(request: HttpRequest) -> HttpResponse:
    """One INSERT a request."""
    row = json.loads(request.body)
    at = dt.datetime.fromisoformat(row.pop("happened_at"))
    local = timezone.localtime(at)
    Passage.objects.create(happened_at=at, received_at=timezone.now(), day=local.date(), hour=local.hour, **row)
    return HttpResponse("stored")


urlpatterns = [path("bare/", bare)]
