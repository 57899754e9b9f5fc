"""The demo's visitors of today, asked, agreed and refused, those who are inside, and the plates the gate knows."""

import datetime as dt
from random import Random

from django.utils import timezone

from checkpoints.models import Passage, Shift, Vehicle, Visit
from checkpoints.services import passages
from portal.accounts.models import User
from portal.demo.names import person_name, phone
from residents.models import Compound, Dwelling

K, A = Visit.Kind, Visit.Answer
# minutes ago, kind, reason, certificate, answer, how
VISITS = (
    (8, K.VISITOR, "探亲", "", "", ""),
    (34, K.WORKER, "燃气检修", "燃气公司 0031", A.AGREED, Visit.How.PHONE),
    (55, K.CARER, "照护老人", "家政服务证 1207", A.AGREED, Visit.How.COMMUNITY),
    (80, K.VISITOR, "送药", "", A.AGREED, Visit.How.MESSAGE),
    (110, K.VISITOR, "看房", "", A.REFUSED, Visit.How.PHONE),
    (150, K.WORKER, "修水管", "", A.AGREED, Visit.How.COMMUNITY),
)
# Who has not gone out yet, at whatever hour the demo is made.
INSIDE = ("燃气检修", "照护老人", "送药")
PLATES = (
    ("resident", "yes", None), ("resident", "yes", None), ("resident", "yes", None), ("resident", "yes", None),
    ("resident", "no", None), ("goods", "window", (8, 10)), ("goods", "window", (14, 16)), ("goods", "yes", None),
    ("taxi", "no", None), ("taxi", "no", None), ("property", "yes", None), ("property", "window", (5, 7)),
    ("ambulance", "yes", None),
)  # fmt: skip


def build(compound: Compound, *, asker: User, secretary: User) -> None:
    """Write the visitors and the plates down."""
    chance, now = Random("visits"), timezone.now()
    homes = list(
        Dwelling.objects.filter(entrance__building__compound=compound).select_related("entrance__building").order_by("id")
    )
    for number, (minutes, kind, reason, certificate, answer, how) in enumerate(VISITS):
        home, asked = chance.choice(homes), now - dt.timedelta(minutes=minutes)
        said = {"host": person_name(chance), "answered_at": asked + dt.timedelta(minutes=3), "answered_by": asker}
        visit = Visit.objects.create(
            community=compound.community, compound=compound, dwelling=home, written_home=str(home),
            written_name=person_name(chance), written_phone=phone(7000 + number), kind=kind, certificate=certificate,
            reason=reason, asked_at=asked, asked_by=asker, answer=answer, how=how, **(said if answer else {}),
        )  # fmt: skip
        if reason in INSIDE:
            _let_in(visit, asker)
    for number, (of, allowed, hours) in enumerate(PLATES):
        home = chance.choice(homes) if of == "resident" else None
        Vehicle.objects.create(
            community=compound.community, plate_no=f"鄂A{number:05}" if number % 3 else f"鄂AD{number:05}", kind=of,
            allowed=allowed, dwelling=home, written_home=str(home) if home else "",
            permit_no=f"QH-{number + 1:03}" if allowed != "no" else "", changed_by=secretary,
            opens_at=dt.time(hours[0]) if hours else None, closes_at=dt.time(hours[1]) if hours else None,
        )  # fmt: skip


def _let_in(visit: Visit, by: User) -> None:
    """Through the gate that is staffed now, in the shift that stands there: those before have handed over."""
    gates = visit.compound.posts.gates()
    shift = Shift.objects.running().filter(post__in=gates).order_by("post", "pk").first()
    if shift is None or visit.answered_at is None:
        return
    at = min(max(visit.answered_at, shift.starts_at) + dt.timedelta(seconds=50), timezone.now())
    local = timezone.localtime(at)
    Passage.objects.create(
        id=passages.new_id(), community=visit.community, post=shift.post, shift=shift, happened_at=at, received_at=at,
        day=local.date(), hour=local.hour, direction=Passage.Direction.IN,
        person=Passage.Person.VISITOR if visit.kind == K.VISITOR else Passage.Person.STAFF, written_home=visit.written_home,
        written_name=visit.written_name, written_phone=visit.written_phone, dwelling=visit.dwelling, temperature="36.4",
        mask=True, health_code="green", reason=visit.reason, logged_by=by,
    )  # fmt: skip
