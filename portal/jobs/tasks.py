"""What a worker does with a job."""

from celery import shared_task

from portal.jobs import services
from portal.jobs.models import Job


@shared_task(name="portal.jobs.tasks.run")
def run(job_id: int) -> None:
    """Work at one job; doubled or lost messages change nothing."""
    services.run(job_id)


def start(job: Job) -> None:
    """Do a small job at once, so that it works without waiting and without a worker; queue the others."""
    if job.file and job.file.size <= services.SMALL:
        services.run(job.pk)
    else:
        services.queue(job.pk)
