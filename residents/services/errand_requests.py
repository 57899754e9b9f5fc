"""How an errand is asked: for which home, what, how soon; stored once however often it is sent."""

import datetime as dt
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from residents.models import (
    Community,
    DutyPolicy,
    Dwelling,
    Entrance,
    Errand,
    ErrandKind,
    ErrandLine,
    Resident,
    Stop,
    Task,
    Urgency,
)
from residents.models.errand_states import URGENT
from residents.services import errand_kinds, rounds
from residents.services.errand_homes import goes_first
from residents.services.policies import duty_policy

MOST_LINES = 30
# Characters. What is longer is a letter and no list: it is shown as it was written.
LINE = 60
# Between two things of a list. The full-width marks of Chinese keyboards are written by number: they look like ours.
MARKS = "\n,\uff0c;\uff1b、。"
# 大米 10 斤, 鸡蛋30个, 盐 x2
THING = re.compile(r"^(?P<name>.*?[^\d\s.])\s*[x×*]?\s*(?P<quantity>\d{1,4}(?:\.\d{1,2})?)\s*(?P<unit>[^\d\s]{0,4})$")
# 青菜3斤 鸡蛋 30个 盐2袋: only blanks between them, but each with its number and a unit people count goods by.
UNITS = "斤两克袋包盒箱瓶罐桶份条支板串根把捆升提卷块只件打棵颗枚听片个"
COUNTED = rf"[^\d\s]+\s*\d{{1,4}}(?:\.\d{{1,2}})?\s*(?:公斤|[kK][gG]|[{UNITS}])(?:\s+|$)"
SEVERAL = re.compile(f"(?:{COUNTED}){{2,}}")


@dataclass(frozen=True)
class Thing:
    """One line of a request."""

    name: str
    quantity: Decimal = Decimal(1)
    unit: str = ""


@dataclass(frozen=True)
class Place:
    """For which home and whom: of the ledger, as written, or both."""

    community: Community
    dwelling: Dwelling | None = None
    entrance: Entrance | None = None
    written_home: str = ""
    resident: Resident | None = None
    written_name: str = ""
    written_phone: str = ""


def things_in(text: str) -> list[Thing]:
    """The things of a list written one a line, or with commas: 大米 10 斤; none of a text that a line does not hold whole."""
    parts = parts_of(text)
    return [_thing(part) for part in parts] if all(len(part) <= LINE for part in parts) else []


def parts_of(text: str) -> list[str]:
    """What stands between the marks of a list."""
    parts = [part for part in (piece.strip() for piece in re.split(f"[{MARKS}]", text)) if part]
    return [thing.strip() for part in parts for thing in (re.findall(COUNTED, part) if SEVERAL.fullmatch(part) else [part])]


def _thing(part: str) -> Thing:
    found = THING.match(part)
    if found and Decimal(found["quantity"]):
        return Thing(found["name"], Decimal(found["quantity"]), found["unit"])
    return Thing(part)


def promised_by(community: Community, urgency: int, since: dt.datetime, policy: DutyPolicy | None = None) -> dt.datetime:
    """By when somebody has it, as the policy of the day says; `policy` where it is known already."""
    policy = policy or duty_policy(community, timezone.localdate(since))
    minutes = policy.errand_urgent_minutes if urgency in URGENT else policy.errand_minutes
    return since + dt.timedelta(minutes=minutes)


def ask(
    *, key: uuid.UUID, place: Place, kind: ErrandKind, what: str = "", things: Sequence[Thing] = (),
    details: Mapping[str, Any] | None = None, urgency: int = Urgency.NORMAL, channel: str,
    need_by: dt.datetime | None = None, stop: Stop | None = None, source_task: Task | None = None,
    policy: DutyPolicy | None = None, by: User | None,
) -> Errand:  # fmt: skip
    """Store a request. The same key again finds the first one: an impatient thumb never makes two."""
    answers = errand_kinds.answered(kind, details or {})
    if by:
        # A resident who does not know the strength of a pill is rung up, not sent away.
        errand_kinds.check(kind, answers)
    if len(things) > MOST_LINES:
        raise Refused(_("At most %(most)s things in one request. Make two of it.") % {"most": MOST_LINES})
    if source_task and source_task.community_id != place.community.pk:
        raise Refused(_("This task is of another community."))
    now = timezone.now()
    promise = promised_by(place.community, urgency, now, policy)
    errand = Errand(
        key=key, community=place.community, dwelling=place.dwelling,
        entrance=place.dwelling.entrance if place.dwelling else place.entrance, written_home=place.written_home,
        resident=place.resident, written_name=place.written_name, written_phone=place.written_phone,
        kind=kind, what=what, details=answers, urgency=urgency, goes_first=goes_first(place.dwelling, place.resident),
        channel=channel, need_by=need_by, stop=stop, source_task=source_task, requested_at=now, requested_by=by,
        waits_since=now, promised_by=promise, escalates_at=promise,
    )  # fmt: skip
    try:
        return _stored(errand, things)
    except IntegrityError:
        # Of two at once the second waits here for the first, and finds it: no lock keeps everybody else waiting.
        if (known := Errand.objects.filter(key=key, community=place.community).first()) is None:
            raise Refused(_("This form was sent already. Open a new one.")) from None
        return known


@transaction.atomic
def _stored(errand: Errand, things: Sequence[Thing]) -> Errand:
    if errand.stop:
        # Whoever takes back what asked for this call waits for us, and then sees that something came of it.
        rounds.locked(errand.stop.round_id)
    with explained(Errand):
        errand.save(force_insert=True)
    ErrandLine.objects.bulk_create(
        ErrandLine(errand=errand, position=n, name=thing.name, quantity=thing.quantity, unit=thing.unit)
        for n, thing in enumerate(things, 1)
    )
    after = {"kind": errand.kind, "channel": errand.channel, "urgency": errand.urgency}
    audit.record("errand.asked", errand, by=errand.requested_by, after=after)
    return errand
