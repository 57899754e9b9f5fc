"""What one shift leaves to the next: counted, written, confirmed."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from checkpoints.models import Assignment, Handover, Shift
from checkpoints.services import fevers, inside, pass_overdue, shelf, totals
from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from residents.services.policies import duty_policy


def counted(shift: Shift) -> dict[str, Any]:
    """The machine's figures of the shift at this moment."""
    policy = duty_policy(shift.post.compound.community, shift.day)
    return totals.of_shift(shift, fever_limit=policy.fever_limit)


def left(shift: Shift) -> dict[str, Any]:
    """What is handed over at this moment: goods, people from outside, residents who are out too long, people who are held."""
    return {
        "shelf": shelf.at_gate(shift.post),
        "inside": inside.rows(shift.post.compound).count(),
        "late": len(pass_overdue.at_gate(shift)),
        "waiting": fevers.waiting(shift.post).count(),
    }


@transaction.atomic
def hand_over(*, shift: Shift, open_items: str, note: str, by: User) -> Handover:
    """Write the sheet with the totals of this moment; until somebody has confirmed it, it may be written again."""
    shift = Shift.objects.select_for_update(of=("self",), no_key=True).get(pk=shift.pk)
    if timezone.now() < shift.starts_at:
        raise Refused(_("This shift has not begun: there is nothing to hand over yet."))
    sheet = Handover.objects.filter(shift=shift).first() or Handover(shift=shift)
    if sheet.confirmed_at:
        raise Refused(_("The hand-over is confirmed already. Write what came later into the next shift's."))
    sheet.totals, sheet.open_items, sheet.note = counted(shift) | left(shift), open_items, note
    sheet.handed_over_at, sheet.handed_over_by = timezone.now(), by
    with explained(Handover):
        sheet.save()
    audit.record("handover.written", sheet, by=by, after={"in": sheet.totals["in"], "out": sheet.totals["out"]})
    return sheet


@transaction.atomic
def confirm(*, handover: Handover, by: User) -> Handover:
    """The next lead takes over what is written; whoever wrote it cannot confirm it."""
    sheet = Handover.objects.select_for_update(of=("self",), no_key=True).get(pk=handover.pk)
    if sheet.confirmed_at:
        return sheet
    if sheet.handed_over_by_id == by.pk:
        raise Refused(_("A second person confirms: the lead of the next shift, or the community."))
    sheet.confirmed_at, sheet.confirmed_by = timezone.now(), by
    sheet.save(update_fields=["confirmed_at", "confirmed_by"])
    after = {"confirmed_at": sheet.confirmed_at, "confirmed_by": by}
    audit.record("handover.confirmed", sheet, by=by, before=dict.fromkeys(after), after=after)
    return sheet


def next_lead(shift: Shift) -> Assignment | None:
    """Who leads the post's next shift, or its first cadre where nobody leads."""
    later = Assignment.objects.standing().filter(
        shift__post=shift.post_id, shift__state=Shift.State.PUBLISHED, shift__starts_at__gt=shift.starts_at
    )
    return later.select_related("cadre", "shift").order_by("starts_at", "-is_lead", "seat").first()
