"""The demo's rounds. In 荷风苑 36 homes half walked, last night's lights, a patrol, a disinfected hall, what was found;
elsewhere one that nobody has begun, some half walked, some closed, and one of yesterday that is still open.
"""

import datetime as dt
from dataclasses import dataclass
from random import Random
from typing import Any

from django.utils import timezone

from portal.accounts.models import User
from portal.lib.dates import moment
from residents.models import CareCategory, Compound, Dwelling, Finding, Round, RoundPlan, Stop
from residents.rounds import kind_of
from residents.services import findings, rounds, stops

ROUTE = "东门\n南门围挡\n中心花园\n快递架\n3号楼后巷\n地下车库入口"
PLACES = "1号楼电梯厅\n社区活动室\n东门岗亭\n垃圾投放点\n物资中转帐篷"
LIGHTS = ("lit", "lit", "lit", "lit", "dark", "lit", "away", "lit", "dark")


@dataclass(frozen=True)
class Elsewhere:
    """One plan: where, what, how much of its last round is walked."""

    compound: str
    kind: str
    name: str
    share: float
    fields: dict[str, str]
    building: str = ""


ELSEWHERE = (
    Elsewhere("春分里", "temperature", "特殊群体上门测温", 0.5, {"whom": "care"}),
    Elsewhere("春分里", "letter", "1号楼发放告居民书", 1.0, {"whom": "lived_in"}, "1"),
    Elsewhere("榆树公租房", "antigen", "1号楼特殊群体发放抗原", 0.6, {"whom": "care"}, "1"),
    Elsewhere("榆树公租房", "vegetables", "隔离家庭送菜", 0.0, {"whom": "quarantine"}),
    Elsewhere("石桥里", "rubbish", "行动不便家庭上门收垃圾", 0.3, {"whom": "care"}),
    Elsewhere("石桥里", "patrol", "院区巡逻", 1.0, {"whom": "places", "places": "北门\n自行车棚\n小广场"}),
)


def build(compound: Compound, *, secretary: User, walkers: list[User]) -> None:
    """Plan and walk; a compound without homes has only its patrol and its disinfection."""
    now = timezone.now()
    _walked(_plan(compound, "patrol", "院区巡逻", walkers, whom="places", places=ROUTE), now, 1.0)
    _walked(_plan(compound, "disinfection", "公共区域消杀", walkers, whom="places", places=PLACES), now, 0.6)
    if not Dwelling.objects.filter(entrance__building__compound=compound).exists():
        return
    rubbish = _plan(compound, "rubbish", "行动不便家庭上门收垃圾", walkers, whom="care")
    rubbish.categories.set(CareCategory.objects.filter(code="mobility"))
    _walked(rubbish, now, 0.5)
    building = compound.buildings.order_by("id")[2]
    sweep = _plan(compound, "sweep", "3号楼摸排", walkers, whom="all", building=building)
    _walked(sweep, now, 0.4)
    evening = moment(timezone.localdate() - dt.timedelta(days=1), dt.time(20, 30))
    lights = _plan(compound, "light_count", "晚间数灯", walkers, whom="all", building=building)
    _walked(lights, evening, 1.0)
    _found(sweep, secretary, walkers[0])


def elsewhere(compounds: dict[str, Compound], walkers: dict[str, User]) -> None:
    """The rounds of the other compounds, each walked by one person."""
    now = timezone.now()
    for one in ELSEWHERE:
        compound = compounds[one.compound]
        building = compound.buildings.filter(number=one.building).first()
        plan = _plan(compound, one.kind, one.name, [walkers[one.compound]], building=building, **one.fields)
        _walked(plan, now, one.share)
    calls = _plan(compounds["春分里"], "wellbeing_call", "特殊群体电话问候", [walkers["春分里"]], whom="care")
    _walked(calls, moment(timezone.localdate() - dt.timedelta(days=1), dt.time(12)), 0.7)


def _plan(compound: Compound, kind: str, name: str, walkers: list[User], **fields: Any) -> RoundPlan:
    now = timezone.localtime()
    slots = list(kind_of(kind).slots)
    # Whenever the demo is loaded, a round of this hour is open.
    if kind != "light_count" and slots[0] > f"{now:%H:%M}":
        slots[0] = f"{now:%H}:00"
    plan = RoundPlan.objects.create(
        community=compound.community,
        compound=compound,
        kind=kind,
        name=name,
        slots=slots,
        minutes=180,
        starts_on=now.date() - dt.timedelta(days=3),
        timed_at=now - dt.timedelta(days=3),
        **fields,
    )
    plan.team.set(walkers)
    return plan


def _walked(plan: RoundPlan, now: dt.datetime, share: float) -> None:
    """Open what is due; all rounds but the last are walked to the end, of the last a share."""
    opened = sorted(rounds.open_slots(plan, now), key=lambda found: found.starts_at)
    for found in opened:
        last = found == opened[-1]
        _walk(found, plan.team.all()[0], share if last else 1.0, Random(f"{plan.name}{found.starts_at}"))


def _walk(found: Round, by: User, share: float, chance: Random) -> None:
    every = list(found.stops.in_order())
    kind = kind_of(found.kind)
    done = every[: round(len(every) * share)]
    for number, stop in enumerate(done, 1):
        stop.outcome = chance.choice(LIGHTS) if kind.windows else kind.usual.code
        stop.state = Stop.State.DONE
        if not kind.windows and chance.random() < 0.06:
            stop.state, stop.outcome = Stop.State.EXCUSED, kind.reasons[0].code
        step = min(dt.timedelta(minutes=2), (timezone.now() - found.starts_at) / (len(every) + 1))
        stop.done_at, stop.done_by = found.starts_at + number * step, by
        _answers(stop, found.kind, chance)
    Stop.objects.bulk_update(
        done, ["state", "outcome", "done_at", "done_by", "answers", "quantity", "usable_at"], batch_size=200
    )
    if len(done) == len(every) and every:
        found.closed_at, found.closed_by = done[-1].done_at, by
        found.save(update_fields=["closed_at", "closed_by"])


def _answers(stop: Stop, kind: str, chance: Random) -> None:
    if stop.state != Stop.State.DONE or stop.done_at is None:
        return
    if kind == "disinfection":
        area = chance.choice((40, 80, 120, 200))
        stop.answers = {
            "area_m2": area,
            "agent": "含氯消毒液",
            "concentration_mg_l": 500,
            "method": "spray",
            "contact_minutes": 30,
        }
        stop.quantity, stop.usable_at = area, stop.done_at + dt.timedelta(minutes=30)
    elif kind == "patrol" and chance.random() < 0.4:
        stop.quantity = chance.randint(1, 5)
        stop.answers = {"seen": "gathering", "persuaded": stop.quantity}
    elif kind == "sweep":
        stop.quantity = chance.randint(1, 4)
        stop.answers = {"people": stop.quantity, "food": "yes"}
    elif kind == "temperature":
        stop.answers = {"temperature": f"36.{chance.randint(1, 8)}"}
    elif kind == "antigen":
        stop.quantity = chance.randint(2, 4)
        stop.answers = {"kits": stop.quantity}


def _found(sweep: RoundPlan, secretary: User, walker: User) -> None:
    """Three things the sweep has found: one acted upon, one that a call follows, one that waits."""
    waiting = list(Stop.objects.open().filter(round__plan=sweep).in_order()[:3])
    said = ({"complaint": "水管漏水"}, {"food": "no"}, {"returnee": "儿子昨晚从外地返回"})
    for stop, answers in zip(waiting, said, strict=False):
        stops.do(stop_id=stop.pk, outcome="done", answers=answers, by=walker)
    first = Finding.objects.filter(stop__round__plan=sweep, kind="complaint").first()
    if first:
        findings.handle(finding_id=first.pk, handling="已联系物业，下午上门", by=secretary)
