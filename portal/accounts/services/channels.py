"""Setting channels up: one's own, and those of a community's chat groups (residents.services.chat_groups)."""

import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import audit, outbox
from portal.accounts.models import Channel, Delivery, User
from portal.accounts.platforms import Platform
from portal.accounts.services import deliveries
from portal.lib import masks
from portal.lib.errors import Refused
from portal.lib.outgoing import NotSent, parse

# A person needs a bot and a mailbox, not a hundred.
MOST_OF_ONE = 5
FIELDS = (
    "platform", "address", "secret", "language", "only_urgent", "quiet_from", "quiet_until", "digest_minutes", "per_minute",
)  # fmt: skip
# A test waits so long for an answer, with the person before the page.
TEST_SECONDS = 1.0


@transaction.atomic
def create(*, values: dict[str, Any], user: User | None = None, community: Any = None, by: User) -> Channel:
    """Set one up, for a person or for a community."""
    if user and Channel.objects.filter(user=user, removed_at=None).count() >= MOST_OF_ONE:
        raise Refused(_("You have %(most)d channels. Remove one before you add another.") % {"most": MOST_OF_ONE})
    said = {name: values[name] for name in FIELDS if name in values}
    channel = Channel(user=user, community=community, created_by=by, host=shown(said["platform"], said["address"]), **said)
    channel.full_clean(exclude=["host"])
    channel.save()
    audit.record("channel.created", channel, by=by, after={**said, "host": channel.host})
    return channel


@transaction.atomic
def update(*, channel_id: int, values: dict[str, Any], by: User) -> Channel:
    """Change it; an address or a secret left empty stays as it is, for neither is ever shown."""
    channel = _locked(channel_id)
    said = {name: values[name] for name in FIELDS if name in values}
    said = {name: value for name, value in said.items() if value or name not in ("address", "secret")}
    before, after = audit.changed(channel, said)
    if not after:
        return channel
    for name, value in after.items():
        setattr(channel, name, value)
    if "address" in after:
        channel.host = after["host"] = shown(channel.platform, channel.address)
    # Whoever has put it right wants it tried.
    channel.dead_at, channel.failures, channel.fault, channel.next_at = None, 0, "", timezone.now()
    channel.full_clean()
    channel.save()
    audit.record("channel.changed", channel, by=by, before=before, after=after)
    return channel


@transaction.atomic
def remove(*, channel_id: int, by: User) -> None:
    """Take it away; its key goes at once, what it has sent stays in the log until it is too old."""
    channel = _locked(channel_id)
    channel.removed_at, channel.address, channel.secret = timezone.now(), "-", ""
    channel.save(update_fields=["removed_at", "address", "secret"])
    Delivery.objects.filter(channel=channel, state=Delivery.State.WAITING).update(state=Delivery.State.EXPIRED)
    audit.record("channel.removed", channel, by=by, before={"host": channel.host})


def test(*, channel_id: int, by: User) -> Delivery | None:
    """Send a line at once; the answer says what came of it. A channel that was given up gets another chance."""
    key = f"test-{uuid.uuid4()}"
    with transaction.atomic():
        channel = _locked(channel_id)
        Channel.objects.filter(pk=channel_id).update(dead_at=None, failures=0, fault="", next_at=timezone.now())
        outbox.send([outbox.draft_to_group(channel, "channel_test", key=key, by=by.name)])
        audit.record("channel.tested", channel, by=by)
    deliveries.run(seconds=TEST_SECONDS, only=channel)
    return Delivery.objects.filter(channel=channel, message__key=key).select_related("channel").first()


def shown(platform: str, address: str) -> str:
    """What may be shown of an address: its host, or a mailbox by its first letter."""
    if platform == Platform.MAIL:
        name, _at, domain = address.rpartition("@")
        return f"{masks.name(name)[:6]}@{domain}"[:120]
    try:
        return parse(address).host[:120]
    except NotSent as error:
        raise Refused(_("This is no address the portal may post to.")) from error


def _locked(channel_id: int) -> Channel:
    found = Channel.objects.select_for_update(of=("self",), no_key=True).filter(pk=channel_id, removed_at=None).first()
    if found is None:
        raise Refused(_("This channel has been removed. Set up a new one."))
    return found
