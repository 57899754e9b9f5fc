"""结对: one home, one helper, from one day to another."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib.constraints import NoOverlap, in_order, lasts_on
from residents.models.households import Dwelling
from residents.models.places import Community
from residents.scope import CommunityQuerySet


class PairingQuerySet(CommunityQuerySet):
    """Pairings."""

    def live(self) -> Self:
        """Those in force today."""
        return self.filter(lasts_on(timezone.localdate()))

    def in_place_order(self) -> Self:
        """Compound, building, entrance, room."""
        building = "dwelling__entrance__building"
        return self.order_by(
            f"{building}__compound", f"{building}__id", "dwelling__entrance__id", "dwelling__floor", "dwelling__room_no", "id"
        )


class Pairing(models.Model):
    """A helper who stands by one home: its errands are offered to them first."""

    community_path = "community"

    community = models.ForeignKey(Community, models.PROTECT, related_name="pairings", verbose_name=_("community"))
    dwelling = models.ForeignKey(Dwelling, models.PROTECT, related_name="pairings", verbose_name=_("home"))
    helper = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="pairings", verbose_name=_("helper"))
    what_for = models.CharField(_("what for"), max_length=120, blank=True)
    starts_on = models.DateField(_("starts on"), default=timezone.localdate)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)

    objects = PairingQuerySet.as_manager()

    class Meta:
        verbose_name = _("pairing")
        verbose_name_plural = _("pairings")
        ordering = ["-id"]
        constraints = [
            in_order("starts_on", "ends_on", name="pairing_days_in_order", message=_("The last day lies before the first.")),
            NoOverlap(
                "dwelling", "starts_on", "ends_on", name="pairing_one_helper_at_a_time",
                violation_error_message=_("This home has a helper on some of these days. End that pairing first."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["helper", "ends_on"], name="pairing_of_helper")]

    def __str__(self) -> str:
        return f"{self.dwelling_id} {self.starts_on}"


class Helper(models.Model):
    """What has to be known before somebody is sent: most people have no such row, and go everywhere."""

    community_path = "community"

    community = models.ForeignKey(Community, models.PROTECT, related_name="helpers", verbose_name=_("community"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("helper"))
    # Not where there is no lift: a bad knee, a bad heart; why is nobody's business here.
    climbs = models.BooleanField(_("climbs stairs with a load"), default=True)

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("helper")
        verbose_name_plural = _("helpers")
        constraints = [
            models.UniqueConstraint(
                fields=["community", "user"], name="helper_once", violation_error_message=_("This is written down already.")
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.community_id}"
