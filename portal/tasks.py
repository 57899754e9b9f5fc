"""The minute task: whatever is due is looked up in the rows and done, so that nothing depends on a message arriving."""

import logging
import traceback
from collections.abc import Callable

from celery import shared_task
from django.db import close_old_connections

from checkpoints.services import deliveries, drops, pass_overdue, staff_checks
from checkpoints.services import reminders as duty_reminders
from portal import erasure
from portal.jobs import services as jobs
from portal.lib import storages
from portal.reports.services import reminders
from residents.services import (
    chat_groups,
    control,
    errand_queue,
    errand_trips,
    health_checks,
    missed_checks,
    notices,
    rounds,
    task_queue,
)

logger = logging.getLogger(__name__)

# Each does its work idempotently and by itself; add yours here.
DUE: list[Callable[[], object]] = [
    jobs.due,
    jobs.tidy,
    storages.tidy,
    reminders.due,
    duty_reminders.due,
    health_checks.escalate,
    missed_checks.to_officers,
    staff_checks.escalate,
    errand_trips.left_behind,
    errand_queue.escalate,
    deliveries.due,
    drops.due,
    pass_overdue.escalate,
    task_queue.escalate,
    control.review,
    notices.due,
    chat_groups.due,
    rounds.due,
    erasure.due,
]


@shared_task(name="portal.tasks.due")
def due() -> None:
    """Do what is due; one that fails leaves the others alone."""
    for work in DUE:
        try:
            work()
        except Exception as error:
            # Without the message: it may quote a row.
            where = "".join(traceback.format_tb(error.__traceback__))
            logger.error("%s.%s failed: %s\n%s", work.__module__, work.__name__, type(error).__name__, where)
            close_old_connections()
