"""Who was really there."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from checkpoints.models.shifts import Assignment
from residents.scope import CommunityQuerySet


class Attendance(models.Model):
    """考勤: sign-in and sign-out of one assignment. Late, early, absent and overtime follow from the times."""

    community_path = "assignment__shift__post__compound__community"

    class Method(models.TextChoices):
        SCAN = "scan", _("scanned the post's code")
        BUTTON = "button", _("by button")
        LEAD = "lead", _("entered by the lead")

    assignment = models.OneToOneField(Assignment, models.PROTECT, related_name="attendance", verbose_name=_("assignment"))
    signed_in_at = models.DateTimeField(_("signed in at"))
    sign_in_method = models.CharField(_("signed in by"), max_length=8, choices=Method)
    signed_out_at = models.DateTimeField(_("signed out at"), null=True, blank=True)

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendance")
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_out_at=None) | Q(signed_out_at__gte=F("signed_in_at")),
                name="attendance_times_in_order",
                violation_error_message=_("The sign-out lies before the sign-in. Change one of the two times."),
            )
        ]

    def __str__(self) -> str:
        return str(self.assignment)


class AttendanceCorrection(models.Model):
    """A change of attendance: asked for with a reason by one person, confirmed by a second."""

    community_path = "assignment__shift__post__compound__community"

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="corrections", verbose_name=_("assignment"))
    signed_in_at = models.DateTimeField(_("signed in at"))
    signed_out_at = models.DateTimeField(_("signed out at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200)
    asked_at = models.DateTimeField(_("asked at"), auto_now_add=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    accepted = models.BooleanField(_("accepted"), null=True, blank=True)

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction of attendance")
        verbose_name_plural = _("corrections of attendance")
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment"],
                condition=Q(decided_at=None),
                name="correction_one_open",
                violation_error_message=_("A correction of this attendance already waits for a second person."),
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")),
                name="correction_second_person",
                violation_error_message=_("A second person has to confirm a correction."),
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None, accepted=None)
                | Q(decided_at__isnull=False, decided_by__isnull=False, accepted__isnull=False),
                name="correction_decided_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(signed_out_at=None) | Q(signed_out_at__gte=F("signed_in_at")),
                name="correction_times_in_order",
                violation_error_message=_("The sign-out lies before the sign-in. Change one of the two times."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment} {self.reason}"
