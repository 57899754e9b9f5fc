"""The audit trail."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.lib.constraints import AppendOnly


class Event(models.Model):
    """One line per change: who did what to which row of which community, and when. Written by audit.record() only."""

    community_path = "community"

    at = models.DateTimeField(_("at"), auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    kind = models.CharField(_("what"), max_length=60)
    table = models.CharField(_("record"), max_length=60)
    row = models.CharField(max_length=40)
    community = models.ForeignKey(
        "residents.Community", models.PROTECT, null=True, related_name="+", verbose_name=_("community")
    )
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)

    class Meta:
        verbose_name = _("audit line")
        verbose_name_plural = _("audit trail")
        ordering = ["-id"]
        constraints = [AppendOnly(name="event_append_only")]
        indexes = [
            models.Index(fields=["community", "-id"], name="event_community"),
            models.Index(fields=["table", "row"], name="event_row"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.table} {self.row}"
