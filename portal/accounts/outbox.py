"""The one door by which messages leave: tell() one person, or draft() many and send() them; their words: render()."""

from collections.abc import Iterable
from typing import Any

from django.template import Context, engines

from portal.accounts.models import Message, User


def tell(to: User, kind: str, *, key: str, link: str = "", **facts: Any) -> None:
    """Tell a person something once: the same key again is no second message.

    The words are in templates/messages/KIND.txt; `facts` are what they need, without personal data of others.
    """
    send([draft(to, kind, key=key, link=link, **facts)])


def draft(to: User, kind: str, *, key: str, link: str = "", **facts: Any) -> Message:
    """A message that send() will store."""
    return Message(to=to, kind=kind, key=key, link=link, facts={name: str(value) for name, value in facts.items()})


def send(drafts: Iterable[Message]) -> None:
    """Store messages; those that were sent before are left as they are."""
    Message.objects.bulk_create(drafts, ignore_conflicts=True, batch_size=500)


def render(message: Message) -> str:
    """The words of a message in the language of whoever reads it; the first line is its heading."""
    template: Any = engines["django"].get_template(f"messages/{message.kind}.txt")
    # Plain text: the page that shows it escapes it, a phone's notification does not need it escaped.
    context = Context({**message.facts, "link": message.link}, autoescape=False)
    return str(template.template.render(context)).strip()


def unread_count(user: User) -> int:
    """How many messages wait for the person; asked once per request and kept on the user object."""
    if not hasattr(user, "_unread"):
        user._unread = user.inbox.filter(read_at=None).count()  # type: ignore[attr-defined]
    return user._unread  # type: ignore[attr-defined]
