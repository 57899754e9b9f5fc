"""The portal's own settings, for pages: nobody collects the static files of a measurement."""

from portal.settings import *  # noqa: F403
from portal.settings import STORAGES

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# Served where they lie.
WHITENOISE_USE_FINDERS = True
