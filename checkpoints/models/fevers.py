"""What was done with somebody held at a gate because of a fever, step by step."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from checkpoints.models.posts import Post
from residents.models import Community
from residents.scope import CommunityQuerySet


class FeverQuerySet(CommunityQuerySet):
    """People who were held."""

    def open(self) -> Self:
        """Those nobody has taken over yet."""
        return self.filter(closed_at=None)


def _by(label: Any) -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=label
    )


class Fever(models.Model):
    """留置: isolated on the spot, measured again, 120 called, reported, handed over."""

    community_path = "community"

    community = models.ForeignKey(Community, models.PROTECT, related_name="fevers", verbose_name=_("community"))
    post = models.ForeignKey(Post, models.PROTECT, related_name="fevers", verbose_name=_("checkpoint"))
    # No foreign key: passages are erased before this is.
    passage = models.UUIDField(_("passage"), unique=True)
    found_at = models.DateTimeField(_("found at"))
    written_home = models.CharField(_("home"), max_length=60, blank=True)
    written_name = models.CharField(_("name"), max_length=40, blank=True)
    temperature = models.DecimalField(_("temperature"), max_digits=3, decimal_places=1, null=True, blank=True)
    isolated_at = models.DateTimeField(_("isolated on the spot"), null=True, blank=True)
    isolated_by = _by(_("isolated by"))
    measured_at = models.DateTimeField(_("measured again"), null=True, blank=True)
    measured_by = _by(_("measured by"))
    second = models.DecimalField(_("second temperature"), max_digits=3, decimal_places=1, null=True, blank=True)
    called_at = models.DateTimeField(_("120 called"), null=True, blank=True)
    called_by = _by(_("called by"))
    reported_at = models.DateTimeField(_("reported"), null=True, blank=True)
    reported_by = _by(_("reported by"))
    closed_at = models.DateTimeField(_("taken over"), null=True, blank=True)
    closed_by = _by(_("closed by"))
    handling = models.CharField(_("what became of it"), max_length=120, blank=True)

    objects = FeverQuerySet.as_manager()

    class Meta:
        verbose_name = _("fever at the gate")
        verbose_name_plural = _("fevers at the gate")
        ordering = ["-found_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None)
                | Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(handling=""),
                name="fever_closed_says_how",
                violation_error_message=_("Say what became of it."),
            ),
            # Nobody is let go on a thermometer that may be wrong, and nobody is forgotten.
            models.CheckConstraint(
                condition=Q(closed_at=None)
                | Q(isolated_at__isnull=False, measured_at__isnull=False, reported_at__isnull=False),
                name="fever_closed_after_steps",
                violation_error_message=_("Isolate, measure again and report first."),
            ),
        ]
        indexes = [models.Index(fields=["community"], name="fever_open", condition=Q(closed_at=None))]

    def __str__(self) -> str:
        return f"{self.post} {self.found_at:%m-%d %H:%M}"
