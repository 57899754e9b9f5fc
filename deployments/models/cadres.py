"""People who are sent, or who come by themselves."""

from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deployments.models.units import SendingUnit
from portal.accounts.models.users import PHONE
from portal.lib.crypto import EncryptedField
from residents.models import Community
from residents.scope import CommunityQuerySet


class CadreQuerySet(CommunityQuerySet):
    """Cadres; a community sees those who are or were seconded to it."""

    def within(self, communities: object) -> Self:
        # By key, not by join: a cadre with three secondments is still one row, and rows can be locked.
        return self.filter(pk__in=self.model._default_manager.filter(secondments__community__in=communities).values("pk"))


class Cadre(models.Model):
    """下沉干部: a person on the roster of helpers (sheet 2 of the domain's forms)."""

    community_path = "secondments__community"

    class Kind(models.TextChoices):
        CADRE = "cadre", _("seconded cadre")
        WORKER = "worker", _("community worker")
        PROPERTY = "property", _("property staff")
        VOLUNTEER = "volunteer", _("volunteer")
        POLICE = "police", _("police")

    class Sex(models.TextChoices):
        MALE = "male", _("male")
        FEMALE = "female", _("female")

    class Political(models.TextChoices):
        MEMBER = "member", _("party member")
        PROBATIONARY = "probationary", _("probationary member")
        LEAGUE = "league", _("league member")
        MASSES = "masses", _("no party")
        DEMOCRATIC = "democratic", _("democratic party")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="cadre", verbose_name=_("account")
    )
    kind = models.CharField(_("kind of person"), max_length=12, choices=Kind, default=Kind.CADRE)
    unit = models.ForeignKey(
        SendingUnit, models.PROTECT, null=True, blank=True, related_name="cadres", verbose_name=_("sending unit")
    )
    name = models.CharField(_("name"), max_length=40)
    sex = models.CharField(_("sex"), max_length=6, choices=Sex, blank=True)
    # The first of the month: rosters give year and month.
    born_on = models.DateField(_("born in"), null=True, blank=True)
    ethnicity = models.CharField(_("ethnicity"), max_length=20, blank=True)
    political_status = models.CharField(_("political status"), max_length=12, choices=Political, blank=True)
    position = models.CharField(_("position"), max_length=60, blank=True)
    phone = models.CharField(_("mobile number"), max_length=11, validators=[PHONE])
    id_number = EncryptedField(_("ID number"), blank=True, default="")
    id_hash = models.CharField(max_length=64, null=True, blank=True, unique=True, editable=False)
    address = models.CharField(_("home address"), max_length=120, blank=True)
    home_community = models.ForeignKey(
        Community, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lives in")
    )
    skills = models.JSONField(_("skills"), default=list, blank=True)
    health_note = models.CharField(_("health"), max_length=120, blank=True)
    vaccine_doses = models.PositiveSmallIntegerField(
        _("vaccine doses"), null=True, blank=True, validators=[MaxValueValidator(9)]
    )
    branch_role = models.CharField(_("role in the temporary branch"), max_length=40, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = CadreQuerySet.as_manager()

    class Meta:
        verbose_name = _("cadre")
        verbose_name_plural = _("cadres")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="cadre") | Q(unit__isnull=False),
                name="cadre_has_unit",
                violation_error_message=_("A seconded cadre has a sending unit; choose it, or another kind of person."),
            ),
        ]
        indexes = [models.Index(fields=["phone"], name="cadre_phone")]

    def __str__(self) -> str:
        return self.name

    @property
    def age(self) -> int | None:
        """Years at the end of this month: rosters give no day of birth."""
        if self.born_on is None:
            return None
        today = timezone.localdate()
        return today.year - self.born_on.year - (today.month < self.born_on.month)
