"""The form by which a roster comes in."""

from deployments.services import roster_sheet
from portal.jobs.forms import UploadForm


class RosterForm(UploadForm):
    """A roster, and for which community."""

    columns = roster_sheet.COLUMNS
    ignored = roster_sheet.IGNORED
