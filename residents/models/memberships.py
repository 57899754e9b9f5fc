"""Who holds which role where, and from when to when."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib.constraints import NoOverlap, in_order, lasts_on
from residents.models.places import Community, District, Subdistrict
from residents.scope import CommunityQuerySet


class Role(models.TextChoices):
    """What a person is to a place; what a role may do stands in access.GRANTS."""

    # Stored of old and without effect: an operator is who has both ticks of the account.
    OPERATOR = "operator", _("operator")
    DISTRICT_OFFICER = "district_officer", _("district officer")
    SUBDISTRICT_OFFICER = "subdistrict_officer", _("subdistrict officer")
    SECRETARY = "secretary", _("community secretary")
    WORKER = "worker", _("community worker")
    CADRE = "cadre", _("seconded cadre")
    VOLUNTEER = "volunteer", _("volunteer")
    COUNSELLOR = "counsellor", _("hotline counsellor")


def once_at_a_time(place: str) -> NoOverlap:
    """The same person has the same role at the same place once on a day."""
    return NoOverlap(
        "user",
        "role",
        place,
        "starts_on",
        "ends_on",
        name=f"membership_once_in_{place}",
        condition=Q(**{f"{place}__isnull": False}),
        violation_error_message=_("This person has this role here already on some of these days. Change that entry instead."),
    )


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
            models.CheckConstraint(
                condition=Q(role="operator")
                | Q(role="district_officer", community=None, subdistrict=None)
                | Q(role="subdistrict_officer", community=None, district=None)
                | Q(~Q(role__in=["district_officer", "subdistrict_officer"]), subdistrict=None, district=None),
                name="membership_place_of_role",
                violation_error_message=_(
                    "A district officer belongs to a district, a subdistrict officer to a subdistrict, "
                    "every other role to a community."
                ),
            ),
            *(once_at_a_time(place) for place in ("community", "subdistrict", "district")),
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

    def repeats(self, other: "Membership") -> bool:
        """Whether both say the same of the same days; asked of rows that are not stored yet."""
        if (self.role, self.place) != (other.role, other.place) or None in (self.starts_on, other.starts_on):
            return False
        return not self._ends_before(other) and not other._ends_before(self)

    def _ends_before(self, other: "Membership") -> bool:
        return self.ends_on is not None and self.ends_on < other.starts_on
