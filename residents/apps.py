"""Who lives there, and everything done for them."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ResidentsConfig(AppConfig):
    name = "residents"
    verbose_name = _("residents")
    home_entries = [
        "residents.services.household_history.entries",
        "residents.services.round_history.entries",
        "residents.services.quarantine_view.entries",
        "residents.services.errand_view.entries",
        "residents.services.task_view.entries",
        "residents.services.matter_view.entries",
    ]
    home_layers = [
        "residents.services.household_layers.LAYERS",
        "residents.services.quarantine_view.LAYERS",
        "residents.services.round_layers.LAYERS",
        "residents.services.errand_view.LAYERS",
        "residents.services.task_view.LAYERS",
    ]
    job_kinds = {
        "import_residents": "residents.services.household_jobs.IMPORT",
        "export_residents": "residents.services.household_jobs.EXPORT",
    }
