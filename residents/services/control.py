"""Control levels as dated decisions, and the epidemic-free status by criteria that are checked here."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from residents.models import (
    Building,
    CaseState,
    Compound,
    ContactClass,
    ControlChange,
    ControlLevel,
    EpidemicFreeStatus,
    QuarantineCase,
)
from residents.services.policies import duty_policy

State = EpidemicFreeStatus.State


@transaction.atomic
def decide(
    *, compound: Compound, building: Building | None, level: str, starts_on: dt.date, document_no: str = "", batch: str = "",
    reason: str, by: User,
) -> ControlChange:  # fmt: skip
    """Write down a decision about a compound or one building; earlier ones stay."""
    Compound.objects.select_for_update(no_key=True).get(pk=compound.pk)
    if building and building.compound_id != compound.pk:
        raise Refused(_("This building belongs to another compound. Choose one of this compound."))
    before = level_on(compound, starts_on, building)
    if before == level:
        raise Refused(_("This level holds there already on that day. Choose another level or another day."))
    with explained(ControlChange):
        row = ControlChange.objects.create(
            community=compound.community, compound=compound, building=building, level=level, starts_on=starts_on,
            document_no=document_no, batch=batch, reason=reason, decided_at=timezone.now(), decided_by=by,
        )  # fmt: skip
    audit.record("controlchange.decided", row, by=by, before={"level": before}, after={"level": level, "starts_on": starts_on})
    return row


def level_on(compound: Compound, day: dt.date, building: Building | None = None) -> str:
    """The level in force: the building's own decision if it is the later one, else the compound's; open without any."""
    found = levels([compound], day)
    whole = found.get((compound.pk, None), ControlLevel.OPEN)
    return found.get((compound.pk, building.pk), whole) if building else whole


def levels(compounds: Iterable[Compound], day: dt.date) -> dict[tuple[int, int | None], str]:
    """By (compound, building or None) the level in force on a day, in one statement; a building without one has its compound's.

    A decision about a whole compound replaces what was decided about its buildings before.
    """
    found: dict[tuple[int, int | None], str] = {}
    rows = ControlChange.objects.filter(compound__in=list(compounds), starts_on__lte=day).order_by("starts_on", "id")
    for row in rows:
        if row.building_id is None:
            for key in [key for key in found if key[0] == row.compound_id]:
                del found[key]
        found[row.compound_id, row.building_id] = row.level
    return found


# Epidemic-free


@dataclass(frozen=True)
class Criterion:
    """One condition of the status: its words, and whether it is met today."""

    text: str
    is_met: bool


def criteria(compound: Compound, day: dt.date, tested_on: dt.date | None) -> list[Criterion]:
    """What the portal checks by itself before a status is asked for or given."""
    policy = duty_policy(compound.community, day)
    cases = QuarantineCase.objects.filter(dwelling__entrance__building__compound=compound)
    last = cases.aggregate(last=Max("positive_on"))["last"]
    clear = last is None or (day - last).days >= policy.free_after_days
    tested = tested_on is not None and 0 <= (day - tested_on).days <= policy.free_tested_within_days
    return [
        Criterion(_("no new case for %(days)s days") % {"days": policy.free_after_days}, clear),
        Criterion(_("no contact in quarantine and no fever without an answer"), not cases.filter(_doubtful()).exists()),
        Criterion(
            _("everybody negative within the last %(days)s days") % {"days": policy.free_tested_within_days}, tested
        ),
    ]  # fmt: skip


def _doubtful() -> Q:
    """Contacts who are not released, and fevers nobody has explained."""
    contact = Q(contact_class__in=[ContactClass.CLOSE, ContactClass.SECONDARY])
    return Q(ended_on=None) & (contact | Q(state=CaseState.ALERT) | Q(alert_since__isnull=False))


@transaction.atomic
def apply(*, compound: Compound, tested_on: dt.date, by: User) -> EpidemicFreeStatus:
    """Ask for the status; refused while a condition is not met, with the condition's words."""
    Compound.objects.select_for_update(no_key=True).get(pk=compound.pk)
    today = timezone.localdate()
    _expect_met(compound, today, tested_on)
    with explained(EpidemicFreeStatus):
        row = EpidemicFreeStatus.objects.create(
            community=compound.community, compound=compound, applied_on=today, tested_on=tested_on
        )
    audit.record("epidemicfreestatus.applied", row, by=by, after={"tested_on": tested_on})
    return row


def _expect_met(compound: Compound, day: dt.date, tested_on: dt.date | None) -> None:
    if unmet := [c.text for c in criteria(compound, day, tested_on) if not c.is_met]:
        raise Refused(_("Not yet: %(conditions)s.") % {"conditions": _("; ").join(unmet)})


@transaction.atomic
def grant(*, status_id: int, batch: str = "", by: User) -> EpidemicFreeStatus:
    """The street has checked and the list is published."""
    row = _locked(status_id, State.APPLIED)
    _expect_met(row.compound, row.applied_on, row.tested_on)
    return _move(row, State.GRANTED, {"granted_on": timezone.localdate(), "batch": batch}, by=by)


@transaction.atomic
def restore(*, status_id: int, by: User) -> EpidemicFreeStatus:
    """The suspicion was ruled out: the status is back, and the suspended days count."""
    row = _locked(status_id, State.SUSPENDED)
    if QuarantineCase.objects.filter(_doubtful(), dwelling__entrance__building__compound=row.compound).exists():
        raise Refused(_("A contact is not released, or a fever not explained. Rule it out first."))
    return _move(row, State.GRANTED, {"restored_on": timezone.localdate(), "reason": ""}, by=by)


@transaction.atomic
def suspend(*, status_id: int, reason: str, by: User | None) -> EpidemicFreeStatus:
    """A suspected case, a fever or a contact has come up."""
    row = _locked(status_id, State.GRANTED)
    return _move(row, State.SUSPENDED, {"suspended_on": timezone.localdate(), "reason": reason}, by=by)


@transaction.atomic
def cancel(*, status_id: int, reason: str, by: User | None) -> EpidemicFreeStatus:
    """A new positive ends it at once."""
    row = _locked(status_id, State.APPLIED, State.GRANTED, State.SUSPENDED)
    return _move(row, State.CANCELLED, {"cancelled_on": timezone.localdate(), "reason": reason}, by=by)


def _locked(status_id: int, *states: str) -> EpidemicFreeStatus:
    EpidemicFreeStatus.objects.select_for_update(no_key=True).get(pk=status_id)
    row = EpidemicFreeStatus.objects.select_related("compound__community__subdistrict", "community").get(pk=status_id)
    if row.state not in states:
        raise Refused(
            _("This status is “%(state)s”. Reload the page to see what may be done.") % {"state": row.get_state_display()}
        )
    return row


def _move(row: EpidemicFreeStatus, state: str, values: dict[str, Any], *, by: User | None) -> EpidemicFreeStatus:
    before, row.state = row.state, state
    for name, value in values.items():
        setattr(row, name, value)
    with explained(EpidemicFreeStatus):
        row.save(update_fields=["state", *values])
    audit.record("epidemicfreestatus.status", row, by=by, before={"state": before}, after={"state": state, **values})
    return row


def free_days(status: EpidemicFreeStatus, day: dt.date) -> int | None:
    """Days of the status up to a day; the suspended ones count once it is restored, and none while it is suspended."""
    if status.state != State.GRANTED or status.granted_on is None:
        return None
    return (day - status.granted_on).days + 1


def review() -> None:
    """Suspend or cancel what no longer holds; the minute task calls it, twice does no harm."""
    open_ = EpidemicFreeStatus.objects.exclude(state=State.CANCELLED).values_list("pk", "compound_id", "state", "applied_on")
    statuses = list(open_)
    cases = QuarantineCase.objects.filter(dwelling__entrance__building__compound__in=[row[1] for row in statuses])
    path = "dwelling__entrance__building__compound"
    positive = dict(cases.order_by().values_list(path).annotate(last=Max("positive_on")).filter(last__isnull=False))
    doubtful = set(cases.filter(_doubtful()).values_list(path, flat=True))
    for pk, compound, state, since in statuses:
        if compound in positive and positive[compound] >= since:
            cancel(status_id=pk, reason=EpidemicFreeStatus.Found.NEW_CASE, by=None)
        elif compound in doubtful and state == State.GRANTED:
            suspend(status_id=pk, reason=EpidemicFreeStatus.Found.DOUBTFUL, by=None)
