"""Which jobs a person may see, and the rows of one."""

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from django.http import Http404

from portal.accounts.models import User
from portal.jobs.imports import lines
from portal.jobs.models import Job
from portal.jobs.registry import kind_of
from portal.lib.imports import DOES, WRITTEN


def job_for(user: User, pk: int) -> Job:
    """The job if the person may see it; files hold personal data, so a role that ended sees none, not even her own."""
    job = Job.objects.select_related("community", "by").filter(pk=pk).first()
    if job is None or not kind_of(job).may(user, job) or not (job.by_id == user.pk or job.community_id):
        raise Http404
    return job


# What is to be looked at stands before what stays as it is, each in the order of the file.
IN_TURN = ((*WRITTEN, "refuse"), ("missing", "skip"), ("same",))


class Lines:
    """The rows of an import, for a paginator: counted already, read only as far as the page."""

    def __init__(self, job: Job, does: str = "") -> None:
        self.job, self.does = job, does
        self.counts: dict[str, int] = job.outcome.get("counts", {})

    def count(self) -> int:
        return self.counts.get(self.does, 0) if self.does else sum(self.counts.values())

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, part: slice) -> list[dict[str, Any]]:
        return list(islice(self._wanted(), part.start, part.stop))

    def _wanted(self) -> Iterator[dict[str, Any]]:
        wanted = [(self.does,)] if self.does else IN_TURN
        return chain.from_iterable(lines(self.job, *does) for does in wanted)


def asked_for(value: str) -> str:
    """The filter of the rows; nonsense is none."""
    return value if value in DOES else ""
