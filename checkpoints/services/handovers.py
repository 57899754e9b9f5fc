"""What one shift leaves to the next: counted, written, confirmed."""

import datetime as dt
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
    """The machine's figures of the shift at this moment; only a gate has something to count."""
    if not shift.post.is_gate:
        return {}
    policy = duty_policy(shift.post.compound.community, shift.day)
    return totals.of_shift(shift, fever_limit=policy.fever_limit)


def left(shift: Shift) -> dict[str, Any]:
    """What is handed over at this moment: goods, people from outside, residents who are out too long, people who are held."""
    if not shift.post.is_gate:
        return {}
    return {
        "shelf": shelf.at_gate(shift.post),
        "inside": inside.rows(shift.post.compound).count(),
        "late": len(pass_overdue.at_gate(shift)),
        "waiting": fevers.waiting(shift.post).count(),
    }


def opens_at(shift: Shift) -> dt.datetime:
    """From when a sheet may be confirmed: as soon as the next crew may sign in. Confirmed earlier, hours would be missing."""
    policy = duty_policy(shift.post.compound.community, shift.day)
    return shift.ends_at - dt.timedelta(minutes=policy.sign_in_before_minutes)


@transaction.atomic
def hand_over(*, shift: Shift, open_items: str, note: str, by: User) -> Handover:
    """Write the sheet of any post with the totals of this moment; until somebody has confirmed it, it may be written again."""
    shift = _places(Shift.objects.select_for_update(of=("self",), no_key=True)).get(pk=shift.pk)
    if timezone.now() < shift.starts_at:
        raise Refused(_("This shift has not begun: there is nothing to hand over yet."))
    sheet = Handover.objects.filter(shift=shift).first() or Handover(shift=shift)
    if sheet.confirmed_at:
        raise Refused(_("The hand-over is confirmed already. Write what came later into the next shift's."))
    sheet.totals, sheet.open_items, sheet.note = counted(shift) | left(shift), open_items, note
    sheet.handed_over_at, sheet.handed_over_by = timezone.now(), by
    with explained(Handover):
        sheet.save()
    audit.record("handover.written", sheet, by=by, after=_passed(sheet))
    return sheet


@transaction.atomic
def confirm(*, handover: Handover, by: User) -> Handover:
    """The next lead takes over what is written; whoever wrote it cannot confirm it.

    Passages are counted once more, for the shift may have gone on after it was written; a sheet written long before the
    end also says anew what stands there.
    """
    sheet = _places(Handover.objects.select_for_update(of=("self",), no_key=True), "shift__").get(pk=handover.pk)
    if sheet.confirmed_at:
        return sheet
    if sheet.handed_over_by_id == by.pk:
        raise Refused(_("A second person confirms: the lead of the next shift, or the community."))
    now, early_until = timezone.now(), opens_at(sheet.shift)
    if now < early_until:
        text = _("This shift still runs. It can be taken over from %(time)s on; until then the sheet may be written again.")
        raise Refused(text % {"time": f"{timezone.localtime(early_until):%H:%M}"})
    sheet.totals |= counted(sheet.shift)
    if sheet.handed_over_at < early_until:
        sheet.totals |= left(sheet.shift)
    sheet.confirmed_at, sheet.confirmed_by = now, by
    sheet.save(update_fields=["totals", "confirmed_at", "confirmed_by"])
    after = {"confirmed_at": now, "confirmed_by": by}
    audit.record("handover.confirmed", sheet, by=by, before=dict.fromkeys(after), after={**after, **_passed(sheet)})
    return sheet


def _places(rows: Any, path: str = "") -> Any:
    return rows.select_related(f"{path}post__compound__community__subdistrict")


def _passed(sheet: Handover) -> dict[str, int]:
    return {name: sheet.totals[name] for name in ("in", "out") if name in sheet.totals}


def next_lead(shift: Shift) -> Assignment | None:
    """Who leads the post's next shift, or its first cadre where nobody leads."""
    later = Assignment.objects.standing().filter(
        shift__post=shift.post_id, shift__state=Shift.State.PUBLISHED, shift__starts_at__gt=shift.starts_at
    )
    return later.select_related("cadre", "shift").order_by("starts_at", "-is_lead", "seat").first()
