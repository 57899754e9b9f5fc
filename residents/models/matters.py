"""事项: what residents bring up - problems, faults, disputes, incidents - from the first word to the outcome."""

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.models.errands import Errand
from residents.models.households import Dwelling
from residents.models.places import Building, Community, Compound
from residents.scope import CommunityQuerySet


class MatterKind(models.TextChoices):
    """What it is. Disputes are read by those who handle them and by the secretary alone."""

    PROBLEM = "problem", pgettext_lazy("matter", "problem")
    SUGGESTION = "suggestion", pgettext_lazy("matter", "suggestion")
    FAULT = "fault", pgettext_lazy("matter", "water, power, gas or heating")
    DISPUTE = "dispute", pgettext_lazy("matter", "dispute")
    EMERGENCY = "emergency", pgettext_lazy("matter", "health emergency")
    LOCK_OUT = "lock_out", pgettext_lazy("matter", "locked out")
    GATHERING = "gathering", pgettext_lazy("matter", "gathering")
    REFUSAL = "refusal", pgettext_lazy("matter", "refusal")
    # Somebody who should be in quarantine and is not, as a neighbour says; looked into before anything is believed.
    TIP_OFF = "tip_off", pgettext_lazy("matter", "tip-off about a contact")
    INCIDENT = "incident", pgettext_lazy("matter", "other incident")
    # 思想动态: what is felt in a building before it breaks out; nothing anybody has asked for.
    SIGN = "sign", pgettext_lazy("matter", "early sign")


APPEALS = (MatterKind.PROBLEM, MatterKind.SUGGESTION, MatterKind.FAULT)
MEDIATIONS = (MatterKind.DISPUTE,)
SIGNS = (MatterKind.SIGN,)
INCIDENTS = tuple(kind for kind in MatterKind if kind not in (*APPEALS, *MEDIATIONS, *SIGNS))
# What no resident has a page of, and no home a line of.
INWARD = (*MEDIATIONS, *SIGNS)


class MatterState(models.TextChoices):
    """Where it stands; what may follow is in services.matters."""

    NEW = "new", pgettext_lazy("matter", "nobody has it yet")
    IN_HAND = "in_hand", pgettext_lazy("matter", "in hand")
    SOLVED = "solved", pgettext_lazy("matter", "solved")
    UNSOLVED = "unsolved", pgettext_lazy("matter", "ended without a solution")


OPEN = (MatterState.NEW, MatterState.IN_HAND)
ENDED = (MatterState.SOLVED, MatterState.UNSOLVED)


class MatterQuerySet(CommunityQuerySet):
    """Matters. Whoever shows them asks services.matters.readable: disputes are sealed."""

    def open(self) -> Self:
        return self.filter(state__in=OPEN)

    def handled_by(self, user: Any) -> Self:
        """Those somebody answers for or helps with."""
        helps = Matter.helpers.through.objects.filter(user=user).values("matter")
        return self.filter(Q(handler=user) | Q(pk__in=helps))

    def with_places(self) -> Self:
        """With all that a line of a list shows."""
        return self.select_related("compound", "building__compound", "dwelling__entrance__building__compound", "handler")


class Matter(models.Model):
    """One thing brought up: what, where, who said so, who handles it, how it ended."""

    community_path = "community"

    class Satisfaction(models.TextChoices):
        SATISFIED = "satisfied", _("satisfied")
        FAIR = "fair", _("it will do")
        UNSATISFIED = "unsatisfied", _("not satisfied")

    class Level(models.IntegerChoices):
        QUIET = 1, pgettext_lazy("mood of residents", "1 keep an eye on it")
        UNEASY = 2, pgettext_lazy("mood of residents", "2 uneasy, talk to them")
        TENSE = 3, pgettext_lazy("mood of residents", "3 about to break out")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    community = models.ForeignKey(Community, models.PROTECT, related_name="matters", verbose_name=_("community"))
    kind = models.CharField(_("kind"), max_length=10, choices=MatterKind)
    what = models.TextField(_("what happened"), max_length=1000)
    # Of an early sign: how far it has come.
    level = models.PositiveSmallIntegerField(pgettext_lazy("mood of residents", "level"), choices=Level, null=True, blank=True)
    # Of a dispute: between whom. Of a door that was opened: who saw it.
    parties = models.CharField(_("parties"), max_length=200, blank=True)

    compound = models.ForeignKey(
        Compound, models.PROTECT, null=True, blank=True, related_name="matters", verbose_name=_("compound")
    )
    building = models.ForeignKey(
        Building, models.PROTECT, null=True, blank=True, related_name="matters", verbose_name=_("building")
    )
    dwelling = models.ForeignKey(
        Dwelling, models.PROTECT, null=True, blank=True, related_name="matters", verbose_name=_("home")
    )
    place = models.CharField(_("place"), max_length=60, blank=True)
    written_name = models.CharField(_("name"), max_length=40, blank=True)
    written_phone = models.CharField(_("phone"), max_length=20, blank=True)
    reported_at = models.DateTimeField(_("reported"), default=timezone.now)
    # Nobody, where a resident wrote it on the page behind the sheet at the door.
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("taken down by")
    )

    # Of a home that was waiting for it, by the same private link.
    errand = models.ForeignKey(Errand, models.PROTECT, null=True, blank=True, related_name="matters", verbose_name=_("errand"))

    state = models.CharField(_("state"), max_length=8, choices=MatterState, default=MatterState.NEW)
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="matters",
        verbose_name=_("who handles it"),
    )  # fmt: skip
    helpers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="matters_helped", verbose_name=_("who helps to mediate")
    )
    handled_at = models.DateTimeField(_("taken"), null=True, blank=True)
    # Of a fault: water runs again.
    fixed_at = models.DateTimeField(_("fixed"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=300, blank=True)
    satisfaction = models.CharField(_("satisfaction"), max_length=11, choices=Satisfaction, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )

    objects = MatterQuerySet.as_manager()

    class Meta:
        verbose_name = _("matter")
        verbose_name_plural = _("matters")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(what=""), name="matter_has_words", violation_error_message=_("Say what happened.")
            ),
            models.CheckConstraint(
                condition=Q(dwelling__isnull=False) | Q(building__isnull=False) | Q(compound__isnull=False) | ~Q(place=""),
                name="matter_has_place",
                violation_error_message=_("Say where: a home, a building, a compound, or in words."),
            ),
            models.CheckConstraint(
                condition=~Q(kind="dispute") | ~Q(parties=""), name="matter_dispute_has_parties",
                violation_error_message=_("Say between whom the dispute is."),
            ),
            models.CheckConstraint(
                condition=Q(kind="sign", level__isnull=False) | ~Q(kind="sign") & Q(level=None), name="matter_sign_has_level",
                violation_error_message=_("Say how far the early sign has come."),
            ),
            models.CheckConstraint(
                condition=Q(state="new", handler=None, handled_at=None)
                | (~Q(state="new") & Q(handler__isnull=False, handled_at__isnull=False)),
                name="matter_in_hand_has_somebody",
                violation_error_message=_("Somebody must have it."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, ended_at=None, ended_by=None, outcome="")
                | (Q(state__in=ENDED, ended_at__isnull=False, ended_by__isnull=False) & ~Q(outcome="")),
                name="matter_ended_with_outcome",
                violation_error_message=_("Say how it ended."),
            ),
            models.CheckConstraint(
                condition=~Q(kind="fault", state="solved") | Q(fixed_at__isnull=False), name="matter_fault_fixed",
                violation_error_message=_("A fault is solved once it is fixed: say when."),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["community", "-reported_at"], name="matter_reported"),
            models.Index(fields=["community", "-ended_at"], name="matter_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    @property
    def where(self) -> str:
        """The place as people say it."""
        home = self.dwelling
        if home:
            known = f"{home.entrance.building.compound} {home}"
        elif self.building:
            known = f"{self.building.compound} {self.building}"
        else:
            known = str(self.compound or "")
        return " ".join(filter(None, [known, self.place]))

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_dispute(self) -> bool:
        return self.kind == MatterKind.DISPUTE

    @property
    def is_inward(self) -> bool:
        """Whether no resident has a page of it."""
        return self.kind in INWARD


class MatterStep(models.Model):
    """One thing that was done about it; the resident reads those that are for them."""

    community_path = "matter__community"

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="steps", verbose_name=_("matter"))
    text = models.CharField(_("what was done"), max_length=300)
    for_resident = models.BooleanField(_("the resident reads it"), default=False)
    taken_at = models.DateTimeField(_("at"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of a matter")
        verbose_name_plural = _("steps of matters")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text


class FirmCall(models.Model):
    """A call to the firm outside that has to repair it, and what it said."""

    community_path = "matter__community"

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="firm_calls", verbose_name=_("matter"))
    firm = models.CharField(_("firm"), max_length=60)
    firm_phone = models.CharField(_("phone of the firm"), max_length=20, blank=True)
    called_at = models.DateTimeField(_("called"), default=timezone.now)
    called_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("called by"))
    reply = models.CharField(_("what the firm said"), max_length=200, blank=True)

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("call to a firm")
        verbose_name_plural = _("calls to firms")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.firm
