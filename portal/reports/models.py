"""The day's report of a community."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.models import Community
from residents.scope import CommunityQuerySet

# Nothing has happened to it but counting and correcting: the cut-off may still count it anew.
NEVER_SUBMITTED = {"state": "draft", "submitted_at": None, "replaces_id": None}


class DailyReportQuerySet(CommunityQuerySet):
    """Reports."""

    def newest(self) -> Self:
        """The last version of each day, which is worked on: a correction after the lock makes a new one."""
        return self.filter(replaced_by=None)

    def valid(self) -> Self:
        """The version of each day that counts: a locked one until the next is sent up; `revision` is the key of that next."""
        waits = Q(replaces__isnull=False, state__in=DailyReport.OPEN)
        last = Q(replaced_by=None) | Q(replaced_by__state__in=DailyReport.OPEN)
        return self.filter(last).exclude(waits).annotate(revision=F("replaced_by"))


class DailyReport(models.Model):
    """日报: the figures of one community and day. `counted` comes from the records, corrections lie beside it."""

    community_path = "community"

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("submitted")
        RETURNED = "returned", _("returned")
        ACCEPTED = "accepted", _("accepted")
        LOCKED = "locked", _("locked")

    # May still be counted anew and corrected.
    OPEN = ("draft", "returned")

    community = models.ForeignKey(Community, models.PROTECT, related_name="daily_reports", verbose_name=_("community"))
    day = models.DateField(_("day"))
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    # Records up to this moment are counted.
    as_of = models.DateTimeField(_("as of"))
    due_at = models.DateTimeField(_("due at"))
    # Figure key -> number; a missing key is "not counted", never zero; null is a median of nothing.
    counted = models.JSONField(_("counted"), default=dict)
    special = models.TextField(_("special events"), max_length=2000, blank=True)
    rolled_up_at = models.DateTimeField(_("rolled up at"), null=True, blank=True)
    # The first time the day was sent up, in whichever version: it decides whether it came in time.
    first_submitted_at = models.DateTimeField(_("first submitted at"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("prepared by")
    )
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reviewed by")
    )
    return_reason = models.CharField(_("why it was returned"), max_length=200, blank=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name=_("replaces")
    )

    # The next version, while one is being written; known to rows of `valid()`.
    revision: int | None = None

    objects = DailyReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("daily report")
        verbose_name_plural = _("daily reports")
        ordering = ["-day", "community"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "day", "version"],
                name="daily_report_once",
                violation_error_message=_("There is already a report of this day."),
            ),
            models.CheckConstraint(
                condition=Q(submitted_at=None, submitted_by=None) | Q(submitted_at__isnull=False, submitted_by__isnull=False),
                name="daily_report_submitted_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_at=None, reviewed_by=None) | Q(reviewed_at__isnull=False, reviewed_by__isnull=False),
                name="daily_report_reviewed_at_and_by",
            ),
        ]
        indexes = [models.Index(fields=["day", "state"], name="daily_report_day")]

    def __str__(self) -> str:
        return f"{self.community} {self.day}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def never_submitted(self) -> bool:
        """A first version that nobody has sent up yet."""
        return all(getattr(self, name) == value for name, value in NEVER_SUBMITTED.items())

    @property
    def counted_to(self) -> str:
        """The hour up to which the day is in it, as 16:00; 24:00 once it was over when it was counted."""
        at = timezone.localtime(self.as_of)
        return f"{at:%H:%M}" if at.date() <= self.day else "24:00"

    @property
    def is_late(self) -> bool:
        """Submitted after it was due, or due and still not submitted."""
        return (self.first_submitted_at or self.submitted_at or timezone.now()) > self.due_at


class FigureCorrection(models.Model):
    """A figure changed by hand: both numbers stay, and the reason."""

    community_path = "report__community"

    report = models.ForeignKey(DailyReport, models.PROTECT, related_name="corrections", verbose_name=_("report"))
    figure = models.CharField(_("figure"), max_length=40)
    counted = models.IntegerField(_("counted"), null=True)
    corrected = models.IntegerField(_("corrected"))
    reason = models.CharField(_("reason"), max_length=200)
    corrected_at = models.DateTimeField(_("corrected at"))
    corrected_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("corrected by"))

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction of a figure")
        verbose_name_plural = _("corrections of figures")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["report", "figure"], name="correction_of_figure_once"),
            models.CheckConstraint(
                condition=Q(corrected__gte=0),
                name="correction_not_negative",
                violation_error_message=_("A figure cannot be negative."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.figure} {self.counted} -> {self.corrected}"
