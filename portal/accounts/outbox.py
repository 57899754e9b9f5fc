"""The one door by which messages leave: tell() one person, or draft() many and send() them.

A person reads them on the portal's own page, and by the channels they have set up; a chat group by its channel alone.
"""

from collections.abc import Iterable
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.template import Context, engines
from django.utils.functional import Promise
from django.utils.translation import get_language, override

from portal.accounts.models import Channel, Message, User

# Pass through quiet hours and are never held back to be gathered; others do where a fact `urgent` says so.
URGENT = frozenset({"channel_test", "health_alert", "not_at_home", "staff_alert"})
# The only kinds that go to a chat group: their facts name places, never a person, a room or a phone.
TO_GROUPS = frozenset({"channel_test", "errand_waits", "notice_published", "notice_withdrawn", "task_for_team"})
# A worker begins so long after the first of many messages, and finds them all.
GATHER_SECONDS = 1.5


def tell(to: User, kind: str, *, key: str, link: str = "", **facts: Any) -> None:
    """Tell a person something once: the same key again is no second message.

    The words are in templates/messages/KIND.txt; `facts` are what they need, without personal data of others.
    """
    send([draft(to, kind, key=key, link=link, **facts)])


def draft(to: User, kind: str, *, key: str, link: str = "", **facts: Any) -> Message:
    """A message that send() will store."""
    return _draft(kind, key, link, facts, to=to)


def draft_to_group(channel: Channel, kind: str, *, key: str, link: str = "", **facts: Any) -> Message:
    """The same for a chat group; only kinds that say nothing of any person."""
    if kind not in TO_GROUPS:
        raise ValueError(f"{kind} is not for chat groups")
    return _draft(kind, key, link, facts, channel=channel)


def send(drafts: Iterable[Message]) -> None:
    """Store messages; those that were sent before are left as they are. They leave once this is committed."""
    Message.objects.bulk_create(drafts, ignore_conflicts=True, batch_size=500)
    transaction.on_commit(_hurry, robust=True)


def render(message: Message, **instead: str) -> str:
    """The words of a message in the language of whoever reads it; the first line is its heading.

    `instead` are facts said otherwise than they are stored: masked, where the words leave the portal.
    """
    template: Any = engines["django"].get_template(f"messages/{message.kind}.txt")
    # Plain text: the page that shows it escapes it, a phone's notification does not need it escaped.
    context = Context({**said(message.facts), **instead, "link": message.link}, autoescape=False)
    return str(template.template.render(context)).strip()


def said(facts: dict[str, Any]) -> dict[str, str]:
    """Facts as they were told; words of our own in the language of whoever reads them."""
    language = get_language()
    return {
        name: value.get(language) or value[settings.LANGUAGE_CODE] if isinstance(value, dict) else value
        for name, value in facts.items()
    }


def unread_count(user: User) -> int:
    """How many messages wait for the person; asked once per request and kept on the user object."""
    if not hasattr(user, "_unread"):
        user._unread = user.inbox.filter(read_at=None).count()  # type: ignore[attr-defined]
    return user._unread  # type: ignore[attr-defined]


def _draft(kind: str, key: str, link: str, facts: dict[str, Any], **reader: Any) -> Message:
    kept = {name: _kept(value) for name, value in facts.items()}
    urgent = kind in URGENT or bool(kept.get("urgent"))
    return Message(kind=kind, key=key, link=link, facts=kept, urgent=urgent, **reader)


def _kept(value: Any) -> str | dict[str, str]:
    """A fact for the row: a label of ours in every language, for the sender's is not the reader's."""
    if not isinstance(value, Promise):
        return str(value)
    words = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            words[code] = str(value)
    return words


def _hurry() -> None:
    """Wake a worker; without one, or without a broker, the minute's sweep delivers."""
    if cache.add("outbox.hurry", True, 1):
        current_app.send_task("portal.accounts.tasks.deliver", countdown=GATHER_SECONDS, expires=60, retry=False)
