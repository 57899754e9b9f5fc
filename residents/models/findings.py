"""What stops have found."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from residents.models.places import Community
from residents.models.rounds import Stop
from residents.scope import CommunityQuerySet


class FindingQuerySet(CommunityQuerySet):
    """Findings."""

    def open(self) -> Self:
        return self.filter(handled_at=None)


class Finding(models.Model):
    """What a stop has found that somebody has to act upon: fever, no food, a dark window, a complaint."""

    community_path = "community"

    community = models.ForeignKey(Community, models.PROTECT, related_name="findings", verbose_name=_("community"))
    stop = models.ForeignKey(Stop, models.PROTECT, related_name="findings", verbose_name=_("stop"))
    # One of residents.models.finding_words.
    kind = models.SlugField(_("kind"), max_length=20)
    detail = models.CharField(_("what was found"), max_length=200, blank=True)
    found_at = models.DateTimeField(_("found at"))
    handled_at = models.DateTimeField(_("handled at"), null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("handled by")
    )
    handling = models.CharField(_("what was done"), max_length=200, blank=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["-found_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["stop", "kind"], name="finding_once"),
            models.CheckConstraint(
                condition=Q(handled_at=None, handled_by=None, handling="")
                | (Q(handled_at__isnull=False, handled_by__isnull=False) & ~Q(handling="")),
                name="finding_handled_at_and_by",
                violation_error_message=_("Say what was done."),
            ),
        ]
        indexes = [models.Index(fields=["community"], name="finding_open", condition=Q(handled_at=None))]

    def __str__(self) -> str:
        return f"{self.kind} {self.stop_id}"
