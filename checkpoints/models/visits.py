"""Who wants in and does not live here: whom they visit, and who of the home agreed, how and when."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.models import Community, Compound, Dwelling
from residents.scope import CommunityQuerySet


class VisitQuerySet(CommunityQuerySet):
    """Visits."""

    def current(self) -> Self:
        """Those of today, and those that last longer."""
        return self.filter(until__gte=timezone.localdate())


class Visit(models.Model):
    """来访: nobody goes in without the consent of the home; a worker or a carer shows a certificate as well."""

    community_path = "community"

    class Kind(models.TextChoices):
        VISITOR = "visitor", _("visitor")
        WORKER = "worker", _("repair worker")
        CARER = "carer", _("carer or nanny")

    class Answer(models.TextChoices):
        AGREED = "agreed", pgettext_lazy("visit", "agreed")
        REFUSED = "refused", pgettext_lazy("visit", "refused")

    class How(models.TextChoices):
        PHONE = "phone", _("by phone")
        MESSAGE = "message", _("by message")
        IN_PERSON = "in_person", _("came to the gate")
        COMMUNITY = "community", _("the community agreed")
        LINK = "link", _("on the page sent to the home")

    community = models.ForeignKey(Community, models.PROTECT, related_name="visits", verbose_name=_("community"))
    compound = models.ForeignKey(Compound, models.PROTECT, related_name="visits", verbose_name=_("compound"))
    dwelling = models.ForeignKey(
        Dwelling, models.PROTECT, null=True, blank=True, related_name="visits", verbose_name=_("home on record")
    )
    written_home = models.CharField(_("home visited"), max_length=40)
    written_name = models.CharField(_("name"), max_length=40)
    written_phone = models.CharField(_("phone"), max_length=20, blank=True)
    kind = models.CharField(_("kind of visitor"), max_length=7, choices=Kind, default=Kind.VISITOR)
    certificate = models.CharField(_("certificate, from whom"), max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=60)
    until = models.DateField(_("may come until"), default=timezone.localdate)
    asked_at = models.DateTimeField(_("home was asked"), default=timezone.now)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    answer = models.CharField(_("answer of the home"), max_length=7, choices=Answer, blank=True)
    how = models.CharField(_("how it answered"), max_length=9, choices=How, blank=True)
    host = models.CharField(_("who answered"), max_length=40, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("written down by")
    )

    # Of a visit that was written down with the passage itself: sent twice, it is one.
    passage = models.UUIDField(null=True, blank=True, unique=True, editable=False)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", how="", host="", answered_at=None, answered_by=None)
                | ~Q(answer="")
                & ~Q(how="")
                & ~Q(host="")
                & Q(answered_at__isnull=False)
                & (Q(how="link") | Q(answered_by__isnull=False)),
                name="visit_answer_is_whole",
                violation_error_message=_("Say who answered, how and when."),
            ),
            models.CheckConstraint(
                condition=Q(kind="visitor") | ~Q(certificate="") | Q(how="community") | ~Q(answer="agreed"),
                name="visit_worker_has_certificate",
                violation_error_message=_("A worker or carer shows a certificate, or the community agrees."),
            ),
        ]
        indexes = [models.Index(fields=["compound", "until"], name="visit_current")]

    def __str__(self) -> str:
        return f"{self.written_home} {self.get_kind_display()}"

    @property
    def may_enter(self) -> bool:
        return self.answer == self.Answer.AGREED and self.until >= timezone.localdate()
