"""转运: ordered, told, under way, arrived; and the way home, which begins a stage at home."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from residents.models import CaseStage, CaseState, CaseTest, QuarantineCase, SiteCall, StageKind, Transfer
from residents.models.quarantine import AT_HOME
from residents.services.quarantine import expect, locked

State = Transfer.State
OPEN = (State.ORDERED, State.NOTIFIED, State.REFUSED, State.ON_WAY)
# Of a patient who comes home and whose rule names no days at home.
DAYS_AT_HOME = 7


@transaction.atomic
def order(*, case_id: int, to: str, site: str, luggage: str = "", by: User) -> Transfer:
    """Order the way to a site or a hospital, or home from there."""
    case = locked(case_id)
    if to == Transfer.To.HOME:
        expect(case, CaseState.TRANSFERRED)
    elif to == Transfer.To.SITE:
        expect(case, CaseState.TO_CENTRAL, CaseState.ACTIVE, CaseState.ALERT, CaseState.VIOLATION)
    else:
        expect(case, CaseState.TO_CENTRAL, CaseState.ACTIVE, CaseState.ALERT, CaseState.VIOLATION, CaseState.TRANSFERRED)
    if to != Transfer.To.HOME and not site:
        raise Refused(_("Name the place to which they are taken."))
    with explained(Transfer):
        row = Transfer.objects.create(case=case, to=to, site=site, luggage=luggage, ordered_at=timezone.now(), ordered_by=by)
    audit.record("transfer.ordered", row, by=by, community=case.community, after={"to": to})
    return row


@transaction.atomic
def notify(*, transfer_id: int, agreed: bool, by: User) -> Transfer:
    """Tell the person; who refuses is talked with, and can agree later."""
    row = _locked(transfer_id, State.ORDERED, State.NOTIFIED, State.REFUSED)
    row.state, row.notified_at = State.NOTIFIED if agreed else State.REFUSED, timezone.now()
    row.save(update_fields=["state", "notified_at"])
    audit.record("transfer.told", row, by=by, community=row.case.community, after={"state": row.state})
    return row


@transaction.atomic
def depart(
    *, transfer_id: int, escorts: str, plate_no: str, protected: bool, departed_at: dt.datetime | None = None, by: User
) -> Transfer:
    """The car leaves, with an escort, everybody protected."""
    row = _locked(transfer_id, State.NOTIFIED)
    if not protected:
        raise Refused(_("Nobody drives without protection. Tick it once everybody wears theirs."))
    row.state, row.escorts, row.plate_no, row.protected = State.ON_WAY, escorts, plate_no, True
    row.departed_at = _past(departed_at)
    row.save(update_fields=["state", "escorts", "plate_no", "protected", "departed_at"])
    audit.record("transfer.left", row, by=by, community=row.case.community, after={"departed_at": row.departed_at})
    return row


@transaction.atomic
def arrive(*, transfer_id: int, arrived_at: dt.datetime | None = None, by: User) -> Transfer:
    """Handed over at the other end: from now on they are called there, or followed at home again."""
    row = _locked(transfer_id, State.ON_WAY)
    row.state, row.arrived_at = State.ARRIVED, _past(arrived_at)
    with explained(Transfer):
        row.save(update_fields=["state", "arrived_at"])
    case = row.case
    if row.to == Transfer.To.HOME:
        _come_home(case, timezone.localdate(row.arrived_at))
    else:
        case.state, case.alert_since = CaseState.TRANSFERRED, None
        case.save(update_fields=["state", "alert_since"])
    audit.record("transfer.handed_over", row, by=by, community=case.community, after={"arrived_at": row.arrived_at})
    return row


def _past(moment: dt.datetime | None) -> dt.datetime:
    now = timezone.now()
    if moment and moment > now:
        raise Refused(_("This time has not come yet. Write down what has happened."))
    return moment or now


def _come_home(case: QuarantineCase, day: dt.date) -> None:
    """Begin the next stage at home on the day of the return, as long as the rule has it; nothing before it is due any more."""
    stages = list(case.stages.order_by("position"))
    at = next((i for i, stage in enumerate(stages) if stage.kind in AT_HOME and stage.ends_on >= day), None)
    at = next((i for i, stage in enumerate(stages) if stage.kind in AT_HOME), None) if at is None else at
    case.tests.filter(test_result=CaseTest.Result.DUE, due_on__lt=stages[at].starts_on if at is not None else day).update(
        test_result=CaseTest.Result.DROPPED
    )
    for stage in stages[:at]:
        if stage.ends_on >= day:
            stage.ends_on = max(stage.starts_on, day - dt.timedelta(days=1))
            stage.save(update_fields=["ends_on"])
    if at is None:
        stages.append(_new_stage(case, stages[-1].position + 1, day))
    else:
        _move(case, stages[at:], day)
    case.state, case.ends_on = CaseState.ACTIVE, stages[-1].ends_on
    case.reason = QuarantineCase.Reason.DISCHARGED if case.positive_on else QuarantineCase.Reason.AFTER_CENTRAL
    # A morning that was spent at the site is not asked for at home.
    case.asked_from = timezone.now()
    case.save(update_fields=["state", "ends_on", "reason", "asked_from"])


def _new_stage(case: QuarantineCase, position: int, day: dt.date) -> CaseStage:
    last = day + dt.timedelta(days=DAYS_AT_HOME - 1)
    return CaseStage.objects.create(case=case, position=position, kind=StageKind.HOME_MONITORING, starts_on=day, ends_on=last)


def _move(case: QuarantineCase, stages: list[CaseStage], day: dt.date) -> None:
    """Let these stages begin on another day; their tests move along."""
    by = day - stages[0].starts_on
    tests = list(case.tests.filter(test_result=CaseTest.Result.DUE).order_by("due_on"))
    # Away from the days they move from, so that no two meet on the way.
    for test in reversed(tests) if by > dt.timedelta(0) else tests:
        test.due_on += by
        if not case.tests.filter(due_on=test.due_on).exclude(pk=test.pk).exists():
            test.save(update_fields=["due_on"])
    for stage in stages:
        stage.starts_on, stage.ends_on = stage.starts_on + by, stage.ends_on + by
        stage.save(update_fields=["starts_on", "ends_on"])


@transaction.atomic
def cancel(*, transfer_id: int, by: User) -> Transfer:
    """Call the way off before it begins."""
    row = _locked(transfer_id, State.ORDERED, State.NOTIFIED, State.REFUSED)
    before, row.state = {"state": row.state}, State.CANCELLED
    row.save(update_fields=["state"])
    after = {"state": row.state}
    audit.record("transfer.cancelled", row, by=by, community=row.case.community, before=before, after=after)
    return row


@transaction.atomic
def disinfected(*, transfer_id: int, contact_minutes: int, by: User) -> Transfer:
    """The home they left has been disinfected; it stays closed until it has worked."""
    row = _locked(transfer_id, *OPEN, State.ARRIVED)
    if row.departed_at is None:
        raise Refused(_("They are still at home. The home is disinfected once they have left."))
    if row.home_disinfected_at is None:
        row.home_disinfected_at = timezone.now()
        row.home_usable_at = row.home_disinfected_at + dt.timedelta(minutes=contact_minutes)
        row.save(update_fields=["home_disinfected_at", "home_usable_at"])
        after = {"contact_minutes": contact_minutes}
        audit.record("transfer.disinfected", row, by=by, community=row.case.community, after=after)
    return row


@transaction.atomic
def call(*, case_id: int, key: str, facts: dict[str, object], by: User) -> SiteCall:
    """唠嗑: write down the talk of the day with somebody at a site; sent twice it is stored once."""
    case = locked(case_id)
    if stored := SiteCall.objects.filter(pk=key, case=case).first():
        return stored
    expect(case, CaseState.TRANSFERRED)
    now = timezone.now()
    with explained(SiteCall):
        row = SiteCall.objects.create(id=key, case=case, day=timezone.localdate(now), called_at=now, called_by=by, **facts)
    audit.record("sitecall.recorded", row, by=by, community=case.community, after={"reached": row.reached})
    return row


def _locked(transfer_id: int, *states: str) -> Transfer:
    case = locked(Transfer.objects.values_list("case", flat=True).get(pk=transfer_id))
    row = Transfer.objects.select_for_update(no_key=True).get(pk=transfer_id)
    row.case = case
    if row.state not in states:
        raise Refused(
            _("This transfer is “%(state)s”. Reload the page to see what may be done now.") % {"state": row.get_state_display()}
        )
    return row
