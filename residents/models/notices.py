"""通知: what a community announces, to everybody or to those who work there, from one moment to another."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.models.places import Community, Compound
from residents.scope import CommunityQuerySet


class NoticeQuerySet(CommunityQuerySet):
    """Notices, by moment."""

    def in_force(self) -> Self:
        """Those that hold now, pinned ones first."""
        now = timezone.now()
        rows = self.filter(effective_from__lte=now, withdrawn_at=None)
        return rows.filter(Q(effective_until=None) | Q(effective_until__gt=now)).order_by("-pinned", "-effective_from", "-id")


class Notice(models.Model):
    """One announcement. Published words are not changed: one that was wrong is withdrawn, and another follows."""

    community_path = "community"

    class Kind(models.TextChoices):
        POLICY = "policy", _("rules")
        URGENT = "urgent", _("urgent notice")
        TESTING = "testing", _("testing")
        GOODS = "goods", _("goods")
        SERVICE = "service", _("service")
        LETTER = "letter", _("letter to residents")
        OTHER = "other", _("other")

    class Audience(models.TextChoices):
        EVERYBODY = "everybody", _("everybody: board, groups, those on duty")
        STAFF = "staff", _("those who work here")

    community = models.ForeignKey(Community, models.PROTECT, related_name="notices", verbose_name=_("community"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.POLICY)
    title = models.CharField(_("title"), max_length=60)
    body = models.TextField(_("text"), max_length=2000)
    # Where it comes from, as "区指挥部 2022 年第 17 号".
    origin = models.CharField(_("from"), max_length=60, blank=True)
    audience = models.CharField(_("for"), max_length=9, choices=Audience, default=Audience.EVERYBODY)
    # Empty: all compounds.
    compound = models.ForeignKey(
        Compound, models.PROTECT, null=True, blank=True, related_name="notices", verbose_name=_("compound")
    )
    effective_from = models.DateTimeField(_("holds from"), default=timezone.now)
    effective_until = models.DateTimeField(_("holds until"), null=True, blank=True)
    pinned = models.BooleanField(_("on top of the board"), default=False)
    published_at = models.DateTimeField(_("published at"), auto_now_add=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("published by"))
    # Since then everybody it is for has been told.
    relayed_at = models.DateTimeField(null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("withdrawn by")
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(effective_until=None) | Q(effective_until__gt=F("effective_from")),
                name="notice_ends_after_it_begins",
                violation_error_message=_("The notice ends before it begins."),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None) | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="notice_withdrawn_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["community", "-effective_from"], name="notice_of_community"),
            models.Index(fields=["effective_from"], name="notice_to_relay", condition=Q(relayed_at=None, withdrawn_at=None)),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    @property
    def state(self) -> str:
        """Where it stands: withdrawn, coming, over or in force."""
        now = timezone.now()
        if self.withdrawn_at:
            return "withdrawn"
        if self.effective_from > now:
            return "coming"
        return "over" if self.effective_until and self.effective_until <= now else "in_force"


class NoticeReceipt(models.Model):
    """Somebody who works here says: I have read it."""

    community_path = "notice__community"

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="receipts", verbose_name=_("notice"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("read by"))
    read_at = models.DateTimeField(_("read at"), auto_now_add=True)

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("read receipt")
        verbose_name_plural = _("read receipts")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["notice", "user"], name="notice_read_once")]

    def __str__(self) -> str:
        return f"{self.notice} {self.user}"
