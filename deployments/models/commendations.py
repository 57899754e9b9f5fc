"""表扬: what residents and communities say of a person, a team or a unit that helped them."""

import re
import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from deployments.models.cadres import Cadre
from deployments.models.units import SendingUnit
from portal.lib.constraints import lasts_on
from residents.models import Community, Errand, Team, TeamMember
from residents.scope import CommunityQuerySet

# Phones, plates, rooms: no run of digits of a letter stands on a wall.
NUMBERS = re.compile(r"\d[\d -]{2,}\d|\d{3,}")


def _then_in_team(**which: Any) -> Exists:
    """Whether somebody was in the team on the day it was praised."""
    return Exists(TeamMember.objects.filter(lasts_on(OuterRef("received_on")), team=OuterRef("for_team"), **which))


class CommendationQuerySet(CommunityQuerySet):
    """Commendations."""

    def of_units(self, units: Any) -> Self:
        """What was forwarded to some units."""
        theirs = Q(unit__in=units) | Q(cadre__unit__in=units) | _then_in_team(user__cadre__unit__in=units)
        return self.filter(theirs, forwarded_at__isnull=False)

    def with_unit(self) -> Self:
        """Says of each whether a unit sent those who are praised: only then it can be forwarded."""
        sent = _then_in_team(user__cadre__unit__isnull=False)
        return self.annotate(has_unit=Q(unit__isnull=False) | Q(cadre__unit__isnull=False) | sent)

    def said_to(self, user: Any) -> Self:
        """What was said of somebody, alone or as one of a team."""
        return self.filter(Q(cadre__user=user) | Q(colleague=user) | _then_in_team(user=user))

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
    # Somebody of the community's own, whom no roster knows.
    colleague = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="commendations",
        verbose_name=_("worker or volunteer"),
    )  # fmt: skip
    # The name as it was written, also where the team is known: teams are renamed.
    team = models.CharField(_("team"), max_length=40, blank=True)
    for_team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="commendations", verbose_name=_("team of the community")
    )
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
                condition=Q(cadre__isnull=False, unit=None, colleague=None, team="")
                | Q(cadre=None, unit__isnull=False, colleague=None, team="")
                | Q(cadre=None, unit=None, colleague__isnull=False, team="")
                | (Q(cadre=None, unit=None, colleague=None) & ~Q(team="")),
                name="commendation_for_one",
                violation_error_message=_("Choose one: a person, a team or a unit."),
            ),
            models.CheckConstraint(
                condition=Q(for_team=None) | ~Q(team=""), name="commendation_team_by_name",
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
        return str(self.cadre or self.colleague or self.unit or self.team)

    @property
    def receiver_id(self) -> int | None:
        """The account of the one person praised; a team and a unit have none."""
        return self.cadre.user_id if self.cadre else self.colleague_id

    @property
    def names_agreed(self) -> bool:
        """Both sides agreed; a team or a unit as such is nobody's name."""
        return bool(self.sender_agreed_at and (self.receiver_agreed_at or not (self.cadre_id or self.colleague_id)))

    @property
    def public_for(self) -> str:
        """For whom, as everybody may read it."""
        if self.names_agreed or not (self.cadre_id or self.colleague_id):
            return str(self)
        return str(_("a helper"))

    @property
    def public_sender(self) -> str:
        """From whom, as everybody may read it."""
        return self.sender if self.names_agreed and self.sender else str(_("a resident"))

    @property
    def public_text(self) -> str:
        """The words; nobody's name stands in them who did not agree, and no number ever does."""
        text = NUMBERS.sub("**", self.text)
        # Nobody asked the members of a team one by one.
        names = [member.user.name for member in self.for_team.members.all()] if self.for_team else []
        if not self.names_agreed:
            names += [str(one) for one in (self.cadre, self.colleague, self.sender) if one]
        for name in filter(None, names):
            text = text.replace(name, "**")
        return text
