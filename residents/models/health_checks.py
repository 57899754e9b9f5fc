"""What is asked of people in quarantine: health at home, whether they are there, how they fare at a site."""

import uuid
from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.lib.languages import listed
from residents.models.quarantine import QuarantineCase
from residents.scope import CommunityQuerySet

LOWEST, HIGHEST = Decimal("34.0"), Decimal("43.0")


class Slot(models.TextChoices):
    """The halves of a day in which health is asked."""

    AM = "am", _("morning")
    PM = "pm", _("evening")


class Symptom(models.TextChoices):
    """What the guide of home quarantine tells to watch for."""

    FEVER = "fever", pgettext_lazy("symptom", "fever")
    DRY_COUGH = "dry_cough", _("dry cough")
    FATIGUE = "fatigue", _("fatigue")
    SORE_THROAT = "sore_throat", _("sore throat")
    SMELL_TASTE = "smell_taste", _("loss of smell or taste")
    DIARRHOEA = "diarrhoea", _("diarrhoea")
    OTHER = "other", _("other")


class Method(models.TextChoices):
    """By which way somebody was asked."""

    DOOR = "door", _("at the door")
    PHONE = "phone", _("by phone")
    VIDEO = "video", _("by video")
    OWN = "own", _("own report")


class Mood(models.TextChoices):
    """How somebody feels, as far as a few words tell it."""

    CALM = "calm", _("calm")
    ANXIOUS = "anxious", _("anxious")
    ANGRY = "angry", _("angry")
    LOW = "low", _("low")


class HealthCheck(models.Model):
    """健康监测: one temperature with its symptoms, once for each half of a day."""

    community_path = "case__community"

    class AtHome(models.TextChoices):
        YES = "yes", _("at home")
        NO = "no", _("not at home")
        UNCHECKED = "unchecked", _("not checked")

    case = models.ForeignKey(QuarantineCase, models.PROTECT, related_name="checks", verbose_name=_("quarantine case"))
    day = models.DateField(_("day"))
    slot = models.CharField(_("time of day"), max_length=2, choices=Slot)
    temperature = models.DecimalField(
        _("temperature"), max_digits=3, decimal_places=1, validators=[MinValueValidator(LOWEST), MaxValueValidator(HIGHEST)]
    )
    symptoms = models.JSONField(_("symptoms"), default=list, blank=True)
    mood = models.CharField(_("mood"), max_length=7, choices=Mood, blank=True, default="", db_default="")
    # By the limit the case had then; kept, so that a later limit changes no past check.
    abnormal = models.BooleanField(_("abnormal"), default=False)
    at_home = models.CharField(_("at home"), max_length=10, choices=AtHome, default=AtHome.UNCHECKED)
    method = models.CharField(_("how"), max_length=6, choices=Method)
    taken_at = models.DateTimeField(_("taken"))
    # Nobody signs in to report about themselves.
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("taken by")
    )
    note = models.CharField(_("what is needed"), max_length=200, blank=True)

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("health check")
        verbose_name_plural = _("health checks")
        ordering = ["case", "-day", "-slot"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "day", "slot"], name="health_check_once",
                violation_error_message=_("This check is already recorded."),
            ),
            models.CheckConstraint(
                condition=Q(temperature__gte=LOWEST, temperature__lte=HIGHEST), name="health_check_temperature",
                violation_error_message=_("A temperature lies between 34.0 and 43.0."),
            ),
            models.CheckConstraint(
                condition=Q(taken_by__isnull=False) | Q(method="own"), name="health_check_by_somebody",
                violation_error_message=_("Say who took the check."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["day", "slot"], name="health_check_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.get_slot_display()}"

    @property
    def symptoms_shown(self) -> str:
        """The symptoms in words; nothing where there is none."""
        return listed(str(Symptom(code).label) for code in self.symptoms if code in Symptom.values)


class Verification(models.Model):
    """抽查: whether somebody is really there; `is_final` is the look before the release."""

    community_path = "case__community"

    class Method(models.TextChoices):
        DOOR = "door", _("at the door")
        VIDEO = "video", _("by video")
        PHONE = "phone", _("by phone")
        SENSOR = "sensor", _("door sensor")

    case = models.ForeignKey(QuarantineCase, models.PROTECT, related_name="verifications", verbose_name=_("quarantine case"))
    method = models.CharField(_("how"), max_length=6, choices=Method)
    at_home = models.BooleanField(_("at home"))
    is_final = models.BooleanField(_("before the release"), default=False)
    verified_at = models.DateTimeField(_("at"))
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("spot check")
        verbose_name_plural = _("spot checks")
        ordering = ["case", "-verified_at"]

    def __str__(self) -> str:
        return f"{self.verified_at:%Y-%m-%d %H:%M} {self.get_method_display()}"


class SiteCall(models.Model):
    """唠嗑: the daily talk with somebody at a quarantine site, until they are home."""

    community_path = "case__community"

    class Health(models.TextChoices):
        GOOD = "good", _("good")
        FAIR = "fair", _("fair")
        POOR = "poor", _("poor")

    # Made by the form, so that a call that was sent twice is stored once.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(QuarantineCase, models.PROTECT, related_name="site_calls", verbose_name=_("quarantine case"))
    day = models.DateField(_("day"))
    called_at = models.DateTimeField(_("called"))
    called_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("called by"))
    reached = models.BooleanField(_("reached"), default=True)
    health = models.CharField(_("health"), max_length=4, choices=Health, blank=True)
    mood = models.CharField(_("mood"), max_length=7, choices=Mood, blank=True)
    food_ok = models.BooleanField(_("food is right"), null=True, blank=True)
    lodging_ok = models.BooleanField(_("lodging is right"), null=True, blank=True)
    medicine_received = models.BooleanField(_("medicine received"), null=True, blank=True)
    note = models.CharField(_("what is needed"), max_length=300, blank=True)

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("call to a site")
        verbose_name_plural = _("calls to a site")
        ordering = ["case", "-called_at"]
        indexes = [models.Index(fields=["case", "day"], name="site_call_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.case_id}"
