"""What passes add to a home's line of time: issued, stopped, and every trip."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from checkpoints.models import EntryPass, PassUse
from residents.access import Permission
from residents.models import Dwelling
from residents.timeline import Entry, only_for


@only_for(Permission.PASS_VIEW)
def entries(dwelling: Dwelling, most: int) -> Iterator[Entry]:
    """The newest of a home."""
    cards = EntryPass.objects.filter(dwelling=dwelling, issued_at__isnull=False).select_related("issued_by", "resident")
    for card in cards.order_by("-issued_at")[:most]:
        yield Entry(
            at=card.issued_at, what=_("Pass %(number)s issued") % {"number": card}, who=str(card.issued_by),  # type: ignore[arg-type]
            name=card.resident.name if card.resident else "", note=str(card.get_kind_display()), icon="ticket",
            address=_address(card.pk),
        )  # fmt: skip
        if card.state in {EntryPass.State.SUSPENDED, EntryPass.State.VOIDED}:
            yield Entry(
                at=card.state_at, what=_("Pass %(number)s: %(state)s") % {"number": card, "state": card.get_state_display()},
                note=card.state_reason, icon="ticket-off", address=_address(card.pk),
            )  # fmt: skip
    uses = PassUse.objects.standing().filter(entry_pass__dwelling=dwelling).select_related("entry_pass", "recorded_by", "post")
    for use in uses.order_by("-happened_at", "-id")[:most]:
        what = _("Pass %(number)s: %(way)s") % {"number": use.entry_pass, "way": use.get_direction_display()}
        yield Entry(
            at=use.happened_at, what=what, who=str(use.recorded_by), note=str(use.post), icon="door-enter",
            address=_address(use.entry_pass_id),
        )  # fmt: skip


def _address(pk: int) -> str:
    return reverse("checkpoints:pass_detail", args=[pk])
