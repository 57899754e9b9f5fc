"""Who sends cadres."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib.constraints import in_order, lasts_on


class SendingUnit(models.Model):
    """派出单位: an employer that sends cadres; it names one leader in charge and one liaison (Shaanxi notice, 2021)."""

    class Level(models.TextChoices):
        CENTRAL = "central", _("central")
        PROVINCE = "province", _("province")
        CITY = "city", _("city")
        DISTRICT = "district", _("district")
        ENTERPRISE = "enterprise", _("enterprise")
        SCHOOL = "school", _("school")

    name = models.CharField(
        _("name"), max_length=80, unique=True, error_messages={"unique": _("There is already a unit of this name.")}
    )
    level = models.CharField(_("level"), max_length=12, choices=Level, blank=True)
    leader = models.CharField(_("leader in charge"), max_length=40, blank=True)
    leader_phone = models.CharField(_("leader's phone"), max_length=20, blank=True)
    liaison = models.CharField(_("liaison"), max_length=40, blank=True)
    liaison_phone = models.CharField(_("liaison's phone"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("sending unit")
        verbose_name_plural = _("sending units")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class SupervisorQuerySet(models.QuerySet["Supervisor"]):
    """Supervisors, by day."""

    def live(self) -> "SupervisorQuerySet":
        return self.filter(lasts_on(timezone.localdate()))


class Supervisor(models.Model):
    """A person of the unit who may see whether the unit's cadres are present, rested and well."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="supervisions", verbose_name=_("account"))
    unit = models.ForeignKey(SendingUnit, models.PROTECT, related_name="supervisors", verbose_name=_("sending unit"))
    starts_on = models.DateField(_("starts on"), default=timezone.localdate)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)

    objects = SupervisorQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit supervisor")
        verbose_name_plural = _("unit supervisors")
        ordering = ["unit", "id"]
        constraints = [
            in_order(
                "starts_on",
                "ends_on",
                name="supervisor_days_in_order",
                message=_("The last day lies before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.unit}"
