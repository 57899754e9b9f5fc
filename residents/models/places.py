"""Where things are: District > Subdistrict > Community > Compound > Building > Entrance."""

from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from residents.scope import CommunityQuerySet


class District(models.Model):
    """区: takes the reports of its subdistricts."""

    code = models.CharField(_("code"), max_length=6, unique=True, validators=[RegexValidator(r"^\d{6}$")])
    name = models.CharField(_("name"), max_length=40)

    class Meta:
        verbose_name = _("district")
        verbose_name_plural = _("districts")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Subdistrict(models.Model):
    """街道: supervises communities and sets the hour at which their day is reported."""

    code = models.CharField(_("code"), max_length=9, unique=True, validators=[RegexValidator(r"^\d{9}$")])
    name = models.CharField(_("name"), max_length=60)
    district = models.ForeignKey(District, models.PROTECT, related_name="subdistricts", verbose_name=_("district"))
    # Records up to this hour are counted; the report itself is due so many minutes later.
    report_due_at = models.TimeField(_("daily report due at"), default="16:00")
    report_within_minutes = models.PositiveSmallIntegerField(
        _("daily report submitted within (minutes)"), default=60, validators=[MaxValueValidator(480)]
    )

    class Meta:
        verbose_name = _("subdistrict")
        verbose_name_plural = _("subdistricts")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Community(models.Model):
    """社区: the area of one residents' committee; every record belongs to one."""

    community_path = "self"

    code = models.CharField(
        _("code"),
        max_length=12,
        unique=True,
        validators=[RegexValidator(r"^\d{12}$", _("A community code has 12 digits."))],
    )
    name = models.CharField(_("name"), max_length=60)
    subdistrict = models.ForeignKey(Subdistrict, models.PROTECT, related_name="communities", verbose_name=_("subdistrict"))
    phone = models.CharField(_("committee's phone"), max_length=20, blank=True)
    # From this day the community has to report; empty while it does not use the portal yet.
    active_from = models.DateField(_("on duty since"), null=True, blank=True)

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("community")
        verbose_name_plural = _("communities")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Compound(models.Model):
    """小区: a walled or bounded housing estate inside a community."""

    community_path = "community"

    class Kind(models.TextChoices):
        ESTATE = "estate", _("estate")
        OLD_OPEN = "old_open", _("old open estate")
        PUBLIC_RENTAL = "public_rental", _("public rental")
        DANWEI = "danwei", _("employer's housing")
        OTHER = "other", _("other")

    community = models.ForeignKey(Community, models.PROTECT, related_name="compounds", verbose_name=_("community"))
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.ESTATE)
    property_company = models.CharField(_("property company"), max_length=80, blank=True)
    dwellings_count = models.PositiveIntegerField(_("homes"), null=True, blank=True)
    residents_count = models.PositiveIntegerField(_("people registered"), null=True, blank=True)

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("compound")
        verbose_name_plural = _("compounds")
        ordering = ["community", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "name"],
                name="compound_name_once",
                violation_error_message=_("This community already has a compound of this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Grid(models.Model):
    """网格: some three to five hundred homes that one worker looks after; a building lies in one at most."""

    community_path = "community"

    community = models.ForeignKey(Community, models.PROTECT, related_name="grids", verbose_name=_("community"))
    name = models.CharField(_("name"), max_length=20)

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("grid")
        verbose_name_plural = _("grids")
        ordering = ["community", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "name"],
                name="grid_name_once",
                violation_error_message=_("This community already has a grid of this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Building(models.Model):
    """楼栋: one numbered building of a compound."""

    community_path = "compound__community"

    compound = models.ForeignKey(Compound, models.PROTECT, related_name="buildings", verbose_name=_("compound"))
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, blank=True, related_name="buildings", verbose_name=_("grid"))
    number = models.CharField(_("number"), max_length=12)
    floors = models.PositiveSmallIntegerField(_("floors"), default=1, validators=[MaxValueValidator(120)])
    has_lift = models.BooleanField(_("has a lift"), default=False)

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("building")
        verbose_name_plural = _("buildings")
        ordering = ["compound", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "number"],
                name="building_number_once",
                violation_error_message=_("This compound already has a building of this number."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number}栋"


class Entrance(models.Model):
    """单元: one stairwell of a building; number 0 where the building has none."""

    community_path = "building__compound__community"

    building = models.ForeignKey(Building, models.PROTECT, related_name="entrances", verbose_name=_("building"))
    number = models.CharField(_("number"), max_length=12)

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("entrance")
        verbose_name_plural = _("entrances")
        ordering = ["building", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["building", "number"],
                name="entrance_number_once",
                violation_error_message=_("This building already has an entrance of this number."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number}单元"
