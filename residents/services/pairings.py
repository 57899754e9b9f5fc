"""Who stands by which home, from one day to another. A pairing is ended, never deleted."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from residents.models import Dwelling, Pairing
from residents.services.helpers import expect_helper


def of_home(dwelling: Dwelling) -> Pairing | None:
    """Who stands by a home today."""
    found: Pairing | None = Pairing.objects.live().filter(dwelling=dwelling).select_related("helper").first()
    return found


@transaction.atomic
def pair(*, dwelling_id: int, helper: User, starts_on: dt.date, what_for: str = "", by: User) -> Pairing:
    """Let a helper stand by a home; what it asks for from then on is offered to them first."""
    # Locked before it is asked: two desks give one home a helper at once.
    dwelling = Dwelling.objects.select_for_update(of=("self",), no_key=True).select_related("community").get(pk=dwelling_id)
    expect_helper(helper, dwelling.community)
    if same := Pairing.objects.live().filter(dwelling=dwelling, helper=helper).first():
        return same
    with explained(Pairing):
        pairing = Pairing.objects.create(
            community=dwelling.community, dwelling=dwelling, helper=helper, starts_on=starts_on, what_for=what_for
        )
    audit.record("pairing.made", pairing, by=by, after={"dwelling": dwelling.pk, "helper": helper.pk})
    return pairing


@transaction.atomic
def end(*, pairing_id: int, ends_on: dt.date, by: User) -> Pairing:
    """The last day counts. Ending it twice is ending it once."""
    pairing = Pairing.objects.select_for_update(of=("self",), no_key=True).get(pk=pairing_id)
    if pairing.ends_on == ends_on:
        return pairing
    if pairing.ends_on and pairing.ends_on < timezone.localdate():
        raise Refused(_("It has ended already, on %(day)s.") % {"day": pairing.ends_on})
    before, pairing.ends_on = {"ends_on": pairing.ends_on}, ends_on
    with explained(Pairing):
        pairing.save(update_fields=["ends_on"])
    audit.record("pairing.ended", pairing, by=by, before=before, after={"ends_on": ends_on})
    return pairing
