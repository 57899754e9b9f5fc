"""A roster import as a job."""

from django.utils.translation import gettext_lazy as _

from deployments.services.rosters import RosterImporter
from portal.accounts.models import User
from portal.jobs import imports
from portal.jobs.models import Job
from portal.jobs.registry import Kind
from portal.jobs.work import Work
from residents.access import Permission, may_in
from residents.models import Community


def importer_of(job: Job) -> RosterImporter:
    """The importer of a job: it writes for the community the job was asked for."""
    communities = Community.objects.filter(pk=job.community_id or 0).select_related("subdistrict")
    return RosterImporter(communities, by=job.by)


def preview(work: Work) -> None:
    """Show what a roster would do."""
    imports.preview(work, importer_of(work.job))


def apply(work: Work) -> None:
    """Do what was shown."""
    imports.apply(work, importer_of(work.job), importer_of(work.job))


def may_see(user: User, job: Job) -> bool:
    return job.community is not None and may_in(user, Permission.CADRE_IMPORT, job.community)


NEXT = (
    (_("Mark who has arrived"), "deployments:secondment_list", "state=approved"),
    (_("Print their sign-ins"), "deployments:cadre_list", "account=no"),
)
JOB = Kind(label=_("Roster import"), run=apply, preview=preview, may=may_see, page="deployments:roster_import", then=NEXT)
