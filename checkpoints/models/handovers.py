"""What one shift leaves to the next."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from checkpoints.models.shifts import Shift
from residents.scope import CommunityQuerySet


class Handover(models.Model):
    """交接班: the machine's totals of a shift, what is still open, a note, and the next lead's confirmation."""

    community_path = "shift__post__compound__community"

    shift = models.OneToOneField(Shift, models.PROTECT, related_name="handover", verbose_name=_("shift"))
    totals = models.JSONField(_("totals"), default=dict)
    open_items = models.TextField(_("still open"), max_length=2000, blank=True)
    note = models.TextField(_("note"), max_length=2000, blank=True)
    handed_over_at = models.DateTimeField(_("handed over at"))
    handed_over_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("handed over by")
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("confirmed by"),
    )

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        ordering = ["-handed_over_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None) | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="handover_confirmed_at_and_by",
            )
        ]

    def __str__(self) -> str:
        return str(self.shift)
