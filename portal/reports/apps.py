"""What is counted, day by day, and sent up."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "portal.reports"
    verbose_name = _("reports")
    job_kinds = {"export": "portal.reports.exports.jobs.JOB"}
