"""Every home and everybody who lives there."""

from typing import Self

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from portal.lib.constraints import in_order, lasts_on
from portal.lib.crypto import EncryptedField
from residents.models.places import Community, Entrance
from residents.scope import CommunityQuerySet


class DwellingQuerySet(CommunityQuerySet):
    """Homes."""

    def in_walking_order(self) -> Self:
        """Building, entrance, floor from the top, room: as somebody walks who takes the stairs up once."""
        return self.order_by(*_BUILDING, "-floor", Length("room_no"), "room_no")

    def in_place_order(self) -> Self:
        """Building, entrance, floor, room: as lists are printed. Numbers are text, 10 follows 9."""
        return self.order_by(*_BUILDING, "floor", Length("room_no"), "room_no")


_BUILDING = (
    "entrance__building__compound",
    Length("entrance__building__number"),
    "entrance__building__number",
    Length("entrance__number"),
    "entrance__number",
)


class Dwelling(models.Model):
    """户: one door. Counts of "户" are counts of these."""

    community_path = "community"

    class State(models.TextChoices):
        AT_HOME = "at_home", _("at home")
        AWAY = "away", _("away")
        LET = "let", _("let")
        VACANT = "vacant", _("vacant")
        SHOP = "shop", _("shop")

    class Origin(models.TextChoices):
        LOCAL = "local", pgettext_lazy("origin", "from here")
        OUTSIDER = "outsider", pgettext_lazy("origin", "from elsewhere")

    # Kept beside the entrance's, so that a community's rows are found by one index.
    community = models.ForeignKey(Community, models.PROTECT, related_name="dwellings", verbose_name=_("community"))
    entrance = models.ForeignKey(Entrance, models.PROTECT, related_name="dwellings", verbose_name=_("entrance"))
    floor = models.SmallIntegerField(_("floor"))
    room_no = models.CharField(_("room"), max_length=12)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.AT_HOME)
    # 0 nobody watches; proposed from ten people in one home.
    watch_level = models.PositiveSmallIntegerField(_("watch level"), default=0, validators=[MaxValueValidator(3)])
    watch_reason = models.CharField(_("why it is watched"), max_length=120, blank=True)
    light_watch = models.BooleanField(_("its light is watched in the evening"), default=False)
    origin = models.CharField(
        _("where the family is from"), max_length=8, choices=Origin, blank=True, default="", db_default=""
    )
    # 亲属在重点地区: whoever comes to see them, or whom they go to see, comes from there.
    kin_in = models.CharField(_("relatives in a hard-hit area"), max_length=60, blank=True, default="", db_default="")
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = DwellingQuerySet.as_manager()

    class Meta:
        verbose_name = _("home")
        verbose_name_plural = _("homes")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["entrance", "room_no"], name="dwelling_room_once",
                violation_error_message=_("This entrance already has a home of this room number."),
            ),
            models.CheckConstraint(
                condition=Q(watch_level=0) | ~Q(watch_reason=""), name="dwelling_watch_has_reason",
                violation_error_message=_("Say why this home is watched."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.entrance.building.number}-{self.entrance.number}-{self.room_no}"


class ResidentQuerySet(CommunityQuerySet):
    """People."""

    def registered(self) -> Self:
        """Those who belong to a home today, whether they sleep there or not."""
        return self.filter(left_on=None)

    def living_in(self) -> Self:
        """Those who are really there."""
        return self.registered().filter(lives_in=True)


class Resident(models.Model):
    """居民: a person of one home at a time; coming and going are dated changes."""

    community_path = "community"

    class Sex(models.TextChoices):
        MALE = "male", _("male")
        FEMALE = "female", _("female")

    class IdType(models.TextChoices):
        ID_CARD = "id_card", _("ID card")
        PASSPORT = "passport", _("passport")
        PERMIT_HK = "permit_hk", _("Hong Kong and Macao permit")
        PERMIT_TW = "permit_tw", _("Taiwan permit")
        NONE = "none", _("no document")

    class Kind(models.TextChoices):
        PERMANENT = "permanent", _("permanent")
        TENANT = "tenant", _("tenant")
        FLOATING = "floating", _("floating")

    class Relation(models.TextChoices):
        HEAD = "head", _("head of the home")
        SPOUSE = "spouse", _("spouse")
        CHILD = "child", _("child")
        PARENT = "parent", _("parent")
        OTHER = "other", _("other")

    community = models.ForeignKey(Community, models.PROTECT, related_name="residents", verbose_name=_("community"))
    dwelling = models.ForeignKey(Dwelling, models.PROTECT, related_name="residents", verbose_name=_("home"))
    name = models.CharField(_("name"), max_length=40)
    # " wjg zjg": first letters of the name, one word for each reading of the family name (pypinyin).
    initials = models.CharField(max_length=120, blank=True, editable=False)
    sex = models.CharField(_("sex"), max_length=6, choices=Sex, blank=True)
    id_type = models.CharField(_("kind of document"), max_length=12, choices=IdType, default=IdType.ID_CARD)
    id_number = EncryptedField(_("ID number"), blank=True, default="")
    id_hash = models.CharField(max_length=64, blank=True, default="", editable=False)
    born_on = models.DateField(_("born on"), null=True, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    # Children without a phone are reached through theirs.
    guardian = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="wards", verbose_name=_("guardian")
    )
    relation = models.CharField(_("relation to the head"), max_length=8, choices=Relation, blank=True)
    kind = models.CharField(_("kind of living here"), max_length=12, choices=Kind, default=Kind.PERMANENT)
    registered_address = models.CharField(_("registered at"), max_length=120, blank=True)
    work_unit = models.CharField(_("works at"), max_length=80, blank=True)
    political_status = models.CharField(_("political status"), max_length=12, blank=True)
    lives_in = models.BooleanField(_("lives here now"), default=True)
    vaccine_doses = models.PositiveSmallIntegerField(
        _("vaccine doses"), null=True, blank=True, validators=[MaxValueValidator(9)]
    )
    has_smartphone = models.BooleanField(_("has a smartphone"), null=True, blank=True)
    shops_online = models.BooleanField(_("can shop online"), null=True, blank=True)
    came_on = models.DateField(_("since"), default=timezone.localdate)
    left_on = models.DateField(_("left on"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = ResidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("resident")
        verbose_name_plural = _("residents")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "id_hash"], condition=Q(left_on=None) & ~Q(id_hash=""), name="resident_id_once",
                violation_error_message=_("Somebody with this ID number already lives in another home of this community."),
            ),
            models.UniqueConstraint(
                fields=["dwelling"], condition=Q(left_on=None, relation="head"), name="resident_one_head",
                violation_error_message=_("This home already has a head."),
            ),
            in_order("came_on", "left_on", name="resident_days_in_order", message=_("The last day lies before the first.")),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["community", "dwelling"], name="resident_here", condition=Q(left_on=None)),
            models.Index(fields=["id_hash"], name="resident_id_hash", condition=~Q(id_hash="")),
        ]

    def __str__(self) -> str:
        return self.name


class ResidentChange(models.Model):
    """One coming or going: moved in, moved out, born, died, returned, moved within."""

    community_path = "community"

    class Kind(models.TextChoices):
        MOVED_IN = "moved_in", _("moved in")
        MOVED_OUT = "moved_out", _("moved out")
        MOVED_WITHIN = "moved_within", _("moved to another home")
        BORN = "born", _("born")
        DIED = "died", _("died")
        RETURNED = "returned", _("returned from another area")
        LEFT_FOR_A_TIME = "left_for_a_time", _("away for a time")

    community = models.ForeignKey(Community, models.PROTECT, related_name="resident_changes", verbose_name=_("community"))
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="changes", verbose_name=_("resident"))
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    on = models.DateField(_("on"))
    dwelling = models.ForeignKey(Dwelling, models.PROTECT, related_name="changes", verbose_name=_("home"))
    from_area = models.CharField(_("from where"), max_length=80, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of residents")
        verbose_name_plural = _("changes of residents")
        ordering = ["-on", "-id"]

    def __str__(self) -> str:
        return f"{self.on} {self.get_kind_display()}"


class CareCategory(models.Model):
    """特殊群体类别: what somebody of this category needs; rows, so that a city adds its own."""

    code = models.SlugField(_("code"), max_length=24, unique=True)
    name = models.CharField(_("name"), max_length=40)
    name_en = models.CharField(_("name in English"), max_length=40)
    needs = models.JSONField(_("needs"), default=list, blank=True)
    visits_a_day = models.PositiveSmallIntegerField(_("visits a day"), default=0)
    # Only those who care for the person see it, others see "special care".
    is_sensitive = models.BooleanField(_("sensitive"), default=False)

    class Meta:
        verbose_name = _("care category")
        verbose_name_plural = _("care categories")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return self.name if (get_language() or "zh").startswith("zh") else self.name_en


class CareProfileQuerySet(CommunityQuerySet):
    """Care profiles, by day."""

    def live(self) -> Self:
        return self.filter(lasts_on(timezone.localdate(), "since", "until"))


class CareProfile(models.Model):
    """Why a resident needs care, since when, and what has to be known for it."""

    community_path = "resident__community"

    resident = models.ForeignKey(Resident, models.PROTECT, related_name="care", verbose_name=_("resident"))
    category = models.ForeignKey(CareCategory, models.PROTECT, related_name="profiles", verbose_name=_("category"))
    since = models.DateField(_("since"), default=timezone.localdate)
    until = models.DateField(_("until"), null=True, blank=True)
    need = models.CharField(_("illness or need"), max_length=200, blank=True)
    drug = models.CharField(_("medicine"), max_length=120, blank=True)
    hospital = models.CharField(_("hospital"), max_length=80, blank=True)
    contact = models.CharField(_("guardian or emergency contact"), max_length=40, blank=True)
    contact_phone = models.CharField(_("their phone"), max_length=20, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = CareProfileQuerySet.as_manager()

    class Meta:
        verbose_name = _("care profile")
        verbose_name_plural = _("care profiles")
        ordering = ["resident", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["resident", "category"], condition=Q(until=None), name="care_category_once",
                violation_error_message=_("This resident is already on this list."),
            ),
            in_order("since", "until", name="care_days_in_order", message=_("The last day lies before the first.")),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.resident} {self.category}"
