"""What rounds have found, until somebody has acted upon it."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from residents.models import Finding


@transaction.atomic
def handle(*, finding_id: int, handling: str, by: User) -> Finding:
    """Say what was done about it; the first word stands."""
    finding = Finding.objects.select_for_update(of=("self",), no_key=True).select_related("handled_by").get(pk=finding_id)
    if finding.handled_at and finding.handled_by_id == by.pk and finding.handling == handling:
        return finding
    if finding.handled_at:
        raise Refused(
            _("%(name)s has already acted on this: %(what)s") % {"name": finding.handled_by, "what": finding.handling}
        )
    finding.handled_at, finding.handled_by, finding.handling = timezone.now(), by, handling
    with explained(Finding):
        finding.save(update_fields=["handled_at", "handled_by", "handling"])
    audit.record("finding.handled", finding, by=by)
    return finding
