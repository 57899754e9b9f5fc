"""Long work with progress: imports, exports, roll-ups."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    name = "portal.jobs"
    verbose_name = _("jobs")
