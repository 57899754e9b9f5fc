"""The admin app with the portal's own site; apart from apps.py, where Django looks for one config only."""

from django.contrib.admin.apps import AdminConfig


class OperatorAdminConfig(AdminConfig):
    """django.contrib.admin, opened by portal.accounts.admin.OperatorSite."""

    default_site = "portal.accounts.admin.OperatorSite"
