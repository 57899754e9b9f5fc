"""What happens while somebody is in quarantine, and its end."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from portal.lib.languages import listed
from residents.models import CaseState, CaseTest, ContactClass, ExitPermit, Persuasion, QuarantineCase, Verification
from residents.services.quarantine import expect, locked, next_number

State = CaseState
RUNNING = (State.ACTIVE, State.ALERT, State.VIOLATION, State.OUT, State.TO_CENTRAL, State.TRANSFERRED)
LONGEST = dt.timedelta(days=60)


def resume(case: QuarantineCase) -> str:
    """Where a case goes back to: an alert that nobody has cleared stays one."""
    return State.ALERT if case.alert_since else State.ACTIVE


@transaction.atomic
def clear_alert(*, case_id: int, note: str, by: User) -> QuarantineCase:
    """Somebody has looked at the person and found nothing to worry about."""
    case = locked(case_id)
    expect(case, State.ALERT)
    case.state, case.alert_since = State.ACTIVE, None
    case.save(update_fields=["state", "alert_since"])
    audit.record("quarantinecase.alert_cleared", case, by=by, after={"note": note})
    return case


@transaction.atomic
def violate(*, case_id: int, note: str, by: User) -> QuarantineCase:
    """The person refuses, or has left the home: it is written down and talked about."""
    case = locked(case_id)
    expect(case, State.ACTIVE, State.ALERT, State.OUT)
    if case.state == State.OUT:
        ExitPermit.objects.filter(case=case, returned_at=None).update(returned_at=timezone.now())
    case.state = State.VIOLATION
    case.save(update_fields=["state"])
    audit.record("quarantinecase.violated", case, by=by, after={"note": note})
    return case


@transaction.atomic
def end_violation(*, case_id: int, by: User) -> QuarantineCase:
    """The person is back and stays."""
    case = locked(case_id)
    expect(case, State.VIOLATION)
    case.state = resume(case)
    case.save(update_fields=["state"])
    audit.record("quarantinecase.back_home", case, by=by, before={"state": State.VIOLATION}, after={"state": case.state})
    return case


@transaction.atomic
def persuade(*, case_id: int, topic: str, method: str, result: str, note: str = "", by: User) -> Persuasion:
    """Write down one attempt to talk: by phone first, then at the door."""
    case = locked(case_id)
    last = case.persuasions.order_by("-attempt_no").values_list("attempt_no", flat=True).first() or 0
    with explained(Persuasion):
        row = Persuasion.objects.create(
            community=case.community, case=case, topic=topic, attempt_no=last + 1, method=method, result=result, note=note,
            spoken_at=timezone.now(), spoken_by=by,
        )  # fmt: skip
    audit.record("persuasion.recorded", row, by=by, community=case.community, after={"topic": topic, "result": result})
    return row


@transaction.atomic
def extend(*, case_id: int, ends_on: dt.date, reason: str, by: User) -> QuarantineCase:
    """A new exposure: the last stage ends later. A verification before the new end no longer counts."""
    case = locked(case_id)
    expect(case, *RUNNING)
    if ends_on <= case.ends_on:
        raise Refused(_("The new last day does not lie after the present one, %(day)s.") % {"day": case.ends_on})
    if ends_on - case.ends_on > LONGEST:
        raise Refused(_("That is more than 60 days longer. Check the year and the month."))
    before, case.ends_on = case.ends_on, ends_on
    last = case.stages.order_by("-position")[0]
    last.ends_on = ends_on
    last.save(update_fields=["ends_on"])
    case.verified_at = case.verified_by = None
    case.save(update_fields=["ends_on", "verified_at", "verified_by"])
    # The last day of the longer quarantine is tested too.
    CaseTest.objects.get_or_create(case=case, due_on=ends_on, defaults={"day_no": (ends_on - last.starts_on).days + 1})
    audit.record(
        "quarantinecase.extended", case, by=by, before={"ends_on": before}, after={"ends_on": ends_on, "end_note": reason}
    )
    return case


@transaction.atomic
def approve_exit(
    *, case_id: int, reason: str, escorts: str, plate_no: str, back_by: dt.datetime, by: User
) -> ExitPermit:  # fmt: skip
    """闭环外出: let somebody out with a person and a car, until a time."""
    case = locked(case_id)
    expect(case, State.ACTIVE, State.ALERT)
    now = timezone.now()
    if back_by <= now or back_by > now + dt.timedelta(hours=24):
        raise Refused(_("The return lies in the past or more than a day away. Give a time within 24 hours."))
    with explained(ExitPermit):
        row = ExitPermit.objects.create(
            case=case, reason=reason, escorts=escorts, plate_no=plate_no, back_by=back_by, approved_at=now, approved_by=by
        )
    case.state = State.OUT
    case.save(update_fields=["state"])
    audit.record("quarantinecase.exit_approved", case, by=by, after={"back_by": back_by})
    return row


@transaction.atomic
def return_home(*, case_id: int, by: User) -> QuarantineCase:
    """Back from an approved exit."""
    case = locked(case_id)
    expect(case, State.OUT)
    ExitPermit.objects.filter(case=case, returned_at=None).update(returned_at=timezone.now())
    case.state = resume(case)
    case.save(update_fields=["state"])
    audit.record("quarantinecase.exit_returned", case, by=by, before={"state": State.OUT}, after={"state": case.state})
    return case


@transaction.atomic
def record_test(*, test_id: int, sampled_on: dt.date, test_result: str, by: User) -> CaseTest:
    """Write a result down. A positive one makes the case positive: it waits for its transfer, the home is looked at."""
    test = CaseTest.objects.get(pk=test_id)
    case = locked(test.case_id)
    test = CaseTest.objects.select_for_update(no_key=True).get(pk=test_id)
    expect(case, *RUNNING)
    if test.test_result not in (CaseTest.Result.DUE, CaseTest.Result.NEGATIVE):
        raise Refused(_("This test has its result. A further sample is a test of its own."))
    if not case.starts_on <= sampled_on <= timezone.localdate():
        raise Refused(_("The sample was taken before the quarantine or in the future. Check the day."))
    test.sampled_on, test.test_result = sampled_on, test_result
    with explained(CaseTest):
        test.save(update_fields=["sampled_on", "test_result"])
    if test_result == CaseTest.Result.POSITIVE:
        _turn_positive(case, sampled_on)
    audit.record("casetest.recorded", test, by=by, community=case.community, after={"sampled_on": sampled_on})
    return test


def _turn_positive(case: QuarantineCase, day: dt.date) -> None:
    ExitPermit.objects.filter(case=case, returned_at=None).update(returned_at=timezone.now())
    case.contact_class, case.positive_on = ContactClass.POSITIVE, day
    if case.state != State.TRANSFERRED:
        case.state = State.TO_CENTRAL
    case.save(update_fields=["contact_class", "positive_on", "state"])
    drop_tests(case)


def drop_tests(case: QuarantineCase) -> None:
    """What is still due belongs to a plan that no longer holds."""
    case.tests.filter(test_result=CaseTest.Result.DUE).update(test_result=CaseTest.Result.DROPPED)


@transaction.atomic
def verify(*, case_id: int, method: str, at_home: bool, is_final: bool = False, note: str = "", by: User) -> Verification:
    """Look whether somebody is there; on the last day or later it can be the look before the release."""
    case = locked(case_id)
    expect(case, State.ACTIVE, State.ALERT, State.VIOLATION)
    now = timezone.now()
    if is_final and timezone.localdate() < case.ends_on:
        raise Refused(_("The look before the release is done on the last day, %(day)s, or later.") % {"day": case.ends_on})
    row = Verification.objects.create(
        case=case, method=method, at_home=at_home, is_final=is_final, verified_at=now, verified_by=by, note=note
    )
    if is_final and at_home:
        case.verified_at, case.verified_by = now, by
        case.save(update_fields=["verified_at", "verified_by"])
    audit.record("quarantinecase.verified", case, by=by, after={"method": method, "at_home": at_home, "is_final": is_final})
    return row


def missing_for_release(case: QuarantineCase) -> list[str]:
    """What still stands in the way of a release, as sentences; a check that was missed does not."""
    found = []
    if timezone.localdate() <= case.ends_on:
        found.append(_("The period is not over: %(day)s is its last day.") % {"day": case.ends_on})
    if days := [str(t.due_on) for t in case.tests.filter(test_result=CaseTest.Result.DUE)]:
        found.append(
            _("Tests without a result: %(days)s. Take the samples and write the results down.") % {"days": listed(days)}
        )
    last = case.checks.order_by("-day", "-slot").first()
    if last is None:
        found.append(_("No health check is recorded. Take the temperature at the door."))
    elif last.abnormal:
        found.append(_("The last health check was abnormal. Have it looked at and take another one."))
    if case.verified_at is None:
        found.append(_("The community has not verified yet. Look whether the person is there."))
    return found


@transaction.atomic
def release(*, case_id: int, by: User) -> QuarantineCase:
    """解除: the period is over, tests negative, no symptom, verified; the notice gets its number."""
    case = locked(case_id)
    expect(case, State.ACTIVE)
    if missing := missing_for_release(case):
        raise Refused(" ".join(missing))
    case.state, case.ended_on, case.released_by = State.RELEASED, timezone.localdate(), by
    case.release_no, case.follow_up = next_number(case, "解", "release_no"), QuarantineCase.FollowUp.COMPLETED
    with explained(QuarantineCase):
        case.save(update_fields=["state", "ended_on", "released_by", "release_no", "follow_up"])
    audit.record("quarantinecase.quarantine_ended", case, by=by, after={"release_no": case.release_no})
    return case


@transaction.atomic
def void(*, case_id: int, reason: str, by: User) -> QuarantineCase:
    """A case that was opened by mistake, before it started."""
    case = locked(case_id)
    expect(case, State.REGISTERED, State.NOTICED)
    return _end(case, State.VOIDED, reason, "quarantinecase.voided", by=by)


@transaction.atomic
def close(*, case_id: int, reason: str, by: User) -> QuarantineCase:
    """End a case that somebody else goes on with: moved to another area, stays in hospital, died."""
    case = locked(case_id)
    expect(case, *RUNNING)
    return _end(case, State.CLOSED, reason, "quarantinecase.closed", by=by)


def _end(case: QuarantineCase, state: str, reason: str, kind: str, *, by: User) -> QuarantineCase:
    now = timezone.now()
    drop_tests(case)
    case.exits.filter(returned_at=None).update(returned_at=now)
    case.transfers.exclude(state__in=["arrived", "cancelled"]).update(state="cancelled")
    case.state, case.ended_on, case.end_note = state, timezone.localdate(now), reason
    case.alert_since = None
    with explained(QuarantineCase):
        case.save(update_fields=["state", "ended_on", "end_note", "alert_since"])
    audit.record(kind, case, by=by, after={"state": state, "end_note": reason})
    return case


# From which states a step may be taken, in the order of the buttons.
STEPS: dict[str, tuple[str, ...]] = {
    "notice": (State.REGISTERED,),
    "assess": (State.REGISTERED, State.NOTICED),
    "start": (State.NOTICED,),
    "clear-alert": (State.ALERT,),
    "back": (State.VIOLATION,),
    "return": (State.OUT,),
    "release": (State.ACTIVE,),
    "verify": (State.ACTIVE, State.ALERT, State.VIOLATION),
    "transfer": (State.TO_CENTRAL, State.ACTIVE, State.ALERT, State.VIOLATION, State.TRANSFERRED),
    "exit": (State.ACTIVE, State.ALERT),
    "persuade": (State.NOTICED, *RUNNING),
    "team": (State.REGISTERED, State.NOTICED, *RUNNING),
    "plan": (State.REGISTERED, State.NOTICED, *RUNNING),
    "extend": RUNNING,
    "violation": (State.ACTIVE, State.ALERT, State.OUT),
    "void": (State.REGISTERED, State.NOTICED),
    "close": RUNNING,
}


def open_steps(case: QuarantineCase) -> list[str]:
    """What may be done now; a release is offered once the days are over."""
    found = [step for step, states in STEPS.items() if case.state in states]
    return found if case.is_over else [step for step in found if step != "release"]
