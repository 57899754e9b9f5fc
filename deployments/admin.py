"""The operator's pages: who supervises a sending unit. Cadres are not shown here."""

from django.contrib import admin

from deployments.models import SendingUnit, Supervisor
from portal.accounts.admin import Audited


@admin.register(SendingUnit)
class SendingUnitAdmin(Audited):
    list_display = ("name", "level")
    list_filter = ("level",)
    search_fields = ("name",)


@admin.register(Supervisor)
class SupervisorAdmin(Audited):
    list_display = ("user", "unit", "starts_on", "ends_on")
    list_select_related = ("user", "unit")
    raw_id_fields = ("user", "unit")
