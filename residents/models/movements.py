"""Ways out of a quarantined home: the transfer to a site, the approved exit, and the talk with who refuses."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.models.households import Dwelling
from residents.models.places import Community
from residents.models.quarantine import QuarantineCase
from residents.scope import CommunityQuerySet


class Transfer(models.Model):
    """转运: an escorted way to a site, a hospital, or home."""

    community_path = "case__community"

    class To(models.TextChoices):
        SITE = "site", _("quarantine site")
        CLINIC = "clinic", _("fever clinic")
        HOSPITAL = "hospital", _("hospital")
        HOME = "home", _("home")

    class State(models.TextChoices):
        ORDERED = "ordered", _("ordered")
        NOTIFIED = "notified", _("told")
        REFUSED = "refused", _("refuses to go")
        ON_WAY = "on_way", _("on the way")
        ARRIVED = "arrived", _("arrived")
        CANCELLED = "cancelled", _("cancelled")

    case = models.ForeignKey(QuarantineCase, models.PROTECT, related_name="transfers", verbose_name=_("quarantine case"))
    to = models.CharField(_("to"), max_length=8, choices=To)
    site = models.CharField(_("name of the place"), max_length=80, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.ORDERED)
    ordered_at = models.DateTimeField(_("ordered"))
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("ordered by"))
    notified_at = models.DateTimeField(_("told"), null=True, blank=True)
    departed_at = models.DateTimeField(_("left"), null=True, blank=True)
    arrived_at = models.DateTimeField(_("arrived"), null=True, blank=True)
    escorts = models.CharField(_("escorted by"), max_length=80, blank=True)
    plate_no = models.CharField(_("plate"), max_length=12, blank=True)
    protected = models.BooleanField(_("everybody wears protection"), default=False)
    luggage = models.CharField(_("what to take along"), max_length=200, blank=True)
    home_disinfected_at = models.DateTimeField(_("home disinfected"), null=True, blank=True)
    # Before it has worked nobody goes in.
    home_usable_at = models.DateTimeField(_("home usable from"), null=True, blank=True)

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        ordering = ["-ordered_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=~Q(state__in=["arrived", "cancelled"]), name="transfer_one_open",
                violation_error_message=_("A transfer is already under way for this person."),
            ),
            models.CheckConstraint(
                condition=~Q(state="arrived") | Q(departed_at__isnull=False, arrived_at__isnull=False),
                name="transfer_arrived_has_times",
                violation_error_message=_("A transfer has the times of leaving and arriving."),
            ),
            models.CheckConstraint(
                condition=Q(arrived_at=None) | Q(departed_at=None) | Q(arrived_at__gte=F("departed_at")),
                name="transfer_times_in_order",
                violation_error_message=_("The arrival lies before the departure."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_to_display()} {self.site}".strip()


class ExitPermit(models.Model):
    """闭环外出: one approved way out and back, with a person and a car."""

    community_path = "case__community"

    case = models.ForeignKey(QuarantineCase, models.PROTECT, related_name="exits", verbose_name=_("quarantine case"))
    reason = models.CharField(_("why"), max_length=120)
    escorts = models.CharField(_("escorted by"), max_length=80)
    plate_no = models.CharField(_("plate"), max_length=12)
    back_by = models.DateTimeField(_("back by"))
    approved_at = models.DateTimeField(_("approved"))
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("approved by"))
    returned_at = models.DateTimeField(_("back"), null=True, blank=True)

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("approved exit")
        verbose_name_plural = _("approved exits")
        ordering = ["-approved_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(returned_at=None), name="exit_one_open",
                violation_error_message=_("This person is already out. Record the return first."),
            ),
            models.CheckConstraint(
                condition=Q(back_by__gt=F("approved_at")), name="exit_back_later",
                violation_error_message=_("The return lies before the exit."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.reason


class PersuasionQuerySet(CommunityQuerySet):
    """Attempts. Those of a case written by older code have the community of the case alone."""

    def within(self, communities: Any) -> Self:
        return self.filter(Q(community__in=communities) | Q(community=None, case__community__in=communities))


class Persuasion(models.Model):
    """劝导: one attempt to talk with somebody who refuses, by phone first, then at the door; with a case or without."""

    community_path = "community"

    class Topic(models.TextChoices):
        GO_TO_SITE = "go_to_site", _("go to the site")
        STAY_HOME = "stay_home", _("stay at home")
        REGISTER = "register", _("register")
        MASK = "mask", _("wear a mask")
        TEST = "test", _("come to the test")
        DISPERSE = "disperse", _("go apart")

    class Method(models.TextChoices):
        PHONE = "phone", _("by phone")
        DOOR = "door", _("at the door")
        VIDEO = "video", _("by video")

    class Result(models.TextChoices):
        AGREED = "agreed", _("agreed")
        REFUSED = "refused", pgettext_lazy("talk", "refused")
        PENDING = "pending", _("thinks it over")

    community = models.ForeignKey(
        Community, models.PROTECT, null=True, blank=True, related_name="persuasions", verbose_name=_("community")
    )
    case = models.ForeignKey(
        QuarantineCase, models.PROTECT, null=True, blank=True, related_name="persuasions", verbose_name=_("quarantine case")
    )
    dwelling = models.ForeignKey(
        Dwelling, models.PROTECT, null=True, blank=True, related_name="persuasions", verbose_name=_("home")
    )
    # Where somebody stood who has no home here, or none that is known.
    place = models.CharField(_("place"), max_length=60, blank=True, db_default="")
    topic = models.CharField(_("about"), max_length=10, choices=Topic)
    attempt_no = models.PositiveSmallIntegerField(_("attempt"))
    method = models.CharField(_("how"), max_length=5, choices=Method)
    result = models.CharField(pgettext_lazy("talk", "result"), max_length=7, choices=Result)
    spoken_at = models.DateTimeField(_("at"))
    spoken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = PersuasionQuerySet.as_manager()

    class Meta:
        verbose_name = _("persuasion")
        verbose_name_plural = _("persuasions")
        ordering = ["-spoken_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "attempt_no"], name="persuasion_attempt_once",
                violation_error_message=_("This attempt is already recorded."),
            ),
            models.UniqueConstraint(
                fields=["dwelling", "topic", "attempt_no"], condition=Q(case=None, dwelling__isnull=False),
                name="persuasion_attempt_of_home_once",
                violation_error_message=_("This attempt is already recorded."),
            ),
            models.CheckConstraint(
                condition=Q(case__isnull=False) | (Q(community__isnull=False) & (Q(dwelling__isnull=False) | ~Q(place=""))),
                name="persuasion_of_somebody",
                violation_error_message=_("Say where: a home, a building, a compound, or in words."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.attempt_no} {self.get_topic_display()}"
