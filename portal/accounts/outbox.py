"""The one door by which messages leave: tell()."""

from typing import Any

from portal.accounts.models import Message, User


def tell(to: User, kind: str, *, key: str, link: str = "", **facts: Any) -> None:
    """Tell a person something once: the same key again is no second message.

    The words are in templates/messages/KIND.txt; `facts` are what they need, without personal data of others.
    """
    Message.objects.bulk_create(
        [Message(to=to, kind=kind, key=key, link=link, facts={name: str(value) for name, value in facts.items()})],
        ignore_conflicts=True,
    )
