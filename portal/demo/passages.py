"""The demo's gates: a week of passages with its two peaks, up to this minute."""

import datetime as dt
import uuid
from random import Random
from typing import Any

from django.utils import timezone

from checkpoints.models import Handover, Passage, Post, Shift
from checkpoints.services.handovers import counted, next_lead
from portal.accounts.models import User
from portal.demo.duty import DAYS_BACK
from portal.demo.names import person_name, phone
from portal.lib.dates import moment
from portal.lib.inserting import insert
from residents.models import Building

# How a day's passages fall on its hours: the peaks of a gate register (6 to 22 h).
HOURS = dict(zip(range(6, 23), (58, 173, 262, 140, 107, 70, 86, 72, 55, 52, 74, 174, 245, 130, 81, 45, 16), strict=True))
A_DAY = {("荷风苑", "东门"): 800, ("荷风苑", "西门"): 380, ("春分里", "正门"): 520, ("榆树公租房", "南门"): 900,
         ("榆树公租房", "北门"): 420, ("石桥里", "大门"): 110, ("榆林苑", "大门"): 130, ("北巷楼", "大门"): 90}  # fmt: skip
OUT = ("买菜", "上班", "倒垃圾", "取快递", "就医", "遛狗")
IN = ("返家", "返家", "返家", "下班", "送货")
BACK = ("非本小区人员", "无出入证", "外卖不入小区", "未戴口罩")

Row = dict[str, Any]
# When the shifts of a post begin and end, and their keys.
Stands = list[tuple[dt.datetime, dt.datetime, int]]


def build(places: dict[tuple[str, str], Post], loggers: list[User]) -> None:
    """Create the passages of every gate."""
    chance, now, today = Random("passages"), timezone.now(), timezone.localdate()
    for place, a_day in A_DAY.items():
        post = places[place]
        rows: list[Row] = []
        homes = [(building.number, building.floors) for building in Building.objects.filter(compound=post.compound)]
        stands = _stands(post)
        for back in range(DAYS_BACK, -1, -1):
            for hour, weight in HOURS.items():
                for _ in range(round(a_day * weight / 1840 * chance.uniform(0.85, 1.15))):
                    second = dt.timedelta(hours=hour, seconds=chance.randint(0, 3599))
                    at = moment(today - dt.timedelta(days=back), dt.time.min) + second
                    if at <= now:
                        rows.append(_row(chance, homes, stands, at, chance.choice(loggers).pk))
                        rows += _left(chance, rows[-1], stands, now)
        columns = {name: [row[name] for row in rows] for name in rows[0]} if rows else {"id": []}
        insert(Passage, columns, community_id=post.compound.community_id, post_id=post.pk, mask=True)


def _left(chance: Random, came: Row, stands: Stands, now: dt.datetime) -> list[Row]:
    """Who does not live here goes out again, within three hours or as soon as now comes first."""
    inward = came["direction"] == Passage.Direction.IN and came["result"] == Passage.Result.PASSED
    at = came["happened_at"] + dt.timedelta(minutes=chance.randint(15, 170))
    if came["person"] == Passage.Person.RESIDENT or not inward or at > now:
        return []
    out = {"direction": Passage.Direction.OUT, "temperature": None, "health_code": ""}
    return [came | out | {"id": _id(chance)} | _when(at, stands)]


def _id(chance: Random) -> uuid.UUID:
    return uuid.UUID(int=chance.getrandbits(128), version=4)


def _when(at: dt.datetime, stands: Stands) -> Row:
    local, received = timezone.localtime(at), at + dt.timedelta(seconds=2)
    shift = next((pk for starts_at, ends_at, pk in stands if starts_at <= at < ends_at), None)
    return {"shift_id": shift, "happened_at": at, "received_at": received, "day": local.date(), "hour": local.hour}


def _stands(post: Post) -> Stands:
    return list(Shift.objects.filter(post=post).values_list("starts_at", "ends_at", "pk"))


def _row(
    chance: Random,
    homes: list[tuple[str, int]],
    stands: Stands,
    at: dt.datetime,
    logger: int,
) -> Row:
    number, floors = chance.choice(homes)
    person = chance.choices(Passage.Person.values[:4], (82, 6, 7, 5))[0]
    # Whoever does not live here comes in first; the way out follows from it.
    inward = chance.random() < 0.52 or person != Passage.Person.RESIDENT
    row = {
        "id": _id(chance), **_when(at, stands),
        "direction": Passage.Direction.IN if inward else Passage.Direction.OUT, "person": person,
        "written_home": f"{number}-{chance.randint(1, 3)}-{chance.randint(1, floors)}0{chance.randint(1, 2)}",
        "written_name": person_name(chance), "written_phone": phone(chance.randint(2000, 7999)) if person == "visitor" else "",
        "temperature": round(chance.gauss(36.4, 0.18), 1),
        "health_code": chance.choices(("green", "none", "yellow"), (95, 4, 1))[0],
        "reason": chance.choice(IN if inward else OUT), "logged_by_id": logger,
        "plate_no": f"鄂A{chance.randint(10000, 99999)}" if chance.random() < 0.04 else "",
        "result": Passage.Result.PASSED, "result_note": "",
    }  # fmt: skip
    if inward and person != Passage.Person.RESIDENT and chance.random() < 0.2:
        row |= {"result": Passage.Result.TURNED_BACK, "result_note": chance.choice(BACK)}
    elif chance.random() < 0.0015:
        row |= {"result": Passage.Result.HELD, "temperature": 37.6, "result_note": "体温异常，已报社区"}
    return row


def handovers(places: dict[tuple[str, str], Post], secretary: User) -> None:
    """Hand over the shifts that have ended, each by its lead; the newest of the east gate still waits for its confirmation."""
    now = timezone.now()
    for post in places.values():
        ended = Shift.objects.filter(post=post, ends_at__lt=now).order_by("starts_at")
        newest = ended.last()
        for shift in ended:
            lead = shift.crew.standing().select_related("cadre__user").order_by("-is_lead", "seat").first()
            if lead is None or lead.cadre.user is None:
                continue
            waits = post.name == "东门" and newest is not None and shift.pk == newest.pk
            Handover.objects.create(
                shift=shift,
                totals=counted(shift),
                note="测温枪 1 把电量不足，已换电池。" if waits else "",
                handed_over_at=shift.ends_at, handed_over_by=lead.cadre.user,
                confirmed_at=None if waits else shift.ends_at + dt.timedelta(minutes=6),
                confirmed_by=None if waits else _relief(shift, lead.cadre.user) or secretary,
            )  # fmt: skip


def _relief(shift: Shift, lead: User) -> User | None:
    """Who leads the next shift, unless it is the same person again, who cannot confirm what they wrote."""
    follows = next_lead(shift)
    return follows.cadre.user if follows and follows.cadre.user != lead else None
