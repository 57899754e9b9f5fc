"""What a worker does with messages."""

from celery import shared_task

from portal.accounts.services import deliveries


@shared_task(name="portal.accounts.tasks.deliver")
def deliver() -> None:
    """Send what waits; doubled or lost calls change nothing."""
    deliveries.run()
