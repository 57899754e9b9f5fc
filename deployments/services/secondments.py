"""Sending a cadre to a community, and every way it ends.

A secondment binds whole days, first and last included. A decided end moves the last day; shifts after it are not
touched from here: checkpoints sees an assignment without a serving secondment as a gap.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deployments.models import Cadre, Leave, Responsibility, Secondment
from deployments.services import memberships, tidings
from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from residents.models import Community, Compound

State = Secondment.State


@dataclass(frozen=True)
class Terms:
    """Where to, for which days and for what; without `ends_on` until further notice."""

    community: Community
    starts_on: dt.date
    ends_on: dt.date | None = None
    compound: Compound | None = None
    duty: str = ""
    at_home: bool | None = None


TERMS = tuple(field.name for field in fields(Terms))

# To which state one comes from which, and what a person is told who asks for it at another moment.
MOVES: dict[str, tuple[tuple[str, ...], Any]] = {
    State.APPROVED: (
        (State.SUBMITTED,),
        gettext_lazy("Only a submitted secondment can be approved; this one is “%(state)s”. Reload the page."),
    ),
    State.REFUSED: (
        (State.SUBMITTED,),
        gettext_lazy("Only a submitted secondment can be refused; this one is “%(state)s”. Cancel or end it instead."),
    ),
    State.CANCELLED: (
        (State.SUBMITTED, State.APPROVED),
        gettext_lazy("A secondment is cancelled before the arrival; this one is “%(state)s”. Recall or complete it instead."),
    ),
    State.ON_DUTY: (
        (State.APPROVED,),
        gettext_lazy("Only an approved secondment can begin; this one is “%(state)s”. Reload the page."),
    ),
    State.NO_SHOW: (
        (State.APPROVED,),
        gettext_lazy("Only who was expected can be missing; this secondment is “%(state)s”. Reload the page."),
    ),
    State.REDEPLOYED: (
        (State.ON_DUTY,),
        gettext_lazy("Only who is on duty can be redeployed; this secondment is “%(state)s”. Make a new one instead."),
    ),
    State.RECALLED: (
        (State.ON_DUTY,),
        gettext_lazy("Only who is on duty can be recalled; this secondment is “%(state)s”. Cancel it if it has not begun."),
    ),
    State.COMPLETED: (
        (State.ON_DUTY,),
        gettext_lazy("Only who is on duty can complete; this secondment is “%(state)s”. Mark the arrival first."),
    ),
}


def open_moves(secondment: Secondment) -> list[str]:
    """The states to which this one may go now; pages draw their buttons from it."""
    return [state for state, (origins, _sentence) in MOVES.items() if secondment.state in origins]


@transaction.atomic
def submit(*, cadre: Cadre, terms: Terms, by: User | None) -> Secondment:
    """Offer a cadre to a community; the days are bound at once, the community decides."""
    return _open(cadre, terms, State.SUBMITTED, by=by)


@transaction.atomic
def appoint(*, cadre: Cadre, terms: Terms, by: User | None) -> Secondment:
    """Take a cadre on without a further decision: the community itself enters whom it was sent."""
    row = _open(cadre, terms, State.APPROVED, by=by)
    tidings.of_secondment(row, by=by)
    return row


@transaction.atomic
def approve(*, secondment_id: int, by: User) -> Secondment:
    """Take the offered cadre."""
    return _move(_locked(secondment_id), State.APPROVED, by=by)


@transaction.atomic
def refuse(*, secondment_id: int, reason: str, by: User) -> Secondment:
    """Turn the offer down; the days are free again."""
    return _move(_locked(secondment_id), State.REFUSED, end_reason=_given(reason), by=by)


@transaction.atomic
def cancel(*, secondment_id: int, reason: str, by: User) -> Secondment:
    """Call it off before the arrival; the days are free again."""
    return _move(_locked(secondment_id), State.CANCELLED, end_reason=_given(reason), by=by)


@transaction.atomic
def report_for_duty(*, secondment_id: int, identity_checked: bool, by: User) -> Secondment:
    """Put down that the cadre has arrived and showed who she is."""
    return _arrive(_locked(secondment_id), identity_checked, by=by)


@transaction.atomic
def report_many(*, secondments: Iterable[Secondment], identity_checked: bool, by: User) -> tuple[int, list[str]]:
    """Put down many arrivals; returns how many, and a sentence for each that was not possible."""
    return _each(secondments, lambda row: _arrive(row, identity_checked, by=by))


@transaction.atomic
def no_show(*, secondment_id: int, by: User) -> Secondment:
    """Put down that an expected cadre never came; the days are free again."""
    row = _locked(secondment_id)
    if row.state == State.APPROVED and timezone.localdate() <= row.starts_on:
        raise Refused(_("Wait until the day after %(day)s; until then the cadre may still arrive.") % {"day": row.starts_on})
    return _move(row, State.NO_SHOW, by=by)


@transaction.atomic
def set_days(*, secondment_id: int, starts_on: dt.date, ends_on: dt.date | None, by: User) -> Secondment:
    """Extend or shorten a secondment that has not been ended."""
    row = _locked(secondment_id)
    if row.state not in Secondment.UNDECIDED:
        raise Refused(_("This secondment is over. Make a new one for further days."))
    if row.reported_at and starts_on != row.starts_on:
        raise Refused(_("The cadre has already reported for duty: the first day stays. Change the last day only."))
    before, after = audit.changed(row, {"starts_on": starts_on, "ends_on": ends_on})
    return _write(row, after, kind="secondment.days_changed", before=before, by=by)


@transaction.atomic
def redeploy(*, secondment_id: int, terms: Terms, by: User) -> Secondment:
    """Move a cadre to another community; here the last day is the day before she starts there. Returns the new one."""
    row = _locked(secondment_id)
    if terms.community == row.community:
        raise Refused(_("The cadre is already in this community. Choose another one."))
    last = terms.starts_on - dt.timedelta(days=1)
    _move(row, State.REDEPLOYED, ends_on=_last_day(row, min(last, row.ends_on or last)), by=by)
    new = _open(row.cadre, terms, State.APPROVED, previous=row, by=by)
    tidings.of_redeployment(new, by=by)
    return new


@transaction.atomic
def recall(*, secondment_id: int, last_day: dt.date, reason: str, by: User) -> Secondment:
    """The sending unit takes the cadre back; with yesterday as last day, at once."""
    row = _locked(secondment_id)
    return _move(row, State.RECALLED, ends_on=_last_day(row, last_day), end_reason=_given(reason), by=by)


@transaction.atomic
def complete(*, secondment_id: int, last_day: dt.date, report: str, by: User) -> Secondment:
    """Finish as planned, with the words that go back to the sending unit."""
    row = _locked(secondment_id)
    return _move(row, State.COMPLETED, ends_on=_last_day(row, last_day), end_reason=_given(report), by=by)


@transaction.atomic
def complete_many(*, secondments: Iterable[Secondment], report: str, by: User) -> tuple[int, list[str]]:
    """Finish those whose last day has passed, each on that day; returns how many, and a sentence for each that cannot be."""
    report = _given(report)
    return _each(secondments, lambda row: _finish(row, report, by=by))


def places_left(secondments: Iterable[Secondment]) -> int:
    """For how many places nobody answers any more once these are over."""
    theirs = {"cadre__secondments__in": list(secondments), "community": F("cadre__secondments__community")}
    last = F("cadre__secondments__ends_on")
    return Responsibility.objects.filter(Q(ends_on=None) | Q(ends_on__gt=last), **theirs).distinct().count()


def _each(secondments: Iterable[Secondment], step: Callable[[Secondment], Any]) -> tuple[int, list[str]]:
    """Take a step with each of many; those that refuse it do not hinder the others."""
    rows = Secondment.objects.filter(pk__in=[row.pk for row in secondments])
    list(Cadre.objects.select_for_update().filter(pk__in=rows.values("cadre")).order_by("pk"))
    done, refusals = 0, []
    for row in rows.select_related("cadre__user", "community").order_by("pk"):
        try:
            step(row)
            done += 1
        except Refused as refusal:
            refusals.append(_("%(name)s: %(why)s") % {"name": row.cadre.name, "why": refusal})
    return done, refusals


def _locked(secondment_id: int) -> Secondment:
    # The cadre is locked first, always: whoever moves one of her secondments waits for whoever moves another.
    Cadre.objects.select_for_update().get(secondments=secondment_id)
    return Secondment.objects.select_related("cadre__user", "community").get(pk=secondment_id)


def _arrive(row: Secondment, identity_checked: bool, *, by: User) -> Secondment:
    today = timezone.localdate()
    if not identity_checked:
        raise Refused(_("Look at the identity document first, then tick the box."))
    if row.state == State.APPROVED and row.starts_on > today:
        raise Refused(_("It begins on %(day)s. Change the first day if the cadre starts earlier.") % {"day": row.starts_on})
    if row.state == State.APPROVED and row.ends_on and row.ends_on < today:
        raise Refused(_("Its last day was %(day)s. Change the last day first.") % {"day": row.ends_on})
    return _move(row, State.ON_DUTY, reported_at=timezone.now(), reported_by=by, by=by)


def _finish(row: Secondment, report: str, *, by: User) -> Secondment:
    if row.state == State.ON_DUTY and not row.is_overdue:
        raise Refused(_("It is not over yet. Complete it on its own page, where the last day can be chosen."))
    return _move(row, State.COMPLETED, ends_on=row.ends_on, end_reason=report, by=by)


def _given(reason: str) -> str:
    if not (reason := reason.strip()):
        raise Refused(_("Write a reason: whoever looks at this later has to understand it."))
    return reason


def _last_day(row: Secondment, day: dt.date) -> dt.date:
    if day < row.starts_on:
        raise Refused(_("It began on %(day)s: the last day cannot lie before that.") % {"day": row.starts_on})
    if row.ends_on and day > row.ends_on:
        raise Refused(_("It was planned until %(day)s. Extend it first, or choose an earlier day.") % {"day": row.ends_on})
    return day


def _open(cadre: Cadre, terms: Terms, state: str, *, by: User | None, previous: Secondment | None = None) -> Secondment:
    Cadre.objects.select_for_update().get(pk=cadre.pk)
    if terms.compound and terms.compound.community_id != terms.community.pk:
        raise Refused(_("This compound belongs to another community. Choose one of the community's own."))
    values = {name: getattr(terms, name) for name in TERMS}
    with explained(Secondment):
        row = Secondment.objects.create(cadre=cadre, state=state, previous=previous, **values)
    audit.record(f"secondment.{state}", row, by=by, after={"state": state, **values})
    memberships.follow(cadre, by=by)
    return row


def _move(row: Secondment, state: str, *, by: User, **values: Any) -> Secondment:
    origins, sentence = MOVES[state]
    if row.state not in origins:
        raise Refused(sentence % {"state": row.get_state_display()})
    before = {"state": row.state, **{name: getattr(row, name) for name in values if name != "reported_by"}}
    row = _write(row, {"state": state, **values}, kind=f"secondment.{state}", before=before, by=by)
    tidings.of_secondment(row, by=by)
    return row


def _write(row: Secondment, values: dict[str, Any], *, kind: str, before: dict[str, Any], by: User) -> Secondment:
    if not values:
        return row
    for name, value in values.items():
        setattr(row, name, value)
    with explained(Secondment):
        row.save(update_fields=list(values))
    audit.record(kind, row, by=by, before=before, after=values)
    if row.state not in Secondment.UNDECIDED:
        _let_go(row, by=by)
    memberships.follow(row.cadre, by=by)
    return row


def _let_go(row: Secondment, *, by: User) -> None:
    """After the last day nobody waits for the cadre: her responsibilities end with it, her later leave is void."""
    last = row.ends_on if row.state in Secondment.SERVING else row.starts_on - dt.timedelta(days=1)
    held = Responsibility.objects.filter(Q(ends_on=None) | Q(ends_on__gt=last), cadre=row.cadre_id, community=row.community_id)
    lines = [_ending(place, last, row.community, by=by) for place in held]
    held.filter(starts_on__gt=last).delete()
    held.update(ends_on=last)
    asked = [Leave.State.SUBMITTED, Leave.State.APPROVED]
    leaves = Leave.objects.filter(secondment=row, state__in=asked, starts_at__date__gt=last)
    void: dict[str, Any] = {"by": by, "community": row.community, "after": {"state": Leave.State.CANCELLED}}
    lines += [audit.line("leave.cancelled", leave, before={"state": leave.state}, **void) for leave in leaves]
    leaves.update(state=Leave.State.CANCELLED)
    audit.write(lines)


def _ending(held: Responsibility, last: dt.date | None, community: Community, *, by: User) -> dict[str, Any]:
    """What had begun ends; what was only planned is removed, with what it said."""
    if last and held.starts_on > last:
        return audit.line("responsibility.removed", held, by=by, community=community, before=audit.told(held))
    days: dict[str, Any] = {"before": {"ends_on": held.ends_on}, "after": {"ends_on": last}}
    return audit.line("responsibility.ended", held, by=by, community=community, **days)
