"""Health twice a day: what is due, what was missed, what was found, and who is told.

What is due is derived from the cases, never stored: nothing is generated twice or forgotten.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core import signing
from django.db import transaction
from django.db.models import Case, Count, Exists, FilteredRelation, OuterRef, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import audit
from portal.accounts.models import User
from portal.accounts.outbox import draft, send
from portal.lib.constraints import explained
from portal.lib.dates import moment
from portal.lib.errors import Refused
from residents.models import CaseState, HealthCheck, Method, QuarantineCase, SiteCall, Slot
from residents.models.health_checks import HIGHEST, LOWEST
from residents.models.quarantine import FOLLOWED
from residents.services.offices import office
from residents.services.quarantine import expect, locked

NOON = dt.time(12)
SIGNER = signing.Signer(salt="residents.health_check", sep=".")


def slot_now(now: dt.datetime) -> str:
    """The half of the day: what is sent before noon belongs to the morning."""
    return Slot.AM if timezone.localtime(now).time() < NOON else Slot.PM


@transaction.atomic
def record(
    *, case_id: int, day: dt.date, slot: str, temperature: Decimal, symptoms: Sequence[str] = (), method: str,
    at_home: str = HealthCheck.AtHome.UNCHECKED, mood: str = "", note: str = "", by: User | None,
) -> HealthCheck:  # fmt: skip
    """Store one check. The same half of a day again finds the first one: a second tap never makes two."""
    case = locked(case_id)
    if stored := HealthCheck.objects.filter(case=case, day=day, slot=slot).first():
        return _again(case, stored, temperature, sorted(set(symptoms)), by=by)
    expect(case, *FOLLOWED)
    now = timezone.now()
    if day > timezone.localdate(now) or day < timezone.localdate(now) - dt.timedelta(days=1):
        raise Refused(_("Checks are written down for today or yesterday."))
    if not LOWEST <= temperature <= HIGHEST:
        raise Refused(_("A temperature lies between 34.0 and 43.0. Measure again."))
    found = sorted(set(symptoms))
    with explained(HealthCheck):
        check = HealthCheck.objects.create(
            case=case, day=day, slot=slot, temperature=temperature, symptoms=found, method=method, at_home=at_home,
            abnormal=_abnormal(case, temperature, found), taken_at=now, taken_by=by, mood=mood, note=note,
        )  # fmt: skip
    _follow(case, check)
    audit.record("healthcheck.recorded", check, by=by, community=case.community, after={"method": method, "slot": slot})
    return check


def _again(
    case: QuarantineCase, stored: HealthCheck, temperature: Decimal, found: list[str], *, by: User | None
) -> HealthCheck:  # fmt: skip
    """A fever found later in the same half takes the place of what was normal before: it is never lost as a second tap."""
    worse = LOWEST <= temperature <= HIGHEST and _abnormal(case, temperature, found) and not stored.abnormal
    if worse and case.state in FOLLOWED:
        stored.temperature, stored.symptoms, stored.abnormal = temperature, found, True
        stored.taken_at, stored.taken_by = timezone.now(), by or stored.taken_by
        stored.save(update_fields=["temperature", "symptoms", "abnormal", "taken_at", "taken_by"])
        _follow(case, stored)
        audit.record("healthcheck.corrected", stored, by=by, community=case.community, after={"slot": stored.slot})
    return stored


def _abnormal(case: QuarantineCase, temperature: Decimal, symptoms: Sequence[str]) -> bool:
    return temperature >= Decimal(case.fever_limit) or bool(symptoms)


def _follow(case: QuarantineCase, check: HealthCheck) -> None:
    """What a check starts: an alert, or a look for who is not there."""
    if check.abnormal:
        case.alert_since = case.alert_since or check.taken_at
        if case.state == CaseState.ACTIVE:
            case.state = CaseState.ALERT
        case.save(update_fields=["alert_since", "state"])
        _tell(case, "health_alert", f"health_alert-{check.pk}")
    if check.at_home == HealthCheck.AtHome.NO and case.state != CaseState.OUT:
        _tell(case, "not_at_home", f"not_at_home-{check.pk}")


def _tell(case: QuarantineCase, kind: str, key: str) -> None:
    link = reverse("residents:quarantine_detail", args=[case.pk])
    # Not whom nor where: the message may be read over a shoulder.
    send(draft(user, kind, key=key, link=link, case=case.pk) for user in office([case.community_id])[case.community_id])


@transaction.atomic
def correct(*, check_id: int, temperature: Decimal, symptoms: Sequence[str], reason: str, by: User) -> HealthCheck:
    """Put a check right that was mistyped; the line in the trail says by whom and why."""
    case = locked(HealthCheck.objects.values_list("case", flat=True).get(pk=check_id))
    check = HealthCheck.objects.select_for_update(no_key=True).get(pk=check_id)
    expect(case, *FOLLOWED)
    check.temperature, check.symptoms = temperature, sorted(set(symptoms))
    check.abnormal = _abnormal(case, temperature, check.symptoms)
    with explained(HealthCheck):
        check.save(update_fields=["temperature", "symptoms", "abnormal"])
    if check.abnormal:
        _follow(case, check)
    audit.record("healthcheck.corrected", check, by=by, community=case.community, after={"reason": reason})
    return check


@transaction.atomic
def show_phone(*, case_id: int, by: User) -> str:
    """Who takes the check by phone needs the number: it is shown once, and that it was stands in the trail."""
    case = locked(case_id)
    expect(case, *FOLLOWED, CaseState.TRANSFERRED)
    resident = case.resident
    audit.record("quarantinecase.revealed", case, by=by, after={"phone": resident.phone, "reason": "check"})
    guardian = resident.guardian
    return resident.phone or (guardian.phone if guardian else "")


# What is due


@dataclass(frozen=True)
class Due:
    """One half of a day that is asked of one case."""

    case: QuarantineCase
    slot: str
    check: HealthCheck | None
    missed: bool

    @property
    def label(self) -> str:
        return str(Slot(self.slot).label)


def due_cases(communities: Any, day: dt.date, now: dt.datetime) -> "QuerySet[QuarantineCase]":
    """The cases followed on a day; each says which halves are asked, done and missed. One statement for all communities."""
    return _due(QuarantineCase.objects.within(communities), day, now)


def _due(rows: Any, day: dt.date, now: dt.datetime) -> "QuerySet[QuarantineCase]":
    clock = timezone.localtime(now)
    late_from = clock.time() if clock.date() == day else dt.time.max if clock.date() > day else dt.time.min
    noon, midnight = moment(day, NOON), moment(day + dt.timedelta(days=1), dt.time.min)
    morning = Q(asked_from__lt=noon)
    # Whoever is asked once a day and began in the afternoon is asked that evening.
    evening = Q(checks_a_day=2) | Q(asked_from__gte=noon)
    # One check a half at the most: joined, it is looked up once; asked by EXISTS it would be for every count.
    taken = {
        f"taken_{slot}": FilteredRelation("checks", condition=Q(checks__day=day, checks__slot=slot)) for slot in Slot.values
    }
    return rows.followed_on(day).filter(asked_from__lt=midnight).annotate(**taken).annotate(
        asked_am=_flag(morning),
        asked_pm=_flag(evening),
        done_am=_flag(Q(taken_am__isnull=False)),
        done_pm=_flag(Q(taken_pm__isnull=False)),
        late_am=_flag(morning & Q(morning_by__lte=late_from)),
        late_pm=_flag(evening & Q(evening_by__lte=late_from)),
    )  # fmt: skip


def _flag(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False))


MISSED = Q(late_am=True, done_am=False) | Q(late_pm=True, done_pm=False)
WAITING = Q(asked_am=True, done_am=False) | Q(asked_pm=True, done_pm=False)


def due(communities: Any, day: dt.date, now: dt.datetime) -> list[Due]:
    """Every half of a day that is asked of somebody, in the order of the doors."""
    rows = list(
        due_cases(communities, day, now)
        .select_related("resident", "dwelling__entrance__building__compound")
        .in_place_order()
    )  # fmt: skip
    taken = {(check.case_id, check.slot): check for check in HealthCheck.objects.filter(case__in=rows, day=day)}
    return [
        Due(row, slot, taken.get((row.pk, slot)), missed)
        for row in rows
        for slot, missed in _halves(row)
    ]  # fmt: skip


def _halves(row: Any) -> Iterator[tuple[str, bool]]:
    if row.asked_am:
        yield Slot.AM, row.late_am and not row.done_am
    if row.asked_pm:
        yield Slot.PM, row.late_pm and not row.done_pm


def counts(communities: Any, day: dt.date, now: dt.datetime) -> dict[int, dict[str, int]]:
    """By community: checks asked, done and missed on a day; one statement however many communities there are."""
    rows = due_cases(communities, day, now).order_by().values("community_id")
    tallied = rows.annotate(
        asked=Count("pk", filter=Q(asked_am=True)) + Count("pk", filter=Q(asked_pm=True)),
        done=Count("pk", filter=Q(asked_am=True, done_am=True)) + Count("pk", filter=Q(asked_pm=True, done_pm=True)),
        missed=Count("pk", filter=Q(late_am=True, done_am=False)) + Count("pk", filter=Q(late_pm=True, done_pm=False)),
    )
    return {row["community_id"]: {name: row[name] for name in ("asked", "done", "missed")} for row in tallied}


def calls_due(communities: Any, day: dt.date) -> "QuerySet[QuarantineCase]":
    """Those at a site whom nobody has reached on a day."""
    reached = SiteCall.objects.filter(case=OuterRef("pk"), day=day, reached=True)
    return QuarantineCase.objects.within(communities).at_site().exclude(Exists(reached))


def missed(day: dt.date, now: dt.datetime) -> dict[int, dict[str, int]]:
    """By community: how many missed the morning and the evening of a day; one statement for all of them."""
    rows = _due(QuarantineCase.objects.all(), day, now).filter(MISSED).order_by().values("community_id")
    halves = rows.annotate(
        am=Count("pk", filter=Q(late_am=True, done_am=False)), pm=Count("pk", filter=Q(late_pm=True, done_pm=False))
    )
    return {row["community_id"]: {slot: row[slot] for slot in Slot.values} for row in halves}


def escalate(now: dt.datetime | None = None) -> int:
    """Tell each community of the checks its people have missed: once for each half of a day. The minute task calls it."""
    now = now or timezone.now()
    day = timezone.localdate(now)
    tallies = missed(day, now)
    offices = office(tallies)
    drafts = [
        draft(
            user, "checks_missed", key=f"checks_missed-{community}-{day}-{slot}", link=reverse("residents:health_check_list"),
            slot=slot, count=tally[slot],
        )
        for community, tally in tallies.items()
        for slot in Slot.values
        if tally[slot]
        for user in offices[community]
    ]  # fmt: skip
    send(drafts)
    return len(drafts)


# A resident's own link


def link_of(case: QuarantineCase) -> str:
    """What stands at the end of a resident's own link: nobody else can make it up."""
    return SIGNER.sign(f"{case.pk}-{case.link_version}")


def case_of(link: str) -> QuarantineCase | None:
    """The running case of a link; a link ends with the case, or when a new one is given."""
    try:
        pk, _dash, version = SIGNER.unsign(link).partition("-")
    except signing.BadSignature:
        return None
    rows = QuarantineCase.objects.filter(pk=pk, link_version=version, state__in=FOLLOWED)
    return rows.filter(ends_on__gte=timezone.localdate() - dt.timedelta(days=1)).select_related("resident", "community").first()


def record_own(
    *, case: QuarantineCase, day: dt.date, slot: str, temperature: Decimal, symptoms: Sequence[str], mood: str = "", note: str
) -> HealthCheck:
    """A resident reports by the own link, without a sign-in."""
    return record(
        case_id=case.pk, day=day, slot=slot, temperature=temperature, symptoms=symptoms, method=Method.OWN, mood=mood,
        note=note, by=None,
    )  # fmt: skip
