"""Stops: done, taken back, done for a whole building; what they find is acted upon at once."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.db import transaction
from django.db.models import Max, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import audit
from portal.accounts.models import User
from portal.accounts.outbox import draft, send
from portal.lib.errors import Refused
from residents.access import Permission, may_in
from residents.models import Finding, Method, QuarantineCase, Resident, Round, Stop, Task
from residents.models.quarantine import FOLLOWED
from residents.rounds import kind_of
from residents.rounds.kinds import MOVED_OUT, Given, Kind, Outcome, Start
from residents.services import errand_rounds, health_checks, rounds
from residents.services.policies import duty_policy

# Under this name a stop keeps which check of a quarantine file it has made.
HEALTH_CHECK = "health_check"
FOLLOW_UP_WITHIN = dt.timedelta(hours=2)


@dataclass(frozen=True)
class Tap:
    """What comes from the phone beside the answer: its own name for the tap, and its clock."""

    key: UUID | None = None
    at: dt.datetime | None = None


@transaction.atomic
def do(
    *,
    stop_id: int,
    outcome: str,
    answers: Mapping[str, Any] | None = None,
    note: str = "",
    photo: "File[bytes] | None" = None,
    tap: Tap | None = None,
    by: User,
) -> Stop:
    """End a stop with an outcome or a reason. The same tap again finds what the first one stored."""
    stop, tap = _locked(stop_id), tap or Tap()
    kind = kind_of(stop.round.kind)
    if not stop.is_open:
        return _again(stop, outcome, tap, by)
    ending = _ending(stop, kind, outcome)
    given = _given(stop, kind, outcome, answers or {})
    _end(stop, kind, ending, given.answers)
    if kind.is_health_check and not ending.excused:
        _health_check(stop, given, by)
    stop.note, stop.tap, stop.tapped_at, stop.done_by = note, tap.key, tap.at, by
    if photo:
        stop.photo = photo
    stop.save()
    audit.record("stop.done", stop, by=by, after={"outcome": outcome})
    errand_rounds.after(stop, by=by)
    for start in kind.starts(given):
        _start(stop, start, by)
    return stop


def _locked(stop_id: int) -> Stop:
    # The round first: whoever closes it or walks it beside us waits, or made us wait.
    found = [rounds.locked(pk) for pk in Stop.objects.filter(pk=stop_id).values_list("round", flat=True)]
    rows = Stop.objects.select_related("dwelling__entrance__building__compound", "resident", "done_by")
    stop = rows.filter(pk=stop_id).first()
    if stop is None:
        raise Refused(_("This stop was taken off the round meanwhile. Go on with the next."))
    (stop.round,) = found
    return stop


def _again(stop: Stop, outcome: str, tap: Tap, by: User) -> Stop:
    same_tap = tap.key is not None and tap.key == stop.tap
    if same_tap or (stop.done_by_id == by.pk and stop.outcome == outcome):
        return stop
    raise Refused(
        _("%(name)s has already done this stop, at %(time)s. Go on with the next.")
        % {"name": stop.done_by or _("the portal"), "time": f"{timezone.localtime(stop.done_at):%H:%M}"}
    )


def _ending(stop: Stop, kind: Kind, outcome: str) -> Outcome:
    if stop.round.closed_at:
        raise Refused(_("This round is closed. Tell the office what you found."))
    ending = kind.ends().get(outcome)
    if ending is None:
        raise Refused(_("Choose one of the outcomes on the page."))
    if stop.resident and stop.resident.left_on and outcome != MOVED_OUT.code:
        raise Refused(_("This person has moved out meanwhile. Choose “Moved out”."))
    return ending


def _given(stop: Stop, kind: Kind, outcome: str, answers: Mapping[str, Any]) -> Given:
    names = {question.name for question in kind.questions}
    said = {name: value for name, value in answers.items() if name in names and value not in (None, "")}
    now = timezone.now()
    limit = duty_policy(stop.round.community, timezone.localdate(now)).fever_limit
    return Given(stop, outcome, said, limit, now)


def _end(stop: Stop, kind: Kind, ending: Outcome, answers: Mapping[str, Any]) -> None:
    stop.state = Stop.State.EXCUSED if ending.excused else Stop.State.DONE
    stop.outcome, stop.done_at = ending.code, timezone.now()
    stop.answers = {name: value if isinstance(value, int) else str(value) for name, value in answers.items()}
    stop.quantity = answers.get(kind.counts) if kind.counts else None
    if minutes := answers.get(kind.closes_for):
        stop.usable_at = stop.done_at + dt.timedelta(minutes=minutes)


def _health_check(stop: Stop, given: Given, by: User) -> None:
    """Whoever is followed in quarantine has the check of the round's half of the day with it, and what follows from it."""
    case = QuarantineCase.objects.filter(resident=stop.resident, state__in=FOLLOWED).first() if stop.resident else None
    if case and (temperature := given.answers.get("temperature")):
        symptom, (day, slot) = given.answers.get("symptom"), _half(stop.round, given.now)
        check = health_checks.record(
            case_id=case.pk,
            day=day,
            slot=slot,
            temperature=temperature,
            symptoms=[symptom] if symptom else [],
            method=Method.DOOR,
            by=by,
        )
        stop.answers[HEALTH_CHECK] = check.pk


def _half(found: Round, now: dt.datetime) -> tuple[dt.date, str]:
    """The half of its slot, also where a tap comes late or after midnight; of a round from long ago, this one."""
    if timezone.localdate(now) - found.day > dt.timedelta(days=1):
        return timezone.localdate(now), health_checks.slot_now(now)
    return found.day, health_checks.slot_now(found.starts_at)


def _start(stop: Stop, start: Start, by: User) -> None:
    """Put down what was found, ask for the call that follows from it, and tell who answers for the community."""
    finding = Finding.objects.create(
        community=stop.round.community, stop=stop, kind=start.finding, detail=start.detail[:200], found_at=timezone.now()
    )
    audit.record("finding.raised", finding, by=by, after={"kind": start.finding})
    if start.follow_up and stop.dwelling_id:
        _follow_up(stop, start.follow_up, finding, by)
    # Without what it is: a message may be read over somebody's shoulder.
    where = stop.dwelling.entrance.building if stop.dwelling else stop.place
    leads = rounds.secretaries([stop.round.community_id]).get(stop.round.community_id, [])
    send(
        draft(user, "finding_raised", key=f"finding:{finding.pk}", link=reverse("residents:finding_list"), where=where, by=by)
        for user in leads
    )


def _follow_up(stop: Stop, kind: str, finding: Finding, by: User) -> None:
    """One more open stop of that kind for this home, on today's round of follow-ups."""
    found = open_follow_ups(stop.round, kind)
    found.walkers.add(by, *stop.round.walkers.all())
    if found.stops.open().filter(dwelling=stop.dwelling).exists():
        return
    Stop.objects.create(round=found, position=_next(found), dwelling=stop.dwelling, resident=stop.resident, finding=finding)


def open_follow_ups(cause: Round, kind: str) -> Round:
    """Today's open round of follow-ups of the community, made when the first one asks for it."""
    now = timezone.now()
    found, _made = Round.objects.get_or_create(
        community=cause.community,
        kind=kind,
        day=timezone.localdate(now),
        plan=None,
        closed_at=None,
        defaults={"starts_at": now, "due_at": now + FOLLOW_UP_WITHIN},
    )
    return rounds.locked(found.pk)


def _next(found: Round) -> int:
    return (found.stops.aggregate(last=Max("position"))["last"] or 0) + 1


@transaction.atomic
def undo(*, stop_id: int, by: User) -> Stop:
    """Take a tap back while the round is open, and with it what it started. A second tap changes nothing."""
    stop = _locked(stop_id)
    if stop.is_open:
        return stop
    if stop.round.closed_at:
        raise Refused(_("This round is closed. Tell the office what is wrong."))
    if stop.done_by_id != by.pk and not may_in(by, Permission.ROUND_EDIT, stop.round.community):
        raise Refused(_("%(name)s did this stop. They or the office can take it back.") % {"name": stop.done_by})
    _withdraw(stop)
    errand_rounds.undone(stop, by=by)
    audit.record("stop.undone", stop, by=by, before={"outcome": stop.outcome})
    if stop.photo:
        transaction.on_commit(lambda name=stop.photo.name, files=stop.photo.storage: files.delete(name), robust=True)
    stop.state, stop.outcome, stop.answers, stop.note, stop.photo = Stop.State.OPEN, "", {}, "", ""
    stop.quantity = stop.done_at = stop.done_by = stop.tap = stop.tapped_at = stop.usable_at = None
    stop.save()
    return stop


def _withdraw(stop: Stop) -> None:
    if HEALTH_CHECK in stop.answers:
        raise Refused(_("The temperature stands in the quarantine file already. Have it corrected there."))
    raised = list(stop.findings.all())
    calls = Stop.objects.filter(finding__in=raised)
    # Somebody may just be calling there: their round is locked as well.
    for called in calls.order_by("round").values_list("round", flat=True).distinct():
        rounds.locked(called)
    # A task that came of it, or something asked for during the call, keeps what it goes back to.
    acted = any(finding.handled_at for finding in raised) or Task.objects.filter(finding__in=raised).exists()
    if acted or calls.filter(~Q(state=Stop.State.OPEN) | Q(errands__isnull=False)).exists():
        raise Refused(_("Somebody has already acted on what you found here. Call the office."))
    calls.delete()
    stop.findings.all().delete()


@transaction.atomic
def show_number(*, stop_id: int, by: User) -> list[tuple[str, str]]:
    """Somebody is about to call: names and numbers are shown in full, and the trail says to whom and why.

    Of the one person the stop is about, else of the home; who has no phone is reached by the guardian.
    """
    stop = Stop.objects.select_related("round__community", "resident__guardian").get(pk=stop_id)
    audit.record("stop.revealed", stop, by=by, community=stop.round.community, after={"reason": stop.round.kind})
    own = _numbers([stop.resident]) if stop.resident else []
    if own or stop.dwelling_id is None:
        return own
    at_home = Resident.objects.registered().filter(dwelling=stop.dwelling_id)
    return _numbers(at_home.select_related("guardian").order_by("-lives_in", "id"))


def _numbers(people: Iterable[Resident]) -> list[tuple[str, str]]:
    called = [one if one.phone or not one.guardian else one.guardian for one in people]
    return list(dict.fromkeys((one.name, one.phone) for one in called if one.phone))


@transaction.atomic
def do_rest(*, round_id: int, building_id: int, outcome: str, by: User) -> int:
    """End every untouched window of a building alike: those that were not tapped are dark. Return how many."""
    found = rounds.locked(round_id)
    kind = kind_of(found.kind)
    if found.closed_at or not kind.windows or outcome not in {o.code for o in kind.outcomes}:
        raise Refused(_("This cannot be done for a whole building. Go from stop to stop."))
    rows = found.stops.open().filter(dwelling__entrance__building=building_id)
    stops = list(rows.select_related("dwelling__entrance__building__compound", "resident"))
    limit = duty_policy(found.community, found.day).fever_limit
    for stop in stops:
        stop.round, stop.done_by = found, by
        _end(stop, kind, kind.ends()[kind.known(stop) or outcome], {})
    Stop.objects.bulk_update(stops, ["state", "outcome", "done_at", "done_by"], batch_size=500)
    audit.record("round.done", found, by=by, after={"outcome": outcome, "stops": len(stops)})
    for stop in stops:
        for start in kind.starts(Given(stop, stop.outcome, {}, limit, timezone.now())):
            _start(stop, start, by)
    return len(stops)


@transaction.atomic
def revisit(*, round_id: int, by: User) -> Round:
    """Put every home that did not open, or who did not answer, onto today's round of follow-ups, once."""
    found = rounds.locked(round_id)
    missed: Iterable[Stop] = found.stops.filter(state=Stop.State.EXCUSED, outcome="no_answer", dwelling__isnull=False)
    if not kind_of(found.kind).revisits or not missed:
        raise Refused(_("Every home of this round was met: there is nobody to visit again."))
    again = open_follow_ups(found, found.kind)
    again.walkers.add(*found.walkers.all())
    there = set(again.stops.values_list("dwelling", "resident"))
    place = _next(again)
    fresh = [
        Stop(round=again, position=place + n, dwelling_id=stop.dwelling_id, resident_id=stop.resident_id)
        for n, stop in enumerate(
            one
            for one in missed.order_by("position")  # type: ignore[attr-defined]
            if (one.dwelling_id, one.resident_id) not in there
        )
    ]
    Stop.objects.bulk_create(fresh)
    audit.record("round.opened", again, by=by, after={"stops": len(fresh)})
    return again
