"""Reading one's messages."""

from django.utils import timezone

from portal.accounts.models import Message, User


def read(*, message: Message, by: User) -> None:
    """Take note of one message; the moment of the first reading stays."""
    Message.objects.filter(pk=message.pk, to=by, read_at=None).update(read_at=timezone.now())


def read_all(*, by: User) -> int:
    """Take note of everything that waits; returns how many it was."""
    return Message.objects.filter(to=by, read_at=None).update(read_at=timezone.now())
