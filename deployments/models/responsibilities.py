"""Who answers for which place."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deployments.models.cadres import Cadre
from portal.lib.constraints import NoOverlap, in_order, lasts_on
from residents.models import Building, Community, Compound, Entrance
from residents.scope import CommunityQuerySet

# Of a compound there is one steward at most, whoever it is.
SEVERAL = {"commander": "compound", "guarantor": "building", "building_head": "building", "entrance_head": "entrance"}


class ResponsibilityQuerySet(CommunityQuerySet):
    """Responsibilities, by day."""

    def live(self) -> Self:
        return self.filter(lasts_on(timezone.localdate()))


class Responsibility(models.Model):
    """包保责任: a named person who answers for a compound, a building or an entrance between two days."""

    community_path = "community"

    class Role(models.TextChoices):
        STEWARD = "steward", _("compound steward")
        COMMANDER = "commander", _("commander")
        GUARANTOR = "guarantor", _("guarantor")
        BUILDING_HEAD = "building_head", _("building head")
        ENTRANCE_HEAD = "entrance_head", _("entrance head")

    community = models.ForeignKey(Community, models.PROTECT, related_name="responsibilities", verbose_name=_("community"))
    role = models.CharField(_("role"), max_length=16, choices=Role)
    compound = models.ForeignKey(
        Compound, models.PROTECT, null=True, blank=True, related_name="responsibilities", verbose_name=_("compound")
    )
    building = models.ForeignKey(
        Building, models.PROTECT, null=True, blank=True, related_name="responsibilities", verbose_name=_("building")
    )
    entrance = models.ForeignKey(
        Entrance, models.PROTECT, null=True, blank=True, related_name="responsibilities", verbose_name=_("entrance")
    )
    cadre = models.ForeignKey(
        Cadre, models.PROTECT, null=True, blank=True, related_name="responsibilities", verbose_name=_("cadre")
    )
    # Building and entrance heads are often residents: a name and a phone are enough.
    name = models.CharField(_("name"), max_length=40, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    starts_on = models.DateField(_("starts on"), default=timezone.localdate)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)

    objects = ResponsibilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("responsibility")
        verbose_name_plural = _("responsibilities")
        ordering = ["community", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(compound__isnull=False, building=None, entrance=None)
                | Q(compound=None, building__isnull=False, entrance=None)
                | Q(compound=None, building=None, entrance__isnull=False),
                name="responsibility_one_place",
                violation_error_message=_("Choose one place: a compound, a building or an entrance."),
            ),
            models.CheckConstraint(
                condition=Q(cadre__isnull=False) | ~Q(name=""),
                name="responsibility_has_person",
                violation_error_message=_("Choose a cadre or write a name."),
            ),
            in_order(
                "starts_on",
                "ends_on",
                name="responsibility_days_in_order",
                message=_("The last day lies before the first."),
            ),
            NoOverlap(
                "compound",
                "starts_on",
                "ends_on",
                name="responsibility_one_steward",
                condition=Q(role="steward", compound__isnull=False),
                violation_error_message=_("This compound already has a steward on these days. End that responsibility first."),
            ),
            *(
                NoOverlap(
                    "cadre",
                    place,
                    "starts_on",
                    "ends_on",
                    name=f"responsibility_{role}_once",
                    condition=Q(role=role, cadre__isnull=False, **{f"{place}__isnull": False}),
                    violation_error_message=_("This cadre already answers for this place in this role on some of these days."),
                )
                for role, place in SEVERAL.items()
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.person}"

    @property
    def person(self) -> str:
        return self.cadre.name if self.cadre else self.name

    @property
    def place(self) -> Compound | Building | Entrance | None:
        return self.compound or self.building or self.entrance

    @property
    def place_name(self) -> str:
        """荷风苑 17栋 3单元: the place with what it stands in."""
        building = self.building or (self.entrance and self.entrance.building)
        compound = self.compound or (building and building.compound)
        return " ".join(str(part) for part in (compound, building, self.entrance) if part)
