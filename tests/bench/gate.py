"""What a passage costs at the batch endpoint, beside a bare Django view that inserts one row by the ORM.

Both answer through the same middleware; the bare view asks neither who sends nor whether the row was sent before.
"""

import datetime as dt
import json
import statistics
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import override_settings
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from checkpoints.models import Passage, Shift
from checkpoints.services.passages import new_id
from portal.accounts.models import User
from residents.models import Membership, Role
from tests import factories
from tests.bench.timing import Line, faster

BATCH = 50


def run(rounds: int = 30) -> list[Line]:
    """Measure both; wants an empty migrated database."""
    shift, user = _gate()
    ways = {"bare": _bare(shift, user), "single": _sender(shift, user, 1), "batch": _sender(shift, user, BATCH)}
    taken: dict[str, list[float]] = {name: [] for name in ways}
    # What only tests add would be measured as well.
    plain = [name for name in settings.MIDDLEWARE if not name.startswith("zeal")]
    with override_settings(MIDDLEWARE=plain):
        # In turns, so that a noisy moment hits all three; the first round warms up.
        for turn in range(rounds + 1):
            for name, send in ways.items():
                times = [send() for _ in range(1 if name == "batch" else 5)]
                taken[name] += times if turn else []
    bare, single, batch = (statistics.median(times) for times in taken.values())
    how = f"bare ORM insert {bare * 1000:.1f} ms a POST"
    return [
        faster("gate: a passage in a batch of 50", (batch / BATCH, bare), aim=15, how=f"{batch * 1000:.1f} ms a batch, {how}"),
        faster("gate: a passage alone", (single, bare), aim=0.5, how=f"{single * 1000:.1f} ms a POST, {how}"),
    ]


def _gate() -> tuple[Shift, User]:
    now = timezone.now()
    shift = factories.ShiftFactory(starts_at=now - dt.timedelta(hours=4), ends_at=now + dt.timedelta(hours=4))
    user = factories.UserFactory()
    Membership.objects.create(user=user, role=Role.CADRE, community=shift.post.compound.community)
    factories.AssignmentFactory(shift=shift, cadre=factories.CadreFactory(user=user))
    return shift, user


def _row(place: int = 0) -> dict[str, object]:
    at = timezone.now() - dt.timedelta(seconds=place)
    return {
        "id": str(new_id()),
        "happened_at": at.isoformat(),
        "direction": "out" if place % 2 else "in",
        "person": "resident",
        "home": f"{place % 20 + 1}号楼3单元702",
        "name": "王建国",
        "phone": "19900001234",
        "temperature": "36.5",
        "health_code": "green",
        "mask": True,
        "reason": "买菜",
    }


@csrf_exempt
def bare(request: HttpRequest) -> HttpResponse:
    """No session, no form, no right, no trail, no second sending: one INSERT a request."""
    row = json.loads(request.body)
    at = dt.datetime.fromisoformat(row.pop("happened_at"))
    local = timezone.localtime(at)
    Passage.objects.create(happened_at=at, received_at=timezone.now(), day=local.date(), hour=local.hour, **row)
    return HttpResponse("stored")


urlpatterns = [path("bare/", bare)]


def _bare(shift: Shift, user: User) -> Callable[[], float]:
    client = Client()
    known = {"community_id": shift.post.compound.community_id, "post_id": shift.post_id, "shift_id": shift.pk}

    def send() -> float:
        row = _row()
        row |= {f"written_{name}": row.pop(name) for name in ("home", "name", "phone")}
        body = json.dumps(row | known | {"logged_by_id": user.pk})
        with override_settings(ROOT_URLCONF=__name__):
            return _seconds(client, "/bare/", body)

    return send


def _sender(shift: Shift, user: User, rows: int) -> Callable[[], float]:
    """The real endpoint with every middleware, a session and a CSRF token."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    token = "a" * 32
    client.cookies[settings.CSRF_COOKIE_NAME] = token
    address = f"/checkpoints/gate/{shift.pk}/passages/"

    def send() -> float:
        body = json.dumps([_row(place) for place in range(rows)])
        return _seconds(client, address, body, {"x-csrftoken": token})

    return send


def _seconds(client: Client, address: str, body: str, headers: dict[str, str] | None = None) -> float:
    begun = time.perf_counter()
    response = client.post(address, body, content_type="application/json", headers=headers)
    taken = time.perf_counter() - begun
    assert response.status_code == 200
    assert "refused" not in response.content.decode()
    return taken
