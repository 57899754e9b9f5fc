"""邻里互助: what neighbours offer, need and give each other; without a name if they wish so."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.models.households import Dwelling
from residents.models.places import Community
from residents.scope import CommunityQuerySet


class MutualAidQuerySet(CommunityQuerySet):
    """Offers, gifts and requests."""

    def open(self) -> Self:
        return self.filter(state=MutualAid.State.OPEN)

    def buying(self) -> Self:
        """Neighbours who order online for a home at present."""
        return self.filter(kind=MutualAid.Kind.BUYER, state=MutualAid.State.MATCHED)


class MutualAid(models.Model):
    """One offer, gift or request of a home; a request is answered by one of the others."""

    community_path = "community"

    class Kind(models.TextChoices):
        OFFER = "offer", pgettext_lazy("mutual aid", "offers help")
        GIFT = "gift", pgettext_lazy("mutual aid", "gives something")
        REQUEST = "request", pgettext_lazy("mutual aid", "needs something")
        # Mostly somebody young, for a home that cannot order on a phone: stands until it is finished.
        BUYER = "buyer", pgettext_lazy("mutual aid", "orders online for others")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("mutual aid", "open")
        MATCHED = "matched", pgettext_lazy("mutual aid", "brought together")
        DONE = "done", pgettext_lazy("mutual aid", "done")
        WITHDRAWN = "withdrawn", pgettext_lazy("mutual aid", "withdrawn")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    community = models.ForeignKey(Community, models.PROTECT, related_name="mutual_aid", verbose_name=_("community"))
    kind = models.CharField(_("kind"), max_length=7, choices=Kind)
    what = models.CharField(_("what"), max_length=200)
    dwelling = models.ForeignKey(
        Dwelling, models.PROTECT, null=True, blank=True, related_name="mutual_aid", verbose_name=_("home")
    )
    place = models.CharField(_("place"), max_length=60, blank=True)
    written_name = models.CharField(_("name"), max_length=40, blank=True)
    written_phone = models.CharField(_("phone"), max_length=20, blank=True)
    # Nobody is told who gives or asks; who arranges it must know the door.
    anonymous = models.BooleanField(_("without a name"), default=False)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.OPEN)
    # Of an offer or a gift: the request it answers; one answers one.
    answers = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="answered_by", verbose_name=_("answers")
    )
    written_at = models.DateTimeField(_("written"), default=timezone.now)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("written by"))
    matched_at = models.DateTimeField(_("brought together"), null=True, blank=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )

    objects = MutualAidQuerySet.as_manager()

    class Meta:
        verbose_name = _("mutual aid")
        verbose_name_plural = _("mutual aid")
        ordering = ["-written_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(dwelling__isnull=False) | ~Q(place=""), name="mutual_aid_has_place",
                violation_error_message=_("Say where: a home, a building, a compound, or in words."),
            ),
            models.CheckConstraint(
                condition=Q(answers=None) | ~Q(kind="request"), name="mutual_aid_request_answers_nothing",
                violation_error_message=_("A request is answered; it answers nothing."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "withdrawn"], matched_at=None, answers=None, done_at=None)
                | Q(state="matched", matched_at__isnull=False, done_at=None)
                | Q(state="done", matched_at__isnull=False, done_at__isnull=False),
                name="mutual_aid_moments",
                violation_error_message=_("Bring two neighbours together first."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.what

    @property
    def where(self) -> str:
        """The door, or the words."""
        home = self.dwelling
        return f"{home.entrance.building.compound} {home}" if home else self.place

    @property
    def who(self) -> str:
        """Who it is, or a neighbour."""
        return str(_("a neighbour")) if self.anonymous or not self.written_name else self.written_name
