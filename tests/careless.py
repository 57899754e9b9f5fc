"""A control run: sends what waits without claiming it, as one would who forgets that there may be two."""

import time

from celery import shared_task
from django.utils import timezone

from portal.accounts.models import Message
from portal.accounts.services import posting

READER = "careless"


@shared_task(name="tests.careless.deliver")
def deliver() -> None:
    """Look what waits, send it to the address its link names, and note that it was sent."""
    for message in Message.objects.filter(to__username=READER, read_at=None):
        time.sleep(1.5)
        posting.send("webhook", message.link, "", message.key)
        Message.objects.filter(pk=message.pk).update(read_at=timezone.now())
