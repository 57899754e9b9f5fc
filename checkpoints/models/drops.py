"""Whose the goods at the gate are: what each home gets of a delivery."""

from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from checkpoints.models.deliveries import MOST_PACKAGES, DeliveryBatch, Way
from residents.models import Dwelling, Errand
from residents.scope import CommunityQuerySet


class DropState(models.TextChoices):
    """Where the goods of one home stand."""

    PLANNED = "planned", pgettext_lazy("drop", "on the shelf")
    CALLED = "called", pgettext_lazy("drop", "home was called")
    KEPT = "kept", pgettext_lazy("drop", "nobody answers, kept")
    DONE = "done", pgettext_lazy("drop", "handed out")
    RETURNED = "returned", pgettext_lazy("drop", "sent back")
    DISCARDED = "discarded", pgettext_lazy("drop", "thrown away")


LYING = (DropState.PLANNED, DropState.CALLED, DropState.KEPT)


class DropQuerySet(CommunityQuerySet):
    """What single homes get."""

    def lying(self) -> Self:
        """What nobody has yet."""
        return self.filter(state__in=LYING)

    def with_places(self) -> Self:
        """With all that a label, a sheet or a line shows."""
        return self.select_related("batch__post__compound", "dwelling__entrance__building", "errand")

    def in_home_order(self) -> Self:
        """Building, entrance, room, as shelves are filled."""
        return self.order_by(*_HOME, Length("dwelling__room_no"), "dwelling__room_no", "written_home", "id")

    def in_walking_order(self) -> Self:
        """Building, entrance, floor from the top: as somebody walks who takes the stairs up once."""
        return self.order_by(*_HOME, F("dwelling__floor").desc(nulls_last=True), "dwelling__room_no", "written_home", "id")

    def in_batch_order(self) -> Self:
        """As they came."""
        return self.order_by("batch__release_at", "batch", "id")


_BUILDING = "dwelling__entrance__building"
_HOME = (
    Length(f"{_BUILDING}__number").asc(nulls_last=True), f"{_BUILDING}__number",
    Length("dwelling__entrance__number"), "dwelling__entrance__number",
)  # fmt: skip


class DeliveryDrop(models.Model):
    """派送: the packages of one home out of a batch."""

    community_path = "batch__community"

    batch = models.ForeignKey(DeliveryBatch, models.PROTECT, related_name="drops", verbose_name=_("delivery"))
    dwelling = models.ForeignKey(
        Dwelling, models.PROTECT, null=True, blank=True, related_name="drops", verbose_name=_("home on record")
    )
    written_home = models.CharField(_("home"), max_length=40)
    written_name = models.CharField(_("name"), max_length=40, blank=True)
    written_phone = models.CharField(_("phone"), max_length=20, blank=True)
    packages = models.PositiveIntegerField(
        _("packages"), default=1, validators=[MinValueValidator(1), MaxValueValidator(MOST_PACKAGES)]
    )
    way = models.CharField(_("how it reaches the home"), max_length=8, choices=Way, default=Way.SHELF)
    # In quarantine, or nobody there who can walk the stairs: decided when it was written down.
    is_special = models.BooleanField(_("served at the door"), default=False)
    state = models.CharField(_("state"), max_length=9, choices=DropState, default=DropState.PLANNED)
    called_at = models.DateTimeField(_("called"), null=True, blank=True)
    called_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("called by")
    )
    done_at = models.DateTimeField(_("handed out"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("handed out by")
    )
    handed = models.CharField(_("how it was handed out"), max_length=8, choices=Way, blank=True)
    collector = models.CharField(_("who took it"), max_length=40, blank=True)
    kept_at = models.CharField(_("where it is kept"), max_length=40, blank=True)
    end_reason = models.CharField(_("reason"), max_length=120, blank=True)
    # Somebody carries it: the errand tells when it has arrived.
    errand = models.ForeignKey(Errand, models.PROTECT, null=True, blank=True, related_name="drops", verbose_name=_("errand"))

    objects = DropQuerySet.as_manager()

    class Meta:
        verbose_name = _("goods of a home")
        verbose_name_plural = _("goods of homes")
        ordering = ["batch", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(packages__gte=1), name="drop_packages", violation_error_message=_("At least one package.")
            ),
            models.CheckConstraint(
                condition=~Q(written_home=""), name="drop_has_home", violation_error_message=_("Say for which home it is.")
            ),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None) & ~Q(state="done")
                | Q(done_at__isnull=False, done_by__isnull=False, state="done") & ~Q(handed=""),
                name="drop_done_says_how",
                violation_error_message=_("Say how it was handed out, when and by whom."),
            ),
            models.CheckConstraint(
                condition=Q(called_at=None, called_by=None) | Q(called_at__isnull=False, called_by__isnull=False),
                name="drop_called_in_pairs",
                violation_error_message=_("When the home was called and by whom go together."),
            ),
            models.CheckConstraint(
                condition=~Q(kept_at="") | ~Q(state="kept"), name="drop_kept_says_where",
                violation_error_message=_("Say where it is kept."),
            ),
            models.CheckConstraint(
                condition=~Q(end_reason="") | ~Q(state__in=["returned", "discarded"]), name="drop_end_has_reason",
                violation_error_message=_("Say why."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["dwelling"], name="drop_lying", condition=Q(state__in=LYING))]

    def __str__(self) -> str:
        return f"{self.home} {self.packages}"

    @property
    def home(self) -> str:
        """Where it goes: the home of the ledger, or what was written."""
        return str(self.dwelling) if self.dwelling else self.written_home

    @property
    def is_lying(self) -> bool:
        return self.state in LYING
