"""Notices: publishing, withdrawing, reading, and passing them on to people and groups when their hour comes."""

from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import audit, outbox
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from residents.models import Community, Membership, Notice, NoticeReceipt
from residents.services import chat_groups

FIELDS = (
    "kind", "title", "body", "origin", "audience", "compound", "effective_from", "effective_until", "pinned",
)  # fmt: skip
AT_ONCE = 20


@transaction.atomic
def publish(*, community: Community, values: dict[str, Any], by: User) -> Notice:
    """Announce something; when it begins at once, everybody is told within a minute."""
    said = {name: values[name] for name in FIELDS if name in values}
    notice = Notice(community=community, published_by=by, **said)
    with explained(Notice):
        notice.save()
    audit.record("notice.published", notice, by=by, after={"title": notice.title, "audience": notice.audience})
    return notice


@transaction.atomic
def withdraw(*, notice_id: int, by: User) -> Notice:
    """Take it off the board; the groups that have it are told that it no longer holds."""
    notice = (
        Notice.objects.select_for_update(of=("self",), no_key=True).select_related("community", "compound").get(pk=notice_id)
    )
    if notice.withdrawn_at:
        raise Refused(_("This notice was withdrawn already."))
    notice.withdrawn_at, notice.withdrawn_by = timezone.now(), by
    notice.save(update_fields=["withdrawn_at", "withdrawn_by"])
    if notice.relayed_at:
        _tell(notice, "notice_withdrawn")
    after = {"withdrawn_at": notice.withdrawn_at}
    audit.record("notice.withdrawn", notice, by=by, before={"withdrawn_at": None}, after=after)
    return notice


@transaction.atomic
def read(*, notice: Notice, by: User) -> None:
    """I have read it; the first time counts."""
    made = NoticeReceipt.objects.get_or_create(notice=notice, user=by)[1]
    if made:
        audit.record("notice.read", notice, by=by)


def readers(notice: Notice) -> "QuerySet[User]":
    """Everybody who works in the community and should have read it."""
    here = Membership.objects.live().filter(user=OuterRef("pk"), community=notice.community_id)
    return User.objects.filter(Exists(here), is_active=True).order_by("name", "pk")


def due() -> None:
    """Pass on what has begun to hold; the minute task calls it."""
    waiting = Notice.objects.filter(relayed_at=None, withdrawn_at=None, effective_from__lte=timezone.now())
    for pk in list(waiting.order_by("id").values_list("pk", flat=True)[:AT_ONCE]):
        _relay(pk)


@transaction.atomic
def _relay(pk: int) -> None:
    locked = Notice.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    notice = locked.filter(pk=pk, relayed_at=None, withdrawn_at=None).select_related("community", "compound").first()
    if notice is None:
        return
    _tell(notice, "notice_published")
    notice.relayed_at = timezone.now()
    notice.save(update_fields=["relayed_at"])


def _tell(notice: Notice, kind: str) -> None:
    """Those who work here by name, the groups around by their bots; twice is once."""
    urgent = "1" if notice.kind == Notice.Kind.URGENT else ""
    facts: dict[str, str] = {"title": notice.title, "body": notice.body, "community": notice.community.name, "urgent": urgent}
    key, link = f"{kind}-{notice.pk}", reverse("residents:notice_detail", args=[notice.pk])
    outbox.send(outbox.draft(user, kind, key=key, link=link, **facts) for user in readers(notice))
    if notice.audience == Notice.Audience.EVERYBODY:
        groups = chat_groups.around(notice.community, compound=notice.compound).select_related("channel")
        chat_groups.tell(groups, kind, key=key, **facts)
