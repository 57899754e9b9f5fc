"""Staff who lived in or stood at an affected place: off duty, and followed like anyone else."""

import datetime as dt
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from deployments.models import Cadre, Leave
from portal.lib.constraints import in_order
from residents.models import Community, Compound, Slot
from residents.models.health_checks import HIGHEST, LOWEST
from residents.scope import CommunityQuerySet


class ExposureQuerySet(CommunityQuerySet):
    """Exposures."""

    def on(self, day: dt.date) -> Self:
        """Whoever is followed on a day."""
        return self.filter(until__gte=day)

    def with_last(self) -> Self:
        """`ill`: the last check was abnormal."""
        last = StaffCheck.objects.filter(exposure=OuterRef("pk")).order_by("-day", "-slot")
        return self.annotate(ill=Subquery(last.values("abnormal")[:1]))


class Exposure(models.Model):
    """停岗监测: from when a cadre was exposed, where and how, and until when health is asked."""

    community_path = "community"

    class How(models.TextChoices):
        STOOD = "stood", _("stood on duty there")
        LIVES = "lives", _("lives there")

    community = models.ForeignKey(Community, models.PROTECT, related_name="exposures", verbose_name=_("community"))
    cadre = models.ForeignKey(Cadre, models.PROTECT, related_name="exposures", verbose_name=_("cadre"))
    compound = models.ForeignKey(Compound, models.PROTECT, related_name="exposures", verbose_name=_("affected compound"))
    how = models.CharField(_("how"), max_length=5, choices=How)
    exposed_on = models.DateField(_("last exposed on"))
    until = models.DateField(_("followed until"))
    leave = models.OneToOneField(Leave, models.PROTECT, related_name="exposure", verbose_name=_("leave"))
    stopped_at = models.DateTimeField(_("off duty since"))
    stopped_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))

    objects = ExposureQuerySet.as_manager()

    class Meta:
        verbose_name = _("exposure of staff")
        verbose_name_plural = _("exposures of staff")
        ordering = ["-stopped_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["cadre", "exposed_on"], name="exposure_once",
                violation_error_message=_("This cadre is already off duty because of this exposure."),
            ),
            in_order("exposed_on", "until", name="exposure_days", message=_("The last day lies before the first.")),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.cadre} {self.exposed_on}"


class StaffCheck(models.Model):
    """One temperature of an exposed cadre, once for each half of a day."""

    community_path = "exposure__community"

    exposure = models.ForeignKey(Exposure, models.PROTECT, related_name="checks", verbose_name=_("exposure of staff"))
    day = models.DateField(_("day"))
    slot = models.CharField(_("time of day"), max_length=2, choices=Slot)
    temperature = models.DecimalField(
        _("temperature"), max_digits=3, decimal_places=1, validators=[MinValueValidator(LOWEST), MaxValueValidator(HIGHEST)]
    )
    symptoms = models.JSONField(_("symptoms"), default=list, blank=True)
    # By the limit of that day; kept, so that a later limit changes no past check.
    abnormal = models.BooleanField(_("abnormal"), default=False, db_default=False)
    taken_at = models.DateTimeField(_("taken"))
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("taken by"))

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("health check of staff")
        verbose_name_plural = _("health checks of staff")
        ordering = ["exposure", "-day", "-slot"]
        constraints = [
            models.UniqueConstraint(
                fields=["exposure", "day", "slot"], name="staff_check_once",
                violation_error_message=_("This check is already recorded."),
            ),
            models.CheckConstraint(
                condition=Q(temperature__gte=LOWEST, temperature__lte=HIGHEST), name="staff_check_temperature",
                violation_error_message=_("A temperature lies between 34.0 and 43.0."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.day} {self.get_slot_display()}"
