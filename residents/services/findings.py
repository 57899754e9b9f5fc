"""What rounds have found, until somebody has acted upon it."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from residents.models import Finding, Round
from residents.services import rounds


def locked(finding_id: int) -> Finding:
    """The finding, with its round locked first as whoever takes the stop back does: one of the two finds what the other did."""
    for found in Round.objects.filter(stops__findings=finding_id).values_list("pk", flat=True):
        rounds.locked(found)
    finding = Finding.objects.select_related("handled_by").filter(pk=finding_id).first()
    if finding is None:
        raise Refused(_("The stop that found this was taken back meanwhile: there is nothing to do about it any more."))
    return finding


@transaction.atomic
def handle(*, finding_id: int, handling: str, by: User) -> Finding:
    """Say what was done about it; the first word stands."""
    finding = locked(finding_id)
    if finding.handled_at and finding.handled_by_id == by.pk and finding.handling == handling:
        return finding
    if finding.handled_at:
        raise Refused(
            _("%(name)s has already acted on this: %(what)s") % {"name": finding.handled_by, "what": finding.handling}
        )
    finding.handled_at, finding.handled_by, finding.handling = timezone.now(), by, handling
    with explained(Finding):
        finding.save(update_fields=["handled_at", "handled_by", "handling"])
    after = {"handled_at": finding.handled_at, "handled_by": by, "handling": handling}
    audit.record("finding.handled", finding, by=by, before=dict.fromkeys(after), after=after)
    return finding
