"""One person's quarantine: the case, its stages, its tests."""

import datetime as dt
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.lib.constraints import in_order
from residents.models.chat_groups import ChatGroup
from residents.models.households import Dwelling, Resident
from residents.models.places import Community
from residents.models.quarantine_policies import ContactClass, QuarantinePolicy, StageKind
from residents.scope import CommunityQuerySet

# Stages spent at home, where somebody comes to the door.
AT_HOME = (StageKind.HOME_QUARANTINE, StageKind.HOME_MONITORING, StageKind.SELF_MONITORING)


class CaseState(models.TextChoices):
    """Where a case stands; what may follow is in services.quarantine_moves."""

    REGISTERED = "registered", _("registered")
    NOTICED = "noticed", _("notice served")
    ACTIVE = "active", _("in quarantine")
    ALERT = "alert", _("alert")
    VIOLATION = "violation", _("violation")
    OUT = "out", _("out, escorted")
    TO_CENTRAL = "to_central", _("waits for the transfer")
    TRANSFERRED = "transferred", _("at a site")
    RELEASED = "released", _("released")
    VOIDED = "voided", _("voided")
    CLOSED = "closed", _("closed")


ENDED = (CaseState.RELEASED, CaseState.VOIDED, CaseState.CLOSED)
# Somebody is at home and followed by checks.
FOLLOWED = (CaseState.ACTIVE, CaseState.ALERT, CaseState.VIOLATION, CaseState.OUT, CaseState.TO_CENTRAL)


class CaseQuerySet(CommunityQuerySet):
    """Cases."""

    def open(self) -> Self:
        return self.filter(ended_on=None)

    def followed_on(self, day: dt.date) -> Self:
        """Those whose health is asked at home on a day."""
        stage = CaseStage.objects.filter(case=OuterRef("pk"), starts_on__lte=day, ends_on__gte=day)
        waiting = Q(state=CaseState.TO_CENTRAL) & Q(Exists(stage))
        return self.filter(waiting | Q(Exists(stage.filter(kind__in=AT_HOME))), state__in=FOLLOWED)

    def at_site(self) -> Self:
        """Those who are called at a site until they are home."""
        return self.filter(state=CaseState.TRANSFERRED)

    def period_over(self, day: dt.date) -> Self:
        """Those who wait for their release."""
        return self.filter(state=CaseState.ACTIVE, ends_on__lt=day)

    def in_place_order(self) -> Self:
        """Building, entrance, floor, room."""
        home = "dwelling__entrance"
        return self.order_by(
            f"{home}__building__compound", Length(f"{home}__building__number"), f"{home}__building__number",
            Length(f"{home}__number"), f"{home}__number", "dwelling__floor", Length("dwelling__room_no"),
            "dwelling__room_no", "id",
        )  # fmt: skip


class QuarantineCase(models.Model):
    """隔离个案, 一人一档: from the registration to the release."""

    community_path = "community"

    class Reason(models.TextChoices):
        CLOSE_SPECIAL = "close_special", _("close contact who cannot go to a site")
        SECONDARY = "secondary", _("secondary contact")
        AFTER_CENTRAL = "after_central", _("close contact back from central quarantine")
        INBOUND = "inbound", _("arrived from abroad, after central quarantine")
        HIGH_RISK = "high_risk", _("from a high-risk area")
        DISCHARGED = "discharged", _("discharged patient")
        UNFIT_FOR_SITE = "unfit_for_site", _("assessed as unable to go to a site")

    class Sign(models.TextChoices):
        RED = "red", _("red")
        YELLOW = "yellow", _("yellow")

    class FollowUp(models.TextChoices):
        # Of the person, not of one visit: a missed last visit keeps nobody in quarantine.
        UNDER = "under", _("under follow-up")
        COMPLETED = "completed", _("completed")
        LOST = "lost", _("cannot be reached")

    community = models.ForeignKey(Community, models.PROTECT, related_name="cases", verbose_name=_("community"))
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="cases", verbose_name=_("resident"))
    dwelling = models.ForeignKey(Dwelling, models.PROTECT, related_name="cases", verbose_name=_("home"))
    contact_class = models.CharField(_("class"), max_length=12, choices=ContactClass)
    reason = models.CharField(_("reason"), max_length=16, choices=Reason)
    source_area = models.CharField(_("from which area"), max_length=80, blank=True)
    exposed_on = models.DateField(_("last exposed on"), null=True, blank=True)
    positive_on = models.DateField(_("positive on"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=CaseState, default=CaseState.REGISTERED)
    follow_up = models.CharField(_("follow-up"), max_length=10, choices=FollowUp, default=FollowUp.UNDER)

    # Copied from the rule in force on the first day: a later rule never moves a running case.
    policy = models.ForeignKey(QuarantinePolicy, models.PROTECT, related_name="cases", verbose_name=_("rule"))
    checks_a_day = models.PositiveSmallIntegerField(_("checks a day"), default=2)
    morning_by = models.TimeField(_("morning check by"), default="12:00")
    evening_by = models.TimeField(_("evening check by"), default="20:00")
    fever_limit = models.DecimalField(_("fever from (°C)"), max_digits=3, decimal_places=1, default="37.3")
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    # The start, or the return from a site: no check is asked for before it.
    asked_from = models.DateTimeField(_("health is asked from"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    alert_since = models.DateTimeField(_("alert since"), null=True, blank=True)

    fitness = models.JSONField(_("fitness of the home"), default=list, blank=True)
    is_fit = models.BooleanField(_("the home is fit"), null=True, blank=True)
    own_room = models.BooleanField(_("room and toilet of their own"), default=False)
    notice_no = models.CharField(_("notice no."), max_length=32, blank=True)
    notice_served_at = models.DateTimeField(_("notice served"), null=True, blank=True)
    notice_served_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("served by")
    )
    committed_on = models.DateField(_("commitment signed on"), null=True, blank=True)
    door_sign = models.CharField(_("door sign"), max_length=6, choices=Sign, blank=True)
    door_seal_no = models.CharField(_("door seal no."), max_length=32, blank=True)
    care_plan = models.CharField(_("plan for this person"), max_length=500, blank=True)
    needs = models.CharField(_("what is needed"), max_length=500, blank=True)
    # Where the home, its steward, the gate and the property staff talk.
    chat_group = models.ForeignKey(
        ChatGroup, models.PROTECT, null=True, blank=True, related_name="cases",
        verbose_name=pgettext_lazy("where people talk", "chat group"),
    )  # fmt: skip
    verified_at = models.DateTimeField(_("verified by the community"), null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("verified by")
    )
    release_no = models.CharField(_("release notice no."), max_length=32, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("released by")
    )
    end_note = models.CharField(_("why it ended"), max_length=200, blank=True)
    # Raised to make every link given so far worthless.
    link_version = models.PositiveSmallIntegerField(default=1, editable=False)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("quarantine case")
        verbose_name_plural = _("quarantine cases")
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["resident"], condition=Q(ended_on=None), name="case_one_active_a_resident",
                violation_error_message=_("This resident is already in quarantine. Open the running case instead."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=ENDED, ended_on__isnull=False) | (~Q(state__in=ENDED) & Q(ended_on=None)),
                name="case_ended_has_a_day",
                violation_error_message=_("An ended case has its last day, a running one has none."),
            ),
            models.CheckConstraint(
                condition=Q(notice_served_at=None, notice_served_by=None, notice_no="")
                | (Q(notice_served_at__isnull=False, notice_served_by__isnull=False) & ~Q(notice_no="")),
                name="case_notice_whole",
                violation_error_message=_("A served notice has its number, its time and who served it."),
            ),
            models.UniqueConstraint(
                fields=["community", "notice_no"], condition=~Q(notice_no=""), name="case_notice_no_once",
                violation_error_message=_("This notice number is already used."),
            ),
            models.CheckConstraint(
                condition=~Q(state=CaseState.RELEASED)
                | (Q(released_by__isnull=False, verified_at__isnull=False) & ~Q(release_no="")),
                name="case_release_whole",
                violation_error_message=_("A release is verified, numbered and signed."),
            ),
            in_order("starts_on", "ends_on", name="case_days_in_order", message=_("The last day lies before the first.")),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["community", "state"], name="case_open", condition=Q(ended_on=None)),
            models.Index(fields=["dwelling"], name="case_home", condition=Q(ended_on=None)),
        ]

    def __str__(self) -> str:
        return f"{self.dwelling} {self.resident}"

    @property
    def is_over(self) -> bool:
        """Whether the days are done and the release is waited for."""
        return self.state == CaseState.ACTIVE and self.ends_on < timezone.localdate()

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED

    @property
    def day_no(self) -> int:
        """Which day of the case it is today."""
        return (timezone.localdate() - self.starts_on).days + 1

    @property
    def days_planned(self) -> int:
        return (self.ends_on - self.starts_on).days + 1


class CaseStage(models.Model):
    """One stage of a case, with its days."""

    community_path = "case__community"

    case = models.ForeignKey(QuarantineCase, models.CASCADE, related_name="stages", verbose_name=_("quarantine case"))
    position = models.PositiveSmallIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=16, choices=StageKind)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("stage of a case")
        verbose_name_plural = _("stages of a case")
        ordering = ["case", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "position"], name="case_stage_once",
                violation_error_message=_("This case already has a stage at this position."),
            ),
            in_order("starts_on", "ends_on", name="case_stage_days", message=_("The last day lies before the first.")),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.starts_on} – {self.ends_on}"


class CaseTest(models.Model):
    """One sample that is due, taken, and answered."""

    community_path = "case__community"

    class Result(models.TextChoices):
        DUE = "due", _("due")
        NEGATIVE = "negative", _("negative")
        POSITIVE = "positive", _("positive")
        DROPPED = "dropped", _("no longer due")

    case = models.ForeignKey(QuarantineCase, models.CASCADE, related_name="tests", verbose_name=_("quarantine case"))
    day_no = models.PositiveSmallIntegerField(_("day of the stage"), validators=[MinValueValidator(1), MaxValueValidator(60)])
    due_on = models.DateField(_("due on"))
    sampled_on = models.DateField(_("sampled on"), null=True, blank=True)
    test_result = models.CharField(_("result"), max_length=8, choices=Result, default=Result.DUE)

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("test of a case")
        verbose_name_plural = _("tests of a case")
        ordering = ["case", "due_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "due_on"], name="case_test_once",
                violation_error_message=_("A test is already due on this day."),
            ),
            models.CheckConstraint(
                condition=Q(test_result__in=["due", "dropped"]) | Q(sampled_on__isnull=False), name="case_test_sampled",
                violation_error_message=_("A result has the day on which the sample was taken."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.due_on} {self.get_test_result_display()}"
