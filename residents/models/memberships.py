"""Who holds which role where, and from when to when."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib.constraints import in_order, lasts_on
from residents.models.places import Community, District, Subdistrict
from residents.scope import CommunityQuerySet


class Role(models.TextChoices):
    """What a person is to a place; what a role may do stands in access.GRANTS."""

    OPERATOR = "operator", _("operator")
    DISTRICT_OFFICER = "district_officer", _("district officer")
    SUBDISTRICT_OFFICER = "subdistrict_officer", _("subdistrict officer")
    SECRETARY = "secretary", _("community secretary")
    WORKER = "worker", _("community worker")
    CADRE = "cadre", _("seconded cadre")
    VOLUNTEER = "volunteer", _("volunteer")
    COUNSELLOR = "counsellor", _("hotline counsellor")


class MembershipQuerySet(CommunityQuerySet):
    """Memberships, by day."""

    def live(self) -> "MembershipQuerySet":
        """Those in force today."""
        return self.filter(lasts_on(timezone.localdate()))


class Membership(models.Model):
    """A role of a person at one community, subdistrict or district, between two days (both included)."""

    community_path = "community"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships", verbose_name=_("account"))
    role = models.CharField(_("role"), max_length=20, choices=Role)
    community = models.ForeignKey(
        Community, models.PROTECT, null=True, blank=True, related_name="memberships", verbose_name=_("community")
    )
    subdistrict = models.ForeignKey(
        Subdistrict, models.PROTECT, null=True, blank=True, related_name="memberships", verbose_name=_("subdistrict")
    )
    district = models.ForeignKey(
        District, models.PROTECT, null=True, blank=True, related_name="memberships", verbose_name=_("district")
    )
    starts_on = models.DateField(_("starts on"), default=timezone.localdate)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["user", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(community__isnull=False, subdistrict=None, district=None)
                | Q(community=None, subdistrict__isnull=False, district=None)
                | Q(community=None, subdistrict=None, district__isnull=False),
                name="membership_one_place",
                violation_error_message=_("Choose one place: a community, a subdistrict or a district."),
            ),
            in_order(
                "starts_on",
                "ends_on",
                name="membership_days_in_order",
                message=_("The last day lies before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()} {self.place}"

    @property
    def place(self) -> Community | Subdistrict | District | None:
        """The one place it is about."""
        return self.community or self.subdistrict or self.district
