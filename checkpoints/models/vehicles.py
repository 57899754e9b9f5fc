"""The vehicles that are known here."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.lib.constraints import in_order
from residents.models import Community, Dwelling
from residents.scope import CommunityQuerySet


class Vehicle(models.Model):
    """车辆: a plate, whose it is, and whether it may come in: yes, no, or within hours."""

    community_path = "community"

    class Kind(models.TextChoices):
        RESIDENT = "resident", _("of a resident")
        GOODS = "goods", _("brings goods")
        TAXI = "taxi", _("taxi or ride-hailing")
        AMBULANCE = "ambulance", _("ambulance or fire engine")
        PROPERTY = "property", _("property, cleaning, rubbish")

    class Allowed(models.TextChoices):
        YES = "yes", pgettext_lazy("vehicle", "may come in")
        NO = "no", pgettext_lazy("vehicle", "stays outside")
        WINDOW = "window", pgettext_lazy("vehicle", "within hours")

    community = models.ForeignKey(Community, models.PROTECT, related_name="vehicles", verbose_name=_("community"))
    # As services.written_fields reads it: one plate, one writing.
    plate_no = models.CharField(_("plate"), max_length=12)
    kind = models.CharField(_("kind of vehicle"), max_length=9, choices=Kind, default=Kind.RESIDENT)
    dwelling = models.ForeignKey(
        Dwelling, models.PROTECT, null=True, blank=True, related_name="vehicles", verbose_name=_("home on record")
    )
    written_home = models.CharField(_("home"), max_length=40, blank=True)
    permit_no = models.CharField(_("permit no."), max_length=30, blank=True)
    allowed = models.CharField(_("may it come in"), max_length=6, choices=Allowed, default=Allowed.YES)
    opens_at = models.TimeField(_("from (hour)"), null=True, blank=True)
    closes_at = models.TimeField(_("until (hour)"), null=True, blank=True)
    starts_on = models.DateField(_("permit from"), default=timezone.localdate)
    ends_on = models.DateField(_("permit until"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=120, blank=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("changed by"))

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("vehicle")
        verbose_name_plural = _("vehicles")
        ordering = ["plate_no", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "plate_no"], name="vehicle_plate_once",
                violation_error_message=_("This plate is in the register already. Change that one."),
            ),
            models.CheckConstraint(
                condition=~Q(allowed="window") | Q(opens_at__isnull=False, closes_at__isnull=False),
                name="vehicle_window_has_hours",
                violation_error_message=_("Say from which hour until which."),
            ),
            in_order("starts_on", "ends_on", name="vehicle_days_in_order", message=_("The last day lies before the first.")),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.plate_no
