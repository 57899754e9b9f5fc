"""The life of a matter: brought up, handled step by step, ended; and who may read it at all.

`by=None` is the resident, by the private link (services.matter_asks).
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import audit
from portal.accounts.models import User
from portal.accounts.outbox import draft, send
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from residents.access import Permission, communities_for, may_in
from residents.models import Community, Errand, FirmCall, Matter, MatterKind, MatterState, Role
from residents.models.matters import ENDED, OPEN, MatterQuerySet
from residents.services.offices import OFFICE, office
from residents.services.tasks import Place

State = MatterState
P = Permission


def readable(user: User) -> MatterQuerySet:
    """What a person may read: their own; the office all but disputes; the secretary everything of the community."""
    rows = Matter.objects
    own = Q(pk__in=rows.handled_by(user).within(communities_for(user, P.MATTER_RAISE)).values("pk"))
    office = Q(community__in=communities_for(user, P.MATTER_DESK)) & ~Q(kind=MatterKind.DISPUTE)
    sealed = Q(community__in=communities_for(user, P.MATTER_SEALED))
    found: MatterQuerySet = rows.filter(own | office | sealed)
    return found


@transaction.atomic
def report(
    *, key: uuid.UUID, place: Place, kind: str, what: str, parties: str = "", level: int | None = None, name: str = "",
    phone: str = "", errand: Errand | None = None, by: User | None,
) -> Matter:  # fmt: skip
    """Take down what somebody brings up; the same form sent again finds the first."""
    Community.objects.select_for_update(no_key=True).get(pk=place.community.pk)
    if (known := Matter.objects.filter(key=key).first()) is not None:
        if known.community_id != place.community.pk or known.reported_by_id != (by and by.pk):
            raise Refused(_("This form was sent already. Open a new one."))
        return known
    with explained(Matter):
        matter = Matter.objects.create(
            key=key, community=place.community, compound=place.compound, building=place.building, dwelling=place.dwelling,
            place=place.words, kind=kind, what=what, parties=parties, level=level, written_name=name, written_phone=phone,
            errand=errand, reported_by=by,
        )  # fmt: skip
    audit.record("matter.written", matter, by=by, after={"kind": kind})
    staff = office([matter.community_id], [Role.SECRETARY] if matter.is_dispute else OFFICE)[matter.community_id]
    _tell([one for one in staff if one != by], "matter_new", matter)
    return matter


def locked(matter_id: int) -> Matter:
    """The matter, locked: two thumbs press at once."""
    list(Matter.objects.select_for_update(no_key=True).filter(pk=matter_id).values_list("pk"))
    return Matter.objects.with_places().select_related("community__subdistrict").get(pk=matter_id)


def expect(matter: Matter, *states: str) -> None:
    """Refuse a step that does not follow from where the matter stands."""
    if matter.state not in states:
        raise Refused(
            _("This is “%(state)s”, and from there this step does not follow. Reload the page to see what may be done.")
            % {"state": matter.get_state_display()}
        )


@transaction.atomic
def take(*, matter_id: int, by: User) -> Matter:
    """Whoever presses first handles it."""
    matter = locked(matter_id)
    if matter.handler_id == by.pk and matter.is_open:
        return matter
    expect(matter, State.NEW)
    return _given(matter, by, "matter.accepted", by)


@transaction.atomic
def give(*, matter_id: int, handler: User, helpers: Iterable[User] = (), by: User) -> Matter:
    """Say who handles it and who helps; they, and the secretary, read a dispute."""
    matter, helpers = locked(matter_id), list(helpers)
    expect(matter, *OPEN)
    for one in (handler, *helpers):
        if not one.is_active or not may_in(one, P.MATTER_RAISE, matter.community):
            raise Refused(_("%(name)s handles nothing in this community. Choose somebody else.") % {"name": one})
    matter = _given(matter, handler, "matter.assigned", by)
    matter.helpers.set([one for one in helpers if one.pk != handler.pk])
    _tell([one for one in (handler, *helpers) if one.pk != by.pk], "matter_given", matter)
    return matter


@transaction.atomic
def step(*, matter_id: int, text: str, for_resident: bool = False, by: User) -> Matter:
    """Write down what was done; the resident reads it where it is for them."""
    matter = locked(matter_id)
    expect(matter, *OPEN)
    matter.steps.create(text=text[:300], for_resident=for_resident, by=by)
    audit.record("matter.noted", matter, by=by)
    return matter


@transaction.atomic
def call_firm(*, matter_id: int, firm: str, firm_phone: str = "", reply: str = "", by: User) -> Matter:
    """The firm outside was called, and what it said."""
    matter = locked(matter_id)
    expect(matter, *OPEN)
    if matter.kind != MatterKind.FAULT:
        raise Refused(_("A firm is called for a fault only."))
    FirmCall.objects.create(matter=matter, firm=firm, firm_phone=firm_phone, reply=reply, called_by=by)
    audit.record("matter.firm_called", matter, by=by)
    return matter


@transaction.atomic
def weigh(*, matter_id: int, level: int, text: str, by: User) -> Matter:
    """An early sign has come nearer, or died down: how far, and what is done about it."""
    matter = _in_hand(matter_id, by)
    if matter.kind != MatterKind.SIGN:
        raise Refused(_("Only an early sign has a level."))
    before, matter.level = {"level": matter.level}, level
    with explained(Matter):
        matter.save(update_fields=["level"])
    matter.steps.create(text=_(": ").join([matter.get_level_display(), text])[:300], by=by)
    audit.record("matter.weighed", matter, by=by, before=before, after={"level": level})
    return matter


@transaction.atomic
def solve(
    *, matter_id: int, outcome: str, satisfaction: str = "", fixed_at: dt.datetime | None = None, witnesses: str = "", by: User
) -> Matter:
    """It is settled, and how."""
    matter = _in_hand(matter_id, by)
    if matter.kind == MatterKind.LOCK_OUT:
        matter.parties = witnesses or matter.parties
        if not matter.parties:
            raise Refused(_("Say who was there when the door was opened."))
    if matter.kind == MatterKind.FAULT:
        matter.fixed_at = fixed_at or timezone.now()
    matter.satisfaction = satisfaction
    return _ended(matter, State.SOLVED, outcome, "matter.solved", by)


@transaction.atomic
def give_up(*, matter_id: int, reason: str, by: User) -> Matter:
    """It cannot be settled here; the reason, or who does it now, stays."""
    return _ended(_in_hand(matter_id, by), State.UNSOLVED, reason, "matter.given_up", by)


@transaction.atomic
def reopen(*, matter_id: int, reason: str, by: User | None) -> Matter:
    """It is not settled after all."""
    matter = locked(matter_id)
    expect(matter, *ENDED)
    if matter.outcome:
        # What was agreed before stays readable, as one of the steps.
        matter.steps.create(text=matter.outcome[:300], taken_at=matter.ended_at or timezone.now(), by=matter.ended_by)
    matter.steps.create(text=reason[:300], for_resident=by is None, by=by)
    matter.ended_at = matter.ended_by = matter.fixed_at = None
    matter.outcome = matter.satisfaction = ""
    matter = _moved(matter, State.IN_HAND, "matter.reopened", by)
    if matter.handler and matter.handler != by:
        _tell([matter.handler], "matter_reopened", matter)
    return matter


# What the steps have in common

FIELDS = ("state", "handler", "parties", "handled_at", "fixed_at", "outcome", "satisfaction", "ended_at", "ended_by")


def _in_hand(matter_id: int, by: User) -> Matter:
    matter = locked(matter_id)
    mine = by.pk == matter.handler_id or matter.helpers.filter(pk=by.pk).exists()
    desk = P.MATTER_SEALED if matter.is_dispute else P.MATTER_DESK
    if not mine and not may_in(by, desk, matter.community):
        raise Refused(_("This is not in your hands. Take it first, or ask the desk for it."))
    expect(matter, State.IN_HAND)
    return matter


def _given(matter: Matter, handler: User, kind: str, by: User) -> Matter:
    matter.handler, matter.handled_at = handler, matter.handled_at or timezone.now()
    return _moved(matter, State.IN_HAND, kind, by)


def _ended(matter: Matter, state: str, outcome: str, kind: str, by: User) -> Matter:
    matter.outcome, matter.ended_at, matter.ended_by = outcome[:300], timezone.now(), by
    return _moved(matter, state, kind, by)


def _moved(matter: Matter, state: str, kind: str, by: User | None) -> Matter:
    before: dict[str, Any] = dict(Matter.objects.filter(pk=matter.pk).values("state", "handler")[0])
    matter.state = state
    with explained(Matter):
        matter.save(update_fields=FIELDS)
    audit.record(kind, matter, by=by, before=before, after={"state": state, "handler": matter.handler_id})
    return matter


def _tell(people: Sequence[User], kind: str, matter: Matter) -> None:
    # Only what it is about in one word: messages are read over somebody's shoulder.
    moment = f"{timezone.now():%Y%m%d%H%M%S%f}"
    link = reverse("residents:matter_detail", args=[matter.pk])
    label = MatterKind(matter.kind).label
    send(draft(one, kind, key=f"{kind}-{matter.pk}-{moment}", link=link, matter=matter.pk, label=label) for one in people)
