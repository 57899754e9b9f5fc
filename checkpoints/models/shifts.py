"""Who stands where, and when."""

import datetime as dt
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkpoints.models.posts import Post
from deployments.models import Cadre, Leave, Secondment
from portal.lib.constraints import NoOverlap
from portal.lib.dates import clock, time_on
from residents.scope import CommunityQuerySet


def seen_on(day: dt.date, now: dt.datetime, path: str = "") -> Q:
    """What one looks at on a day; today that is also what still runs from last night. `path`: from the row to its shift."""
    found = Q(**{f"{path}day": day})
    if day == timezone.localdate(now):
        found |= Q(**{f"{path}day": day - dt.timedelta(days=1), f"{path}ends_at__gt": now})
    return found


class ShiftQuerySet(CommunityQuerySet):
    """Shifts, by state and time."""

    def standing(self) -> Self:
        """Those that are planned or published."""
        return self.exclude(state=Shift.State.CANCELLED)

    def running(self) -> Self:
        """Published shifts of this moment."""
        now = timezone.now()
        return self.filter(state=Shift.State.PUBLISHED, starts_at__lte=now, ends_at__gt=now)


class Shift(models.Model):
    """班次: a post for a period of a day. A night shift keeps the day on which it starts."""

    community_path = "post__compound__community"

    class Kind(models.TextChoices):
        DAY = "day", _("day shift")
        EVENING = "evening", _("evening shift")
        NIGHT = "night", _("night shift")
        PEAK = "peak", _("peak hours")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        CANCELLED = "cancelled", _("cancelled")

    post = models.ForeignKey(Post, models.PROTECT, related_name="shifts", verbose_name=_("post"))
    day = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.DAY)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    required = models.PositiveSmallIntegerField(
        _("people needed"), default=1, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)

    objects = ShiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering = ["starts_at", "post"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="shift_hours_in_order",
                violation_error_message=_("The shift ends before it starts. Change one of the two times."),
            ),
            models.UniqueConstraint(
                fields=["post", "starts_at"],
                condition=~Q(state="cancelled"),
                name="shift_once",
                violation_error_message=_("This post already has a shift that starts then."),
            ),
        ]
        indexes = [models.Index(fields=["day", "post"], name="shift_day")]

    def __str__(self) -> str:
        return f"{self.post} {self.day} {self.get_kind_display()}"

    @property
    def hours(self) -> str:
        """08:30–17:30, local."""
        return clock(self.starts_at, self.ends_at)

    @property
    def is_over(self) -> bool:
        return self.ends_at <= timezone.now()


class AssignmentQuerySet(CommunityQuerySet):
    """Assignments, by state."""

    def standing(self) -> Self:
        """Those that hold a seat."""
        return self.filter(released_at=None)

    def replaced(self) -> Self:
        """Those who knew of a shift and were taken off, and whose seat somebody else has now (顶岗); once a shift and cadre.

        Who was never told was only planned; who is back on the shift, in any seat, was not replaced. The seat says who stands
        in: assigning fills the one that was left last, and when seats close up (`shifts.change`) those who left go along.
        """
        same = Assignment.objects.filter(shift=OuterRef("shift"))
        back = same.filter(Q(released_at=None) | Q(told_at__isnull=False, pk__gt=OuterRef("pk")), cadre=OuterRef("cadre"))
        gone = self.filter(told_at__isnull=False, released_at__isnull=False).exclude(shift__state=Shift.State.CANCELLED)
        return gone.filter(Exists(same.standing().filter(seat=OuterRef("seat"))), ~Exists(back))

    def with_comes(self) -> Self:
        """Each with `comes`: False where a leave or the end of the secondment came up after the plan."""
        there = Secondment.objects.serving().on(OuterRef("shift__day"))
        there = there.filter(cadre=OuterRef("cadre"), community=OuterRef("shift__post__compound__community"))
        away = Leave.objects.filter(secondment__cadre=OuterRef("cadre"), state=Leave.State.APPROVED)
        away = away.filter(starts_at__lt=OuterRef("ends_at"), ends_at__gt=OuterRef("starts_at"))
        return self.annotate(comes=Exists(there) & ~Exists(away))


class Assignment(models.Model):
    """派岗: a cadre on a shift. The seat keeps a shift from being overfilled, the copied times from double booking."""

    community_path = "shift__post__compound__community"

    shift = models.ForeignKey(Shift, models.PROTECT, related_name="crew", verbose_name=_("shift"))
    cadre = models.ForeignKey(Cadre, models.PROTECT, related_name="assignments", verbose_name=_("cadre"))
    seat = models.PositiveSmallIntegerField(_("seat"))
    is_lead = models.BooleanField(_("leads the shift"), default=False)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    told_at = models.DateTimeField(_("told at"), null=True, blank=True)
    released_at = models.DateTimeField(_("taken off at"), null=True, blank=True)

    objects = AssignmentQuerySet.as_manager()

    # Where `services.substitutes.pair()` looked: whose place somebody has, and who has the place of somebody replaced.
    stands_in_for: "list[Assignment]"
    substitute: "Assignment"

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["shift", "seat"]
        constraints = [
            models.UniqueConstraint(
                fields=["shift", "seat"],
                condition=Q(released_at=None),
                name="assignment_seat_once",
                violation_error_message=_("Somebody has just taken this place. Choose another shift."),
            ),
            models.UniqueConstraint(
                fields=["shift"],
                condition=Q(released_at=None, is_lead=True),
                name="assignment_one_lead",
                violation_error_message=_("This shift already has a lead."),
            ),
            NoOverlap(
                "cadre",
                "starts_at",
                "ends_at",
                name="assignment_one_place_at_a_time",
                condition=Q(released_at=None),
                violation_error_message=_("This cadre already stands another shift at this time."),
            ),
        ]
        indexes = [models.Index(fields=["cadre", "starts_at"], name="assignment_cadre")]

    def __str__(self) -> str:
        return f"{self.cadre} {self.shift}"

    @property
    def taken_off(self) -> str:
        """18:05, local; with the day where that is not the shift's."""
        return time_on(self.shift.day, self.released_at) if self.released_at else ""
