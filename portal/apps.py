"""The frame."""

from django.apps import AppConfig

from portal import checks


class PortalConfig(AppConfig):
    name = "portal"
    # Registered by being read.
    checks = checks
