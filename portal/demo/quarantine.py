"""The demo's quarantine: cases at every stage, two weeks of temperatures, one compound closed and one free."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from django.utils import timezone

from portal.accounts import audit
from portal.accounts.models import User
from portal.demo.names import person_name, phone
from portal.lib.dates import moment
from residents.models import (
    CareTeamMember,
    CaseStage,
    CaseState,
    CaseTest,
    Compound,
    ContactClass,
    ControlChange,
    ControlLevel,
    Dwelling,
    EpidemicFreeStatus,
    ExitPermit,
    HealthCheck,
    Mood,
    QuarantineCase,
    Resident,
    SiteCall,
    Slot,
    StageKind,
    Transfer,
)
from residents.services import quarantine_moves, quarantine_policies

State, Reason = CaseState, QuarantineCase.Reason


@dataclass(frozen=True)
class Kept:
    """One home: who is in it as what, since how many days, where it stands."""

    contact_class: str
    reason: str
    days: int
    state: str = State.ACTIVE
    sign: str = QuarantineCase.Sign.YELLOW


SECONDARY = Kept(ContactClass.SECONDARY, Reason.SECONDARY, 3)
HOMES: dict[str, tuple[Kept, ...]] = {
    "荷风苑": (
        Kept(ContactClass.SECONDARY, Reason.SECONDARY, 0, State.REGISTERED, ""),
        Kept(ContactClass.SECONDARY, Reason.SECONDARY, 0, State.NOTICED, ""),
        SECONDARY, SECONDARY,
        Kept(ContactClass.OTHER, Reason.HIGH_RISK, 5, State.ACTIVE, QuarantineCase.Sign.RED),
        Kept(ContactClass.SECONDARY, Reason.SECONDARY, 2, State.ALERT),
        Kept(ContactClass.OTHER, Reason.HIGH_RISK, 4, State.VIOLATION, QuarantineCase.Sign.RED),
        Kept(ContactClass.SECONDARY, Reason.SECONDARY, 4, State.OUT),
        Kept(ContactClass.CLOSE, Reason.CLOSE_SPECIAL, 2, State.TRANSFERRED, ""),
        Kept(ContactClass.CLOSE, Reason.CLOSE_SPECIAL, 1, State.TO_CENTRAL, ""),
        Kept(ContactClass.SECONDARY, Reason.SECONDARY, 7),
        Kept(ContactClass.SECONDARY, Reason.SECONDARY, 12, State.RELEASED),
        Kept(ContactClass.OTHER, Reason.HIGH_RISK, 10, State.RELEASED),
    ),
    "春分里": (
        SECONDARY, Kept(ContactClass.OTHER, Reason.HIGH_RISK, 1),
        Kept(ContactClass.SECONDARY, Reason.SECONDARY, 14, State.RELEASED),
    ),
    "榆树公租房": (
        Kept(ContactClass.POSITIVE, Reason.CLOSE_SPECIAL, 4, State.TRANSFERRED, ""),
        *(SECONDARY,) * 6, *(Kept(ContactClass.OTHER, Reason.HIGH_RISK, 2),) * 4,
        Kept(ContactClass.CLOSE, Reason.CLOSE_SPECIAL, 3, State.TRANSFERRED, ""),
    ),
}  # fmt: skip

# Opened for somebody else of the same name, and gone on with by the district of the hospital: before they were over.
STOPPED = (
    (Kept(ContactClass.SECONDARY, Reason.SECONDARY, 1, State.NOTICED, ""), quarantine_moves.void, "同名登错人，已重新登记"),
    (Kept(ContactClass.OTHER, Reason.HIGH_RISK, 3), quarantine_moves.close, "因手术住院，转由医院所在区管理"),
)


def build(compounds: dict[str, Compound], by: User) -> None:
    """Quarantine some homes of three compounds, and decide about all."""
    quarantine_policies.ensure()
    chance = Random("quarantine")
    for name, kept in HOMES.items():
        lived_in = Dwelling.objects.filter(residents__in=Resident.objects.living_in())
        homes = list(lived_in.filter(entrance__building__compound=compounds[name]).distinct())
        for one, home in zip(kept, chance.sample(homes, min(len(kept), len(homes))), strict=False):
            _home(chance, home, one, by)
    _levels(compounds, by)
    stopped = list(_stopped(compounds["荷风苑"], by))
    cases = QuarantineCase.objects.select_related("community")
    audit.record_many("quarantinecase.registered", list(cases), by=by)
    audit.record_many("quarantinecase.started", list(cases.exclude(started_at=None)), by=by)
    for case, move, reason in stopped:
        move(case_id=case.pk, reason=reason, by=by)


def _stopped(compound: Compound, by: User) -> Iterator[tuple[QuarantineCase, Callable[..., QuarantineCase], str]]:
    """Cases for whoever lives in the last homes without one, by dice of their own: the rest of the story stays as it was."""
    chance = Random("stopped")
    people = Resident.objects.living_in().filter(dwelling__entrance__building__compound=compound, dwelling__cases=None)
    for resident, (kept, move, reason) in zip(people.order_by("-id").distinct(), STOPPED, strict=False):
        case = _case(chance, resident, kept, by, 0)
        if case.started_at:
            _checks(chance, case, by, silent=False)
        yield case, move, reason


def _home(chance: Random, home: Dwelling, kept: Kept, by: User) -> None:
    people = Resident.objects.living_in().filter(dwelling=home).select_related("community").order_by("id")
    for number, resident in enumerate(people[:2] if kept.state == State.ACTIVE else people[:1]):
        case = _case(chance, resident, kept, by, number)
        if case.started_at:
            _checks(chance, case, by, silent=chance.random() < 0.2)
        if case.state == State.TRANSFERRED:
            _at_site(chance, case, by)
        if case.state == State.OUT:
            _out(case, by)


def _case(chance: Random, resident: Resident, kept: Kept, by: User, number: int) -> QuarantineCase:
    today = timezone.localdate()
    first = today - dt.timedelta(days=kept.days)
    policy = quarantine_policies.usual(resident.community, kept.contact_class, first)
    assert policy is not None  # noqa: S101 - ensure() has put them down
    stages = quarantine_policies.plan(policy, first)
    case = QuarantineCase(
        community=resident.community, resident=resident, dwelling_id=resident.dwelling_id, contact_class=kept.contact_class,
        reason=kept.reason, policy=policy, starts_on=first, ends_on=stages[-1].ends_on, state=kept.state,
        positive_on=first if kept.contact_class == ContactClass.POSITIVE else None, door_sign=kept.sign,
        source_area=chance.choice(("本市", "外市高风险区", "单位同事", "同乘车辆")), fever_limit=policy.fever_limit,
    )  # fmt: skip
    _begun(case, by)
    if kept.state == State.RELEASED:
        case.ended_on = case.ends_on + dt.timedelta(days=1)
        case.verified_at, case.verified_by = moment(case.ended_on, dt.time(9, 10)), by
        case.released_by, case.follow_up = by, QuarantineCase.FollowUp.COMPLETED
        case.release_no = _number("解", case)
    case.save()
    CaseStage.objects.bulk_create(
        CaseStage(case=case, position=n, kind=s.kind, starts_on=s.starts_on, ends_on=s.ends_on) for n, s in enumerate(stages, 1)
    )
    CaseTest.objects.bulk_create(_tests(case, [test for stage in stages for test in stage.tests]))
    _team(chance, case)
    return case


def _begun(case: QuarantineCase, by: User) -> None:
    if case.state == State.REGISTERED:
        return
    case.notice_no, case.notice_served_by = _number("告", case), by
    case.notice_served_at = min(moment(case.starts_on, dt.time(8, 20)), timezone.now())
    if case.state == State.NOTICED:
        return
    case.is_fit, case.fitness = True, []
    case.committed_on = case.starts_on
    case.started_at = case.asked_from = min(moment(case.starts_on, dt.time(8, 40)), timezone.now())
    if case.state == State.ALERT:
        case.alert_since = timezone.now()


def _number(kind: str, case: QuarantineCase) -> str:
    field = "notice_no" if kind == "告" else "release_no"
    used = QuarantineCase.objects.filter(community=case.community).exclude(**{field: ""}).count()
    return f"{kind}{case.starts_on.year}-{used + 1:04d}"


def _tests(case: QuarantineCase, planned: list[tuple[int, dt.date]]) -> Iterator[CaseTest]:
    today = timezone.localdate()
    for number, day in planned:
        done = case.started_at is not None and (day < today or case.state == State.RELEASED)
        result = CaseTest.Result.NEGATIVE if done else CaseTest.Result.DUE
        yield CaseTest(case=case, day_no=number, due_on=day, sampled_on=day if done else None, test_result=result)


def _team(chance: Random, case: QuarantineCase) -> None:
    CareTeamMember.objects.bulk_create(
        CareTeamMember(case=case, role=role, name=person_name(chance), phone=phone(8000 + chance.randint(0, 999)))
        for role in CareTeamMember.Role.values
    )


def _checks(chance: Random, case: QuarantineCase, by: User, *, silent: bool) -> None:
    """Two a day up to now; somebody `silent` has missed this morning's."""
    now, rows = timezone.localtime(), []
    stages = list(case.stages.exclude(kind=StageKind.CENTRAL))
    last = min(now.date(), case.ended_on or now.date())
    for back in range((last - case.starts_on).days, -1, -1):
        day = last - dt.timedelta(days=back)
        if not any(stage.starts_on <= day <= stage.ends_on for stage in stages):
            continue
        for slot, hour in ((Slot.AM, 8), (Slot.PM, 17)):
            at = moment(day, dt.time(hour, chance.randint(0, 59)))
            if at > now or (silent and day == now.date()):
                continue
            rows.append(_check(chance, case, day, slot, at, by))
    if rows and case.state == State.ALERT:
        rows[-1].temperature, rows[-1].symptoms, rows[-1].abnormal = Decimal("37.8"), ["fever", "sore_throat"], True
    HealthCheck.objects.bulk_create(rows)


def _check(chance: Random, case: QuarantineCase, day: dt.date, slot: str, at: dt.datetime, by: User) -> HealthCheck:
    own = chance.random() < 0.4
    return HealthCheck(
        case=case, day=day, slot=slot, temperature=Decimal(str(round(chance.uniform(36.1, 36.9), 1))), taken_at=at,
        method="own" if own else chance.choice(("door", "phone", "video")), taken_by=None if own else by,
        at_home=HealthCheck.AtHome.UNCHECKED if own else HealthCheck.AtHome.YES,
        mood=("", Mood.CALM, Mood.CALM, Mood.ANXIOUS)[(at.day + at.hour) % 4],
    )  # fmt: skip


def _at_site(chance: Random, case: QuarantineCase, by: User) -> None:
    left = moment(case.starts_on, dt.time(21, chance.randint(0, 59)))
    left = min(left, timezone.now() - dt.timedelta(hours=4))
    Transfer.objects.create(
        case=case, to=Transfer.To.HOSPITAL if case.positive_on else Transfer.To.SITE, state=Transfer.State.ARRIVED,
        site="市第三医院" if case.positive_on else "长湖健康驿站", ordered_at=left - dt.timedelta(hours=2), ordered_by=by,
        notified_at=left - dt.timedelta(hours=1), departed_at=left, arrived_at=left + dt.timedelta(hours=3),
        escorts="马骏、社区民警", plate_no="鄂A00120", protected=True, luggage="身份证、常用药、换洗衣物、充电器",
    )  # fmt: skip
    called_at = min(moment(timezone.localdate() - dt.timedelta(days=1), dt.time(16, 20)), timezone.now())
    SiteCall.objects.create(
        case=case, day=timezone.localdate(called_at), called_at=called_at, called_by=by, health=SiteCall.Health.GOOD,
        mood=chance.choice(Mood.values), food_ok=True, lodging_ok=True, note="想要一副老花镜",
    )  # fmt: skip


def _out(case: QuarantineCase, by: User) -> None:
    """On the way to the dialysis, brought there and back."""
    now = timezone.now()
    ExitPermit.objects.create(
        case=case, reason="市第三医院透析", escorts="社区专班、家庭医生", plate_no="鄂A00121",
        back_by=now + dt.timedelta(hours=4), approved_at=now - dt.timedelta(minutes=50), approved_by=by,
    )  # fmt: skip


def _levels(compounds: dict[str, Compound], by: User) -> None:
    today, now = timezone.localdate(), timezone.now()
    decided = (
        ("荷风苑", None, ControlLevel.CONTROLLED, 9), ("荷风苑", "3", ControlLevel.SEALED, 5),
        ("榆树公租房", None, ControlLevel.SEALED, 4), ("春分里", None, ControlLevel.PRECAUTION, 9),
    )  # fmt: skip
    for name, number, level, days in decided:
        compound = compounds[name]
        building = compound.buildings.filter(number=number).first() if number else None
        ControlChange.objects.create(
            community=compound.community, compound=compound, building=building, level=level, decided_by=by, decided_at=now,
            starts_on=today - dt.timedelta(days=days), reason="区指挥部通告",
            document_no=f"长湖防指〔{today.year}〕{12 + days}号",
        )  # fmt: skip
    EpidemicFreeStatus.objects.create(
        community=compounds["石桥里"].community, compound=compounds["石桥里"], state=EpidemicFreeStatus.State.GRANTED,
        applied_on=today - dt.timedelta(days=8), tested_on=today - dt.timedelta(days=9),
        granted_on=today - dt.timedelta(days=6), batch="第二批",
    )  # fmt: skip
