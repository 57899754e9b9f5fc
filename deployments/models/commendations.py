"""表扬: what residents and communities say of a person, a team or a unit that helped them."""

import re
import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from deployments.models.cadres import Cadre
from deployments.models.units import SendingUnit
from residents.models import Community, Errand
from residents.scope import CommunityQuerySet

# Phones, plates, rooms: no run of digits of a letter stands on a wall.
NUMBERS = re.compile(r"\d[\d -]{2,}\d|\d{3,}")


class CommendationQuerySet(CommunityQuerySet):
    """Commendations."""

    def of_units(self, units: Any) -> Self:
        """What was forwarded to some units."""
        return self.filter(Q(unit__in=units) | Q(cadre__unit__in=units), forwarded_at__isnull=False)

    def on_wall(self) -> Self:
        return self.filter(shown_at__isnull=False)


class Commendation(models.Model):
    """One letter, banner or word of praise: for whom, from whom, and what both agreed to."""

    community_path = "community"

    class Kind(models.TextChoices):
        PRAISE = "praise", pgettext_lazy("commendation", "praise")
        LETTER = "letter", pgettext_lazy("commendation", "thank-you letter")
        BANNER = "banner", pgettext_lazy("commendation", "silk banner")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    community = models.ForeignKey(Community, models.PROTECT, related_name="commendations", verbose_name=_("community"))
    kind = models.CharField(_("kind"), max_length=6, choices=Kind, default=Kind.PRAISE)
    cadre = models.ForeignKey(
        Cadre, models.PROTECT, null=True, blank=True, related_name="commendations", verbose_name=_("person")
    )
    unit = models.ForeignKey(
        SendingUnit, models.PROTECT, null=True, blank=True, related_name="commendations", verbose_name=_("sending unit")
    )
    team = models.CharField(_("team"), max_length=40, blank=True)
    sender = models.CharField(_("from whom"), max_length=40, blank=True)
    text = models.TextField(_("text"), max_length=1000)
    # The thanks of a resident on the private page of an errand.
    errand = models.OneToOneField(
        Errand, models.PROTECT, null=True, blank=True, related_name="commendation", verbose_name=_("errand")
    )
    received_on = models.DateField(_("received on"), default=timezone.localdate)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("written down by")
    )
    forwarded_at = models.DateTimeField(_("forwarded"), null=True, blank=True)
    forwarded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("forwarded by")
    )
    # Names stand on the wall only with both.
    sender_agreed_at = models.DateTimeField(_("the sender agreed to be named"), null=True, blank=True)
    receiver_agreed_at = models.DateTimeField(_("the person praised agreed to be named"), null=True, blank=True)
    shown_at = models.DateTimeField(_("on the wall since"), null=True, blank=True)
    shown_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("put there by")
    )

    objects = CommendationQuerySet.as_manager()

    class Meta:
        verbose_name = _("commendation")
        verbose_name_plural = _("commendations")
        ordering = ["-received_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cadre__isnull=False, unit=None, team="")
                | Q(cadre=None, unit__isnull=False, team="")
                | (Q(cadre=None, unit=None) & ~Q(team="")),
                name="commendation_for_one",
                violation_error_message=_("Choose one: a person, a team or a unit."),
            ),
            models.CheckConstraint(
                condition=~Q(text=""), name="commendation_has_words",
                violation_error_message=_("Write down what was said."),
            ),
            models.CheckConstraint(
                condition=Q(forwarded_at=None, forwarded_by=None) | Q(forwarded_at__isnull=False, forwarded_by__isnull=False),
                name="commendation_forwarded_in_pairs",
                violation_error_message=_("When it was forwarded and by whom go together."),
            ),
            models.CheckConstraint(
                condition=Q(shown_at=None, shown_by=None) | Q(shown_at__isnull=False, shown_by__isnull=False),
                name="commendation_shown_in_pairs",
                violation_error_message=_("When it was put on the wall and by whom go together."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["community", "-shown_at"], name="commendation_wall")]

    def __str__(self) -> str:
        return str(self.cadre or self.unit or self.team)

    @property
    def names_agreed(self) -> bool:
        """Both sides agreed; a team or a unit as such is nobody's name."""
        return bool(self.sender_agreed_at and (self.cadre_id is None or self.receiver_agreed_at))

    @property
    def public_for(self) -> str:
        """For whom, as everybody may read it."""
        if self.cadre is None or self.names_agreed:
            return str(self)
        return str(_("a helper"))

    @property
    def public_sender(self) -> str:
        """From whom, as everybody may read it."""
        return self.sender if self.names_agreed and self.sender else str(_("a resident"))

    @property
    def public_text(self) -> str:
        """The words; without agreement neither name stands in them, and no number ever does."""
        text = NUMBERS.sub("**", self.text)
        if self.names_agreed:
            return text
        for name in filter(None, [self.cadre.name if self.cadre else "", self.sender]):
            text = text.replace(name, "**")
        return text
