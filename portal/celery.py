"""The Celery application. What runs when stands in settings.CELERY_BEAT_SCHEDULE."""

import os
from typing import Any

from celery import Celery
from celery.contrib.django.task import DjangoTask
from django.db import transaction

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")


class Nudge(DjangoTask):
    """A task only hurries what the minute's sweep would find anyway: without a broker nothing fails, it comes later."""

    def delay_on_commit(self, *args: Any, **kwargs: Any) -> None:  # type: ignore[override]
        """Queue after the commit; a broker that is away is logged, and the page is served."""

        def queue() -> None:
            self.delay(*args, **kwargs)

        transaction.on_commit(queue, robust=True)


app = Celery("portal", task_cls=Nudge)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
