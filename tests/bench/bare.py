"""The bare Django project beside which the gate and the resident's form are measured: what `startproject` gives, one view
with one ORM insert, and one with a form.

Its middleware is the seven of a new project (security, session, common, CSRF, sign-in, messages, frame options) and its
database connection stays open as the portal's does; the view reads no session, asks no right, checks nothing, leaves no
trail and stores a row sent twice twice. Django's own checks apart nothing is added, nothing is taken away.
"""

import datetime as dt
import json

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.template import Context, Engine
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from checkpoints.models import Passage
from residents.models import Entrance, Errand, ErrandKind


@csrf_exempt
def bare(request: HttpRequest) -> HttpResponse:
    """One INSERT a request."""
    row = json.loads(request.body)
    at = dt.datetime.fromisoformat(row.pop("happened_at"))
    local = timezone.localtime(at)
    Passage.objects.create(happened_at=at, received_at=timezone.now(), day=local.date(), hour=local.hour, **row)
    return HttpResponse("stored")


class AskForm(forms.Form):
    """The fields of the resident's form, as `startproject` knows them."""

    home = forms.CharField(max_length=40)
    name = forms.CharField(max_length=40)
    phone = forms.CharField(max_length=20)
    what = forms.CharField(max_length=1000, widget=forms.Textarea)


PAGE = Engine().from_string('<form method="post"><input name="csrfmiddlewaretoken" value="{{ token }}">{{ form }}</form>')


def form(request: HttpRequest) -> HttpResponse:
    """A form, its checks, one INSERT, and a redirect."""
    asked = AskForm(request.POST if request.method == "POST" else None)
    if asked.is_bound and asked.is_valid():
        said, now = asked.cleaned_data, timezone.now()
        entrance = Entrance.objects.select_related("building__compound").first()
        Errand.objects.create(
            community_id=entrance.building.compound.community_id, entrance=entrance, kind=ErrandKind.objects.first(),
            written_home=said["home"], written_name=said["name"], written_phone=said["phone"], what=said["what"],
            channel="own", promised_by=now, escalates_at=now,
        )  # fmt: skip
        return HttpResponseRedirect("/form/")
    return HttpResponse(PAGE.render(Context({"form": asked, "token": get_token(request)})))


urlpatterns = [path("bare/", bare), path("form/", form)]
