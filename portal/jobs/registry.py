"""Which function does which kind of job.

An app names its kinds in its AppConfig, `job_kinds = {"import_cadres": "deployments.services.roster_jobs.JOB"}`: the portal
finds them without importing the app from below.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.utils.module_loading import import_string

from portal.accounts.models import User
from portal.jobs.models import Job

if TYPE_CHECKING:
    from portal.jobs.work import Work


@dataclass(frozen=True)
class Kind:
    """One kind of job. `may` says who sees a job and its files; `preview` is there where an import asks before it writes."""

    label: Any
    run: Callable[["Work"], None]
    may: Callable[[User, Job], bool]
    preview: Callable[["Work"], None] | None = None
    # The page from which it is asked for, to go back to.
    page: str = ""
    # What one does next with what was written: words, a page, and its query.
    then: tuple[tuple[Any, str, str], ...] = ()


@cache
def kinds() -> dict[str, Kind]:
    """All kinds by name."""
    paths: dict[str, str] = {}
    for config in apps.get_app_configs():
        paths |= getattr(config, "job_kinds", {})
    return {name: import_string(path) for name, path in paths.items()}


def kind_of(job: Job) -> Kind:
    return kinds()[job.kind]
