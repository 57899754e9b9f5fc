"""Goods at the gate: what came, and until when it stands."""

import uuid
from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from checkpoints.models.posts import Post
from portal.lib.constraints import LastsMinutes
from residents.models import Community
from residents.scope import CommunityQuerySet

MOST_PACKAGES = 9999
LONGEST_HOLD = 24 * 60


class DeliveryState(models.TextChoices):
    """Where a batch stands; what may follow is in services.deliveries."""

    ORDERED = "ordered", pgettext_lazy("delivery", "expected")
    ARRIVED = "arrived", pgettext_lazy("delivery", "at the gate")
    DISPUTED = "disputed", pgettext_lazy("delivery", "short or wrong")
    CHECKED = "checked", pgettext_lazy("delivery", "counted")
    HOLDING = "holding", pgettext_lazy("delivery", "standing")
    RELEASED = "released", pgettext_lazy("delivery", "free to go")
    SORTED = "sorted", pgettext_lazy("delivery", "sorted")
    DROPPING = "dropping", pgettext_lazy("delivery", "being handed out")
    FINISHED = "finished", pgettext_lazy("delivery", "all handed out")
    RETURNED = "returned", pgettext_lazy("delivery", "sent back")
    DISCARDED = "discarded", pgettext_lazy("delivery", "thrown away")


COMING = (DeliveryState.ORDERED, DeliveryState.ARRIVED, DeliveryState.DISPUTED)
FREE = (DeliveryState.RELEASED, DeliveryState.SORTED, DeliveryState.DROPPING)
OVER = (DeliveryState.FINISHED, DeliveryState.RETURNED, DeliveryState.DISCARDED)
ON_SHELF = tuple(state for state in DeliveryState if state not in (DeliveryState.ORDERED, *OVER))


class Care(models.TextChoices):
    """How goods have to be treated; the first two may leave before their time."""

    MEDICINE = "medicine", pgettext_lazy("goods", "medicine")
    FROZEN = "frozen", _("frozen or chilled")
    HOT = "hot", _("hot food")
    ORDINARY = "ordinary", pgettext_lazy("goods", "ordinary")


EARLY = (Care.MEDICINE, Care.FROZEN)


class Way(models.TextChoices):
    """How goods reach a home."""

    SHELF = "shelf", _("collected at the shelf")
    ENTRANCE = "entrance", _("left at the entrance")
    DOOR = "door", _("carried to the door")


class DeliveryQuerySet(CommunityQuerySet):
    """Batches."""

    def on_shelf(self) -> Self:
        """What lies at the gate, whatever is still to be done with it."""
        return self.filter(state__in=ON_SHELF)

    def due(self, now: Any) -> Self:
        """What has stood long enough, and is not free yet."""
        return self.filter(state=DeliveryState.HOLDING, release_at__lte=now)

    def with_places(self) -> Self:
        """With all that a line of a list shows."""
        return self.select_related("post__compound", "community")


class DeliveryBatch(models.Model):
    """到货批次: goods that came together to a gate; a courier's parcel is a batch for one home."""

    community_path = "community"

    class Source(models.TextChoices):
        PARCEL = "parcel", _("parcel")
        TAKEAWAY = "takeaway", _("takeaway")
        GROUP_BUY = "group_buy", _("group purchase")
        SUPPLY = "supply", _("supply round")
        DONATION = "donation", _("donation")

    # Made by the page, so that an impatient thumb brings one parcel once.
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    community = models.ForeignKey(Community, models.PROTECT, related_name="deliveries", verbose_name=_("community"))
    post = models.ForeignKey(Post, models.PROTECT, related_name="deliveries", verbose_name=_("gate"))
    source = models.CharField(_("kind of delivery"), max_length=9, choices=Source, default=Source.PARCEL)
    what = models.CharField(_("goods"), max_length=60)
    spec = models.CharField(_("size and weight"), max_length=40, blank=True)
    sender = models.CharField(_("brought by"), max_length=40, blank=True)
    care = models.CharField(_("care"), max_length=8, choices=Care, default=Care.ORDINARY)
    # For homes that can come and go; others are served at the door.
    way = models.CharField(_("how it reaches homes"), max_length=8, choices=Way, default=Way.SHELF)
    state = models.CharField(_("state"), max_length=9, choices=DeliveryState, default=DeliveryState.ARRIVED)

    expected = models.PositiveIntegerField(_("packages announced"), null=True, blank=True)
    counted = models.PositiveIntegerField(_("packages counted"), null=True, blank=True)
    # What is to be handed out: agreed, after a dispute as settled.
    packages = models.PositiveIntegerField(
        _("packages"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(MOST_PACKAGES)]
    )
    # The sum of what homes get, kept beside the drops so that one row says whether any are left.
    placed = models.PositiveIntegerField(_("packages given to homes"), default=0)
    dispute = models.CharField(_("what is wrong"), max_length=120, blank=True)

    arrived_at = models.DateTimeField(_("arrived"), null=True, blank=True)
    arrived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("taken in by")
    )
    disinfected_at = models.DateTimeField(_("disinfected"), null=True, blank=True)
    disinfected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("disinfected by")
    )
    # Copied from the policy of the day: a later policy moves no clock that runs.
    hold_minutes = models.PositiveSmallIntegerField(_("stands (minutes)"), default=120)
    release_at = models.DateTimeField(_("free at"), null=True, blank=True)
    released_at = models.DateTimeField(_("freed"), null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("freed by")
    )
    early_reason = models.CharField(_("why before its time"), max_length=120, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    end_reason = models.CharField(_("reason"), max_length=120, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-id"]
        constraints = [
            LastsMinutes(
                "disinfected_at", "hold_minutes", "release_at", name="delivery_hold",
                violation_error_message=_("Goods are free the minutes of the hold after they were disinfected."),
            ),
            models.CheckConstraint(
                condition=Q(packages=None) | Q(placed__lte=F("packages")), name="delivery_placed_within",
                violation_error_message=_("More packages go to homes than there are. Count again, or give homes less."),
            ),
            models.CheckConstraint(
                condition=Q(released_at=None) | Q(released_at__gte=F("release_at")) | Q(care__in=EARLY) & ~Q(early_reason=""),
                name="delivery_stands_its_time",
                violation_error_message=_("The goods still stand. Only medicine and frozen goods go earlier, with a reason."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[*FREE, DeliveryState.FINISHED]) | Q(released_at__isnull=False, packages__isnull=False),
                name="delivery_free_after_hold",
                violation_error_message=_("The goods were not freed yet."),
            ),
            models.CheckConstraint(
                condition=Q(disinfected_at=None, disinfected_by=None)
                | Q(disinfected_at__isnull=False, disinfected_by__isnull=False),
                name="delivery_disinfected_in_pairs",
                violation_error_message=_("When it was disinfected and by whom go together."),
            ),
            models.CheckConstraint(
                condition=Q(arrived_at=None, arrived_by=None) | Q(arrived_at__isnull=False, arrived_by__isnull=False),
                name="delivery_arrived_in_pairs",
                violation_error_message=_("When it came and who took it in go together."),
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=False, state__in=OVER) | Q(ended_at=None) & ~Q(state__in=OVER),
                name="delivery_ended_once",
                violation_error_message=_("A delivery that has ended says when."),
            ),
            models.CheckConstraint(
                condition=~Q(end_reason="") | ~Q(state__in=[DeliveryState.RETURNED, DeliveryState.DISCARDED]),
                name="delivery_end_has_reason",
                violation_error_message=_("Say why."),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["community", "arrived_at"], name="delivery_came"),
            models.Index(fields=["release_at"], name="delivery_due", condition=Q(state="holding")),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.what}"

    @property
    def number(self) -> str:
        """The batch number on labels and sheets: the day it came and its own number."""
        day = timezone.localtime(self.arrived_at) if self.arrived_at else None
        return f"{day:%m%d}-{self.pk}" if day else f"{self.pk}"

    @property
    def is_free(self) -> bool:
        """Whether it may be handed out at this moment: the server's clock decides, not a button."""
        return self.state in FREE or (self.state == DeliveryState.HOLDING and self.is_due)

    @property
    def is_due(self) -> bool:
        return self.release_at is not None and self.release_at <= timezone.now()

    @property
    def left(self) -> int:
        """Packages that belong to no home yet."""
        return max((self.packages or self.expected or 0) - self.placed, 0)
