"""The base list in and out, as jobs."""

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts import audit
from portal.accounts.models import User
from portal.jobs import imports
from portal.jobs.models import Job
from portal.jobs.registry import Kind
from portal.jobs.work import Work
from portal.lib import sheets
from portal.lib.errors import Refused
from residents.access import Permission, may_in
from residents.models import Community, Resident
from residents.services import household_export, household_list
from residents.services.household_import import HouseholdImporter


def importer_of(job: Job) -> HouseholdImporter:
    """The importer of a job: it writes for the community the job was asked for."""
    return HouseholdImporter(_community(job), gone=bool(job.params.get("gone")), by=job.by)


def preview(work: Work) -> None:
    """Show what a list would do."""
    imports.preview(work, importer_of(work.job))


def apply(work: Work) -> None:
    """Do what was shown."""
    imports.apply(work, importer_of(work.job), importer_of(work.job))


def may_see(user: User, job: Job) -> bool:
    return job.community is not None and may_in(user, Permission.RESIDENT_IMPORT, job.community)


def export(work: Work) -> None:
    """Write the base list of the homes somebody chose."""
    job = work.job
    dwellings = household_list.chosen(_community(job), job.params.get("asked", {}))
    total = Resident.objects.registered().filter(dwelling__in=dwellings.values("pk")).count()
    with work.result(f"{gettext('base list')}-{job.community}-{timezone.localdate()}.xlsx") as path:
        rows = work.counted(household_export.rows(dwellings), total)
        count = sheets.write_xlsx(path, household_export.COLUMNS, rows, name="小区居民底册", notes=True)
    audit.record("resident.exported", job, by=job.by, community=job.community, after={"rows": count})
    work.say(rows=count)


def _community(job: Job) -> Community:
    if job.community is None:
        raise Refused(gettext("The community is not there any more."))
    return job.community


IMPORT = Kind(label=_("Base list import"), run=apply, preview=preview, may=may_see, page="residents:household_import")
EXPORT = Kind(label=_("Base list"), run=export, may=may_see, page="residents:dwelling_list")
