"""Praise: written down, forwarded to the sending unit, shown on the wall as both sides agreed."""

import uuid
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from deployments.models import Cadre, Commendation, SendingUnit, Supervisor
from portal.accounts import audit
from portal.accounts.models import User
from portal.accounts.outbox import draft, send
from portal.lib.constraints import explained, lasts_on
from portal.lib.errors import Refused
from residents.models import Community, ErrandNote, Team


@transaction.atomic
def write(
    *, key: uuid.UUID, community: Community, kind: str, text: str, sender: str = "", sender_agrees: bool = False,
    cadre: Cadre | None = None, unit: SendingUnit | None = None, colleague: User | None = None, for_team: Team | None = None,
    team: str = "", errand: Any = None, by: User,
) -> Commendation:  # fmt: skip
    """Write down what was said, for whom; the same form sent again finds the first. The person praised is told."""
    Community.objects.select_for_update(no_key=True).get(pk=community.pk)
    if (known := Commendation.objects.filter(key=key).first()) is not None:
        if known.recorded_by_id != by.pk:
            raise Refused(_("This form was sent already. Open a new one."))
        return known
    _expect_team(community, for_team, team)
    with explained(Commendation):
        row = Commendation.objects.create(
            key=key, community=community, kind=kind, text=text, sender=sender, cadre=cadre, unit=unit, colleague=colleague,
            for_team=for_team, team=for_team.name if for_team else team, errand=errand, recorded_by=by,
            sender_agreed_at=timezone.now() if sender_agrees else None,
        )  # fmt: skip
    audit.record("commendation.written", row, by=by, after={"kind": kind, "for_team": for_team and for_team.pk})
    _tell(row)
    return row


def _expect_team(community: Community, for_team: Team | None, written: str) -> None:
    """A team of this community is chosen; a name is written only where there is no such team."""
    if for_team and (written or for_team.community_id != community.pk):
        raise Refused(_("Choose one team of this community."))
    if written and Team.objects.live().filter(community=community, name=written).exists():
        raise Refused(_("There is a team of this name. Choose it from the list."))


def _tell(row: Commendation) -> None:
    """Whoever was praised reads it; of a team everybody who is in it."""
    kind = "commendation_for_team" if row.for_team_id else "commendation_received"
    facts = {"label": row.team} if row.for_team_id else {}
    link = reverse("deployments:commendation_mine")
    people = User.objects.filter(pk=row.receiver_id or 0)
    if row.for_team:
        people = User.objects.filter(pk__in=row.for_team.members.live().values("user"), is_active=True)
    send(draft(one, kind, key=f"{kind}-{row.pk}", link=link, **facts) for one in people)


def thanks_waiting(communities: Any) -> "QuerySet[ErrandNote]":
    """Words of thanks on errands that nobody has made a commendation of."""
    notes = ErrandNote.objects.within(communities).filter(
        by=None, errand__confirmed_at__isnull=False, written_at__gte=F("errand__confirmed_at"),
        errand__commendation=None, errand__delivered_by__isnull=False,
    )  # fmt: skip
    return notes.select_related("errand__kind", "errand__delivered_by", "errand__community").order_by("-id")


@transaction.atomic
def from_thanks(*, note: ErrandNote, by: User) -> Commendation:
    """A resident's word for the helper becomes praise; pressed again it finds the same."""
    errand = note.errand
    Community.objects.select_for_update(no_key=True).get(pk=errand.community_id)
    if (known := Commendation.objects.filter(errand=errand).first()) is not None:
        return known
    cadre = Cadre.objects.filter(user=errand.delivered_by_id).first()
    return write(
        key=uuid.uuid4(), community=errand.community, kind=Commendation.Kind.PRAISE, text=note.text,
        sender=errand.written_name, cadre=cadre, colleague=None if cadre else errand.delivered_by, errand=errand, by=by,
    )  # fmt: skip


@transaction.atomic
def forward(*, commendation_id: int, by: User) -> Commendation:
    """Send it to the unit, a team's to the units of its people: supervisors are told and read it. Twice changes nothing."""
    row = _locked(commendation_id)
    units = _units(row)
    if not units:
        raise Refused(_("There is no sending unit to forward it to."))
    if row.forwarded_at:
        return row
    row.forwarded_at, row.forwarded_by = timezone.now(), by
    row.save(update_fields=["forwarded_at", "forwarded_by"])
    after = {"forwarded_at": row.forwarded_at}
    audit.record("commendation.forwarded", row, by=by, before={"forwarded_at": None}, after=after)
    link = reverse("deployments:commendation_ours")
    watching = Supervisor.objects.live().filter(unit__in=units, user__is_active=True).values("user")
    send(
        draft(one, "commendation_forwarded", key=f"commendation_forwarded-{row.pk}", link=link, community=row.community)
        for one in User.objects.filter(pk__in=watching)
    )
    return row


def _units(row: Commendation) -> list[SendingUnit]:
    """Who sent the person, or those who were in the team that day."""
    if row.for_team:
        then = row.for_team.members.filter(lasts_on(row.received_on))
        return list(SendingUnit.objects.filter(cadres__user__in=then.values("user")).distinct())
    return [unit for unit in (row.unit, row.cadre and row.cadre.unit) if unit]


@transaction.atomic
def agree(*, commendation_id: int, agrees: bool, by: User) -> Commendation:
    """The person praised says whether the name may stand on the wall."""
    row = _locked(commendation_id)
    if row.receiver_id != by.pk:
        raise Refused(_("Only the person praised can say so."))
    row.receiver_agreed_at = timezone.now() if agrees else None
    row.save(update_fields=["receiver_agreed_at"])
    audit.record("commendation.named", row, by=by, after={"agrees": agrees})
    return row


@transaction.atomic
def sender_agrees(*, commendation_id: int, by: User) -> Commendation:
    """The desk asked the sender: the name may stand there, or not any more."""
    row = _locked(commendation_id)
    row.sender_agreed_at = None if row.sender_agreed_at else timezone.now()
    row.save(update_fields=["sender_agreed_at"])
    audit.record("commendation.named", row, by=by, after={"agrees": bool(row.sender_agreed_at)})
    return row


@transaction.atomic
def show(*, commendation_id: int, by: User) -> Commendation:
    """Put it on the wall."""
    row = _locked(commendation_id)
    if not row.shown_at:
        row.shown_at, row.shown_by = timezone.now(), by
        row.save(update_fields=["shown_at", "shown_by"])
        audit.record("commendation.shown", row, by=by, before={"shown_at": None}, after={"shown_at": row.shown_at})
    return row


@transaction.atomic
def hide(*, commendation_id: int, by: User) -> Commendation:
    """Take it off the wall."""
    row = _locked(commendation_id)
    if row.shown_at:
        before = {"shown_at": row.shown_at, "shown_by": row.shown_by_id}
        row.shown_at = row.shown_by = None
        row.save(update_fields=["shown_at", "shown_by"])
        audit.record("commendation.hidden", row, by=by, before=before, after=dict.fromkeys(before))
    return row


def _locked(commendation_id: int) -> Commendation:
    row: Commendation = (
        Commendation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("community", "cadre__unit", "unit", "for_team")
        .get(pk=commendation_id)
    )
    return row


STEPS = {"forward": forward, "sender": sender_agrees, "show": show, "hide": hide}
