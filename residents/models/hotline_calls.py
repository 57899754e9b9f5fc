"""心理热线: a call of somebody in distress; counted, never told."""

import uuid
from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.lib.crypto import EncryptedField
from residents.models.memberships import Membership
from residents.models.places import Community
from residents.scope import CommunityQuerySet


class Counsellor(models.Model):
    """What somebody who answers the hotline is good at, and when they answer; ends with the role."""

    community_path = "membership__community"

    membership = models.OneToOneField(Membership, models.CASCADE, related_name="counselling", verbose_name=_("counsellor"))
    speciality = models.CharField(_("speciality"), max_length=60, blank=True)
    hours = models.CharField(_("when they answer"), max_length=60, blank=True)

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("counsellor")
        verbose_name_plural = _("counsellors")

    def __str__(self) -> str:
        return " · ".join(filter(None, [self.speciality, self.hours]))


class HotlineCallQuerySet(CommunityQuerySet):
    """Calls. Rows are shown to their counsellor alone; everybody else gets counts."""

    def of(self, counsellor: Any) -> Self:
        return self.filter(counsellor=counsellor)


class HotlineCall(models.Model):
    """One call: when, how long, about what in one word, where to; what was said is the counsellor's."""

    community_path = "community"

    class Topic(models.TextChoices):
        FEAR = "fear", pgettext_lazy("hotline", "fear of infection")
        SLEEP = "sleep", pgettext_lazy("hotline", "sleep")
        FAMILY = "family", pgettext_lazy("hotline", "family")
        LONELY = "lonely", pgettext_lazy("hotline", "loneliness")
        GRIEF = "grief", pgettext_lazy("hotline", "grief")
        MONEY = "money", pgettext_lazy("hotline", "work and money")
        OTHER = "other", pgettext_lazy("hotline", "other")

    class Referral(models.TextChoices):
        NONE = "", pgettext_lazy("hotline", "none needed")
        AGAIN = "again", pgettext_lazy("hotline", "another call was agreed")
        COMMUNITY = "community", pgettext_lazy("hotline", "to the community")
        HOSPITAL = "hospital", pgettext_lazy("hotline", "to a hospital")
        EMERGENCY = "emergency", pgettext_lazy("hotline", "to 110 or 120")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    community = models.ForeignKey(Community, models.PROTECT, related_name="hotline_calls", verbose_name=_("community"))
    counsellor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="hotline_calls", verbose_name=_("counsellor")
    )
    called_at = models.DateTimeField(_("called"), default=timezone.now)
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), default=10, validators=[MinValueValidator(1), MaxValueValidator(600)]
    )
    topic = models.CharField(_("topic"), max_length=6, choices=Topic)
    referral = models.CharField(_("referral"), max_length=9, choices=Referral, blank=True)
    content = EncryptedField(_("what was said"), blank=True, default="")

    objects = HotlineCallQuerySet.as_manager()

    class Meta:
        verbose_name = _("hotline call")
        verbose_name_plural = _("hotline calls")
        ordering = ["-called_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(minutes__gte=1, minutes__lte=600), name="hotline_call_minutes",
                violation_error_message=_("A call lasts between 1 and 600 minutes."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["community", "-called_at"], name="hotline_call_day")]

    def __str__(self) -> str:
        return str(self.get_topic_display())
