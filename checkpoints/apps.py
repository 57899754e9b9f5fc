"""The posts people stand at, in which shifts, and what happens there."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CheckpointsConfig(AppConfig):
    name = "checkpoints"
    verbose_name = _("checkpoints")
    home_entries = ["checkpoints.services.shelf.entries", "checkpoints.services.pass_history.entries"]
    home_layers = ["checkpoints.services.shelf.LAYERS"]
    job_kinds = {"import_passages": "checkpoints.services.register_jobs.JOB"}
