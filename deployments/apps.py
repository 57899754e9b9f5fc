"""Whom we are sent, by whom, and where they belong."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeploymentsConfig(AppConfig):
    name = "deployments"
    verbose_name = _("deployments")
    job_kinds = {"import_cadres": "deployments.services.roster_jobs.JOB"}
