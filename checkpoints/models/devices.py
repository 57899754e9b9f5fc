"""The phones at a gate."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from checkpoints.models.shifts import Shift
from residents.scope import CommunityQuerySet


class GateDevice(models.Model):
    """登记手机: a phone (or a browser) that somebody logs with on one shift; it can be shut out alone.

    `skew_seconds` is how far its clock runs ahead of the portal's, `waiting` how many passages it had not sent when it
    was last seen.
    """

    community_path = "shift__post__compound__community"

    shift = models.ForeignKey(Shift, models.PROTECT, related_name="devices", verbose_name=_("shift"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who logs"))
    # Made by the phone; it names all its passages.
    key = models.UUIDField(editable=False)
    seen_at = models.DateTimeField(_("last seen at"))
    skew_seconds = models.IntegerField(_("its clock is ahead by (seconds)"), default=0)
    waiting = models.PositiveIntegerField(_("passages not sent yet"), default=0)
    revoked_at = models.DateTimeField(_("shut out at"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("shut out by")
    )

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("phone at the gate")
        verbose_name_plural = _("phones at the gate")
        ordering = ["-seen_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["shift", "key", "user"], name="gate_device_once",
                violation_error_message=_("This phone is at this gate already."),
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None) | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="gate_device_revoked_at_and_by",
                violation_error_message=_("Who shut a phone out, and when, are written down together."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.key)[-4:]

    @property
    def asks(self) -> bool:
        """Whether it came after its owner's other phone was shut out, and waits to be let in."""
        return bool(self.revoked_at and self.seen_at > self.revoked_at)

    @property
    def minutes_fast(self) -> int:
        """How far its clock runs ahead, in whole minutes; below zero when it is behind."""
        return round(self.skew_seconds / 60)

    @property
    def minutes_slow(self) -> int:
        return -self.minutes_fast
