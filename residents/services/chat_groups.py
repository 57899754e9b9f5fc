"""Chat groups: opening and closing them, their bots, and what they are told by themselves."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import audit, outbox
from portal.accounts.models import Delivery, Message, User
from portal.accounts.services import channels
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from residents.models import Building, ChatGroup, Community, Compound, Entrance, Errand, Membership, Role
from residents.models.errand_states import URGENT

FIELDS = ("name", "level", "compound", "building", "entrance", "app", "members", "owner", "hears_errands")
# An errand older than this has long gone up to the desk.
FRESH = dt.timedelta(hours=2)


@transaction.atomic
def create(*, community: Community, values: dict[str, Any], by: User) -> ChatGroup:
    """Put a group down."""
    said = {name: values[name] for name in FIELDS if name in values}
    group = ChatGroup(community=community, **said)
    with explained(ChatGroup):
        group.save()
    audit.record("chat_group.created", group, by=by, after=said)
    return group


@transaction.atomic
def update(*, group_id: int, values: dict[str, Any], by: User) -> ChatGroup:
    """Correct what is known of it."""
    group = _locked(group_id)
    before, after = audit.changed(group, {name: values[name] for name in FIELDS if name in values})
    if not after:
        return group
    for name, value in after.items():
        setattr(group, name, value)
    with explained(ChatGroup):
        group.save(update_fields=list(after))
    audit.record("chat_group.changed", group, by=by, before=before, after=after)
    return group


@transaction.atomic
def close(*, group_id: int, by: User) -> None:
    """The group is no more; its bot forgets its key."""
    group = _locked(group_id)
    if group.channel_id:
        channels.remove(channel_id=group.channel_id, by=by)
    group.closed_on, group.channel, group.hears_errands = timezone.localdate(), None, False
    group.save(update_fields=["closed_on", "channel", "hears_errands"])
    audit.record("chat_group.closed", group, by=by, before={"closed_on": None}, after={"closed_on": group.closed_on})


@transaction.atomic
def connect(*, group_id: int, values: dict[str, Any], by: User) -> ChatGroup:
    """Give the group a bot, or change the one it has."""
    group = _locked(group_id)
    if group.channel_id:
        channels.update(channel_id=group.channel_id, values=values, by=by)
        return group
    group.channel = channels.create(values=values, community=group.community, by=by)
    group.save(update_fields=["channel"])
    audit.record("chat_group.connected", group, by=by, before={"channel": None}, after={"channel": group.channel_id})
    return group


@transaction.atomic
def disconnect(*, group_id: int, by: User) -> None:
    """Take the bot away."""
    group = _locked(group_id)
    if group.channel_id:
        channels.remove(channel_id=group.channel_id, by=by)
        group.channel = None
        group.save(update_fields=["channel"])


def test(*, group_id: int, by: User) -> Delivery | None:
    """Send a line to the group at once."""
    group = ChatGroup.objects.get(pk=group_id)
    if group.channel_id is None or group.closed_on:
        raise Refused(_("This group has no bot yet. Add the address of one first."))
    return channels.test(channel_id=group.channel_id, by=by)


def place(*, compound: Compound | None, building: str, entrance: str) -> tuple[Building | None, Entrance | None]:
    """The building and entrance people mean by their numbers."""
    if not building:
        return None, None
    found = Building.objects.filter(compound=compound, number=building).first() if compound else None
    if found is None:
        raise Refused(_("This compound has no building of this number."))
    if not entrance:
        return found, None
    inner = Entrance.objects.filter(building=found, number=entrance).first()
    if inner is None:
        raise Refused(_("This building has no entrance of this number."))
    return found, inner


def around(
    community: Community, *, compound: Compound | None = None, building: Building | None = None
) -> "QuerySet[ChatGroup]":
    """The groups with a bot whose people live there, or in a part of it; helpers and homes in quarantine apart."""
    rows = ChatGroup.objects.filter(community=community, closed_on=None, channel__isnull=False)
    rows = rows.exclude(level=ChatGroup.Level.QUARANTINE)
    if building:
        return rows.filter(Q(building=building) | Q(level="compound", compound=building.compound_id) | Q(level="community"))
    if compound:
        return rows.filter(Q(compound=compound) | Q(level="community"))
    return rows.filter(level__in=["community", "compound", "building", "entrance"])


def of_quarantine(communities: Any) -> "QuerySet[ChatGroup]":
    """The groups in which homes in quarantine talk with those who look after them."""
    return ChatGroup.objects.within(communities).filter(level=ChatGroup.Level.QUARANTINE, closed_on=None).order_by("id")


def tell(groups: Iterable[ChatGroup], kind: str, *, key: str, link: str = "", **facts: Any) -> int:
    """Tell groups something that names nobody; returns how many hear of it."""
    drafts = [outbox.draft_to_group(group.channel, kind, key=key, link=link, **facts) for group in groups if group.channel]
    outbox.send(drafts)
    return len(drafts)


def due() -> None:
    """What groups and their secretaries are told by themselves; the minute task calls it."""
    _errands_wait()
    _bots_given_up()


def _errands_wait() -> None:
    """Helpers hear of a request in their own chat: where, never who or what."""
    fresh = timezone.now() - FRESH
    groups: dict[int, list[ChatGroup]] = {}
    rows = ChatGroup.objects.filter(hears_errands=True, closed_on=None, channel__isnull=False, channel__dead_at=None)
    for group in rows.select_related("channel"):
        groups.setdefault(group.community_id, []).append(group)
    if not groups:
        return
    errands = Errand.objects.waiting().filter(community__in=groups, requested_at__gte=fresh)
    waiting = {f"errand_waits-{row.pk}": row for row in errands.select_related("entrance__building__compound")}
    known = Message.objects.filter(key__in=waiting, channel__chat_group__isnull=False).values_list("channel", "key")
    told = set(known)
    outbox.send(
        outbox.draft_to_group(
            group.channel, "errand_waits", key=key, link=reverse("residents:errand_list"), place=_around_of(row),
            urgent="1" if row.urgency in URGENT else "",
        )
        for key, row in waiting.items()
        for group in groups[row.community_id]
        if group.channel and (group.channel_id, key) not in told
    )  # fmt: skip


def _around_of(errand: Errand) -> str:
    if errand.entrance is None:
        return ""
    return f"{errand.entrance.building.compound} {errand.entrance.building}"


def _bots_given_up() -> None:
    """The secretary hears that a group hears nothing any more."""
    dead = ChatGroup.objects.filter(closed_on=None, channel__dead_at__isnull=False).select_related("channel")
    rows = {group.community_id: [] for group in dead}  # type: dict[int, list[ChatGroup]]
    for group in dead:
        rows[group.community_id].append(group)
    if not rows:
        return
    office = Membership.objects.live().filter(role=Role.SECRETARY, community__in=rows, user__is_active=True)
    outbox.send(
        outbox.draft(
            member.user, "group_bot_dead", key=f"group_bot_dead-{group.pk}-{group.channel.dead_at:%Y%m%d%H%M%S%f}",
            link=reverse("residents:chat_group_list"), name=group.name,
        )
        for member in office.select_related("user")
        for group in rows[member.community_id or 0]
        if group.channel
    )  # fmt: skip


def _locked(group_id: int) -> ChatGroup:
    found = ChatGroup.objects.select_for_update(of=("self",), no_key=True).filter(pk=group_id, closed_on=None)
    group = found.select_related("community").first()
    if group is None:
        raise Refused(_("This group is closed. Open a new one instead."))
    return group
