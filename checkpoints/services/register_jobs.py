"""The import of a paper register as a job."""

from django.utils.translation import gettext_lazy as _

from checkpoints.services.registers import RegisterImporter
from portal.accounts.models import User
from portal.jobs import imports
from portal.jobs.models import Job
from portal.jobs.registry import Kind
from portal.jobs.work import Work
from portal.lib.errors import Refused
from residents.access import Permission, may_in
from residents.models import Compound


def importer_of(job: Job) -> RegisterImporter:
    """The importer of a job: it writes for the community the job was asked for."""
    if job.community is None:
        raise Refused(_("Choose the community first."))
    compound = Compound.objects.within([job.community]).filter(pk=job.params.get("compound")).first()
    return RegisterImporter(job.community, compound=compound, file_name=job.file_name, by=job.by)


def preview(work: Work) -> None:
    """Show what a register would add."""
    imports.preview(work, importer_of(work.job))


def apply(work: Work) -> None:
    """Add what was shown."""
    imports.apply(work, importer_of(work.job), importer_of(work.job))


def may_see(user: User, job: Job) -> bool:
    return job.community is not None and may_in(user, Permission.PASSAGE_IMPORT, job.community)


JOB = Kind(label=_("Paper register import"), run=apply, preview=preview, may=may_see, page="checkpoints:register_import")
