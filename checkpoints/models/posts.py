"""Where people stand: checkpoints (gates) and other duty posts."""

import datetime as dt
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from portal.lib.constraints import NoOverlap, in_order, lasts_on
from residents.models import Compound
from residents.scope import CommunityQuerySet


def new_code() -> str:
    """A code for the poster of a post: unguessable, so that nobody signs in from home."""
    return get_random_string(20)


class PostQuerySet(CommunityQuerySet):
    """Posts, by use."""

    def in_use(self) -> Self:
        return self.filter(closed_on=None)

    def gates(self) -> Self:
        return self.filter(kind=Post.Kind.CHECKPOINT)

    def with_status(self, day: dt.date) -> Self:
        """Add `status`: open, restricted or sealed on a day; without a row a post is open."""
        return self.annotate(status=_of_status("status", day, PostStatus.Status.OPEN.value))

    def with_keeper(self, day: dt.date) -> Self:
        """Add `keeper`: who keeps the post as long as it is closed, or nothing."""
        return self.annotate(keeper=_of_status("keeper", day, ""))


def _of_status(name: str, day: dt.date, otherwise: str) -> Coalesce:
    """A field of the row that says how a post stands on a day."""
    rows = PostStatus.objects.filter(lasts_on(day), post=OuterRef("pk")).values(name)[:1]
    return Coalesce(Subquery(rows), Value(otherwise))


class Post(models.Model):
    """卡口、值守点: a staffed place of a compound. A post of kind `checkpoint` is a gate where passages are logged."""

    community_path = "compound__community"

    class Kind(models.TextChoices):
        CHECKPOINT = "checkpoint", _("checkpoint")
        TENT = "tent", _("duty tent")
        SERVICE_DESK = "service_desk", _("service desk")
        PATROL = "patrol", _("patrol")
        SAMPLING_POINT = "sampling_point", _("sampling point")

    compound = models.ForeignKey(Compound, models.PROTECT, related_name="posts", verbose_name=_("compound"))
    name = models.CharField(_("name"), max_length=40)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind, default=Kind.CHECKPOINT)
    # Both empty: around the clock.
    opens_at = models.TimeField(_("opens at"), null=True, blank=True)
    closes_at = models.TimeField(_("closes at"), null=True, blank=True)
    crew_required = models.PositiveSmallIntegerField(
        _("people a shift"), default=1, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    code = models.CharField(max_length=20, unique=True, default=new_code, editable=False)
    closed_on = models.DateField(_("given up on"), null=True, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ["compound", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["compound", "name"],
                name="post_name_once",
                violation_error_message=_("This compound already has a post of this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_gate(self) -> bool:
        """Whether passages are logged here."""
        return self.kind == self.Kind.CHECKPOINT


class PostStatusQuerySet(CommunityQuerySet):
    """Status rows, by day."""

    def live(self) -> Self:
        return self.filter(lasts_on(timezone.localdate()))

    def closing(self) -> Self:
        """What restricts or seals a post today."""
        return self.live().exclude(status=PostStatus.Status.OPEN)


class PostStatus(models.Model):
    """Whether a post is open, restricted or sealed between two days; without a row it is open."""

    community_path = "post__compound__community"

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        RESTRICTED = "restricted", _("restricted")
        SEALED = "sealed", _("sealed")

    post = models.ForeignKey(Post, models.PROTECT, related_name="statuses", verbose_name=_("post"))
    status = models.CharField(_("status"), max_length=12, choices=Status)
    starts_on = models.DateField(_("starts on"), default=timezone.localdate)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    # 专人管理: who keeps a closed exit and its fence, and whom to ring when somebody has to get through.
    keeper = models.CharField(_("keeper"), max_length=40, blank=True, db_default="")
    keeper_phone = models.CharField(_("phone of the keeper"), max_length=20, blank=True, db_default="")

    objects = PostStatusQuerySet.as_manager()

    class Meta:
        verbose_name = _("status of a post")
        verbose_name_plural = _("statuses of posts")
        ordering = ["-starts_on"]
        constraints = [
            NoOverlap(
                "post",
                "starts_on",
                "ends_on",
                name="post_one_status_at_a_time",
                violation_error_message=_("The post already has a status on some of these days."),
            ),
            in_order(
                "starts_on",
                "ends_on",
                name="post_status_days_in_order",
                message=_("The last day lies before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post} {self.get_status_display()}"
