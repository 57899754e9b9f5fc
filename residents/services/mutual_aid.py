"""Neighbours help each other: what is offered, given and needed is brought together and brought to the door."""

import uuid
from collections import defaultdict
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from residents.access import Permission, communities_for
from residents.models import Community, MutualAid
from residents.services.tasks import Place

State, Kind = MutualAid.State, MutualAid.Kind


def buyers_for(dwellings: Iterable[int], *, reader: User) -> dict[int, list[MutualAid]]:
    """The neighbours who order online for these homes, by home, where the reader may know them; one statement."""
    found = defaultdict(list)
    rows = MutualAid.objects.buying().within(communities_for(reader, Permission.MUTUAL_AID))
    rows = rows.filter(answers__dwelling__in=dwellings)
    for row in rows.select_related("answers", "dwelling__entrance__building__compound").order_by("id"):
        found[row.answers.dwelling_id].append(row)
    return dict(found)


@transaction.atomic
def write(
    *, key: uuid.UUID, place: Place, kind: str, what: str, name: str = "", phone: str = "", anonymous: bool = False, by: User
) -> MutualAid:
    """Write down what a home offers, gives or needs; the same form sent again finds the first."""
    Community.objects.select_for_update(no_key=True).get(pk=place.community.pk)
    if (known := MutualAid.objects.filter(key=key).first()) is not None:
        if known.written_by_id != by.pk:
            raise Refused(_("This form was sent already. Open a new one."))
        return known
    words = "" if place.dwelling else (place.words or str(place.building or place.compound or ""))
    with explained(MutualAid):
        row = MutualAid.objects.create(
            key=key, community=place.community, dwelling=place.dwelling, place=words, kind=kind, what=what,
            written_name=name, written_phone=phone, anonymous=anonymous, written_by=by,
        )  # fmt: skip
    audit.record("mutualaid.written", row, by=by, after={"kind": kind})
    return row


@transaction.atomic
def match(*, aid_id: int, with_id: int, by: User) -> MutualAid:
    """Bring an offer or a gift together with a request of the same community; each answers one."""
    _locked(aid_id)
    rows = MutualAid.objects.in_bulk([aid_id, with_id])
    if len(rows) < 2 or len({row.community_id for row in rows.values()}) > 1:
        raise Refused(_("Choose another neighbour."))
    if {row.kind == Kind.REQUEST for row in rows.values()} != {True, False}:
        raise Refused(_("Bring together one who needs something and one who gives it."))
    if any(row.state != State.OPEN for row in rows.values()):
        raise Refused(_("One of the two is no longer open. Reload the page to see what is."))
    request = next(row for row in rows.values() if row.kind == Kind.REQUEST)
    for row in rows.values():
        row.state, row.matched_at = State.MATCHED, timezone.now()
        row.answers = None if row is request else request
        with explained(MutualAid):
            row.save(update_fields=["state", "matched_at", "answers"])
        audit.record("mutualaid.matched", row, by=by, before={"state": State.OPEN}, after={"state": row.state})
    return rows[aid_id]


@transaction.atomic
def finish(*, aid_id: int, by: User) -> MutualAid:
    """It has changed hands: both sides are done."""
    row = _locked(aid_id)
    if row.state == State.DONE:
        return row
    if row.state != State.MATCHED:
        raise Refused(_("Bring two neighbours together first."))
    for one in (row, row.answers or row.answered_by):
        one.state, one.done_at, one.ended_by = State.DONE, timezone.now(), by
        one.save(update_fields=["state", "done_at", "ended_by"])
        audit.record("mutualaid.done", one, by=by, before={"state": State.MATCHED}, after={"state": one.state})
    return row


@transaction.atomic
def withdraw(*, aid_id: int, by: User) -> MutualAid:
    """Not wanted any more, or given to somebody else."""
    row = _locked(aid_id)
    if row.state == State.WITHDRAWN:
        return row
    if row.state != State.OPEN:
        raise Refused(_("It is brought together already. Finish it instead."))
    row.state, row.ended_by = State.WITHDRAWN, by
    row.save(update_fields=["state", "ended_by"])
    audit.record("mutualaid.withdrawn", row, by=by, before={"state": State.OPEN}, after={"state": row.state})
    return row


def _locked(aid_id: int) -> MutualAid:
    # Two sides may be pressed at once: whoever changes one of a community's rows waits for the others.
    Community.objects.select_for_update(no_key=True).get(mutual_aid=aid_id)
    row: MutualAid = MutualAid.objects.select_related("answers", "answered_by").get(pk=aid_id)
    return row
