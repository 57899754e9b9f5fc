"""Leave: asked for by the cadre, decided by the secretary; hours in which nobody plans with her."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from deployments.models import Cadre, Leave, Secondment
from deployments.services import tidings
from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.errors import Refused

State = Leave.State


@transaction.atomic
def ask(
    *, secondment: Secondment, kind: str, starts_at: dt.datetime, ends_at: dt.datetime, reason: str = "", by: User
) -> Leave:
    """Ask for some hours or days off during a secondment."""
    Cadre.objects.select_for_update().get(pk=secondment.cadre_id)
    row = Secondment.objects.get(pk=secondment.pk)
    # A leave until midnight ends on the day before.
    first, last = timezone.localdate(starts_at), timezone.localdate(ends_at - dt.timedelta(microseconds=1))
    if row.state not in Secondment.SERVING or row.has_ended:
        raise Refused(_("This secondment is over or not yet approved: there is nothing to take leave from."))
    if first < row.starts_on or (row.ends_on and last > row.ends_on):
        raise Refused(_("The leave lies outside the days of the secondment. Choose times within it."))
    with explained(Leave):
        leave = Leave.objects.create(secondment=row, kind=kind, starts_at=starts_at, ends_at=ends_at, reason=reason)
    audit.record("leave.asked", leave, by=by, after={"kind": kind, "starts_at": starts_at, "ends_at": ends_at})
    return leave


@transaction.atomic
def approve(*, leave_id: int, by: User) -> Leave:
    """Give the leave; shifts of the cadre in these hours show as conflicts."""
    return _decide(leave_id, State.APPROVED, (State.SUBMITTED,), by=by)


@transaction.atomic
def refuse(*, leave_id: int, by: User) -> Leave:
    """Say no; the cadre stays on her shifts."""
    return _decide(leave_id, State.REFUSED, (State.SUBMITTED,), by=by)


@transaction.atomic
def cancel(*, leave_id: int, by: User) -> Leave:
    """Take back a leave that has not ended yet."""
    row = Leave.objects.get(pk=leave_id)
    if row.ends_at <= timezone.now():
        raise Refused(_("This leave is already over and stays on record."))
    return _decide(leave_id, State.CANCELLED, (State.SUBMITTED, State.APPROVED), by=by)


def _decide(leave_id: int, state: str, origins: tuple[str, ...], *, by: User) -> Leave:
    row = Leave.objects.select_for_update(of=("self",)).select_related("secondment__cadre__user").get(pk=leave_id)
    if row.state not in origins:
        raise Refused(
            _("This leave is already “%(state)s”. Reload the page to see what was decided.")
            % {"state": row.get_state_display()}
        )
    before, row.state = row.state, state
    row.save(update_fields=["state"])
    audit.record(f"leave.{state}", row, by=by, before={"state": before}, after={"state": state})
    tidings.of_leave(row, by=by)
    return row
