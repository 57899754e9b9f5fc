"""爱心跑腿: one request of a home, from the call to the thanks."""

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from portal.lib.storages import WholeFiles
from residents.models.households import Dwelling, Resident
from residents.models.places import Community, Entrance
from residents.models.rounds import Round, Stop
from residents.scope import CommunityQuerySet

# What a kind may ask besides the words of the request; a kind names those it needs (services.errand_kinds).
DETAILS = {
    "patient": _("the patient"),
    "drug": _("name of the medicine"),
    "spec": _("strength and pack"),
    "prescription": _("prescription, where it is"),
    "pickup_code": _("pick-up code"),
    "shop": _("which shop or locker"),
    "hospital": _("hospital and department"),
    "appointment": _("day and hour of the appointment"),
    "companion": _("who comes along"),
    "vehicle": _("which vehicle is needed"),
    "closed_loop": _("closed loop, if quarantined"),
    "account_no": _("number of the bill"),
    "amount": _("amount"),
    "size": _("brand, stage or size"),
    "contact": _("whom to ring on the way"),
    # Asked when it is done: a way to the hospital is a closed loop.
    "driver": _("driver and plate"),
    "left_at": _("left at"),
    "back_at": _("back at"),
    "car_disinfected": _("car disinfected, when and by whom"),
}


def errand_files() -> WholeFiles:
    """Photos at doors are never served by path: only the errand's page hands them out."""
    return WholeFiles("errands")


class ErrandKind(models.Model):
    """A kind of errand and what has to be known for it; rows, so that a city adds its own."""

    code = models.SlugField(_("code"), max_length=24, unique=True)
    name = models.CharField(_("name"), max_length=20)
    name_en = models.CharField(_("name in English"), max_length=40)
    # Keys of DETAILS; those in `required` cannot be left empty by the desk.
    asks = models.JSONField(_("what is asked"), default=list, blank=True)
    required = models.JSONField(_("what must be answered"), default=list, blank=True)
    # Keys of DETAILS too.
    asks_when_done = models.JSONField(
        _("what is asked when it is done"), default=list, db_default=models.Value([], models.JSONField()), blank=True
    )
    example = models.CharField(_("example for the resident"), max_length=60, blank=True)
    example_en = models.CharField(_("example in English"), max_length=80, default="", db_default="", blank=True)
    # Every line of the request is a thing to buy.
    is_goods = models.BooleanField(_("a list of goods"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=50)
    in_use = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("kind of errand")
        verbose_name_plural = _("kinds of errand")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class Urgency(models.IntegerChoices):
    """How bad it is if nobody comes; a smaller number goes first."""

    LIFE = 1, _("danger to life")
    HEALTH = 2, _("danger to health")
    DIFFICULTY = 3, _("in difficulty")
    NORMAL = 4, pgettext_lazy("urgency", "normal")


# Stored where the resident gave no reason of their own; read in the reader's language.
BY_RESIDENT = gettext_noop("cancelled by the resident")
URGENT = (Urgency.LIFE, Urgency.HEALTH)


class ErrandState(models.TextChoices):
    """Where an errand stands; what may follow is in services.errands."""

    REQUESTED = "requested", pgettext_lazy("errand", "waiting")
    REOPENED = "reopened", pgettext_lazy("errand", "waiting again")
    ACCEPTED = "accepted", pgettext_lazy("errand", "taken")
    IN_PROGRESS = "in_progress", pgettext_lazy("errand", "on the way")
    IN_DELIVERY = "in_delivery", pgettext_lazy("errand", "being brought")
    DELIVERED = "delivered", pgettext_lazy("errand", "delivered")
    CLOSED = "closed", pgettext_lazy("errand", "settled")
    CANCELLED = "cancelled", pgettext_lazy("errand", "cancelled")
    REFERRED = "referred", pgettext_lazy("errand", "passed on")
    MERGED = "merged", pgettext_lazy("errand", "merged")


WAITING = (ErrandState.REQUESTED, ErrandState.REOPENED)
IN_HAND = (ErrandState.ACCEPTED, ErrandState.IN_PROGRESS, ErrandState.IN_DELIVERY)
DONE = (ErrandState.DELIVERED, ErrandState.CLOSED)
OPEN = (*WAITING, *IN_HAND)
ENDED = (ErrandState.CLOSED, ErrandState.CANCELLED, ErrandState.REFERRED, ErrandState.MERGED)


class Outcome(models.TextChoices):
    """How it ended at the door: three ways well, six ways not."""

    HANDED = "handed", _("handed over at the door")
    AT_DOOR = "at_door", _("left at the door, told by phone")
    TO_OTHER = "to_other", _("given to family or a neighbour")
    NO_ANSWER = "no_answer", _("nobody answers")
    OUT_OF_STOCK = "out_of_stock", _("out of stock everywhere")
    NO_WAY = "no_way", _("shop shut or no way through")
    REFUSED = "refused", _("not wanted any more")
    WRONG_HOME = "wrong_home", _("no such home or person")
    OTHER_SERVICE = "other_service", _("needs another service")


SUCCESSES = (Outcome.HANDED, Outcome.AT_DOOR, Outcome.TO_OTHER)
FAILURES = tuple(outcome for outcome in Outcome if outcome not in SUCCESSES)


class ErrandQuerySet(CommunityQuerySet):
    """Errands."""

    def waiting(self) -> Self:
        """Those that nobody has."""
        return self.filter(state__in=WAITING)

    def open(self) -> Self:
        """Those that are not done."""
        return self.filter(state__in=OPEN)

    def overdue(self, now: Any) -> Self:
        """Those that somebody should have by now."""
        return self.waiting().filter(promised_by__lt=now)

    def in_queue_order(self) -> Self:
        """Urgent first, then homes that nobody can leave, then who waits longest."""
        return self.order_by("urgency", "-goes_first", "requested_at", "id")

    def in_walking_order(self) -> Self:
        """Building, entrance, floor from the top: as somebody walks who takes the stairs up once."""
        building = "entrance__building"
        return self.order_by(
            f"{building}__compound", Length(f"{building}__number"), f"{building}__number",
            Length("entrance__number"), "entrance__number", F("dwelling__floor").desc(nulls_last=True),
            Length("dwelling__room_no"), "dwelling__room_no", "written_home", "id",
        )  # fmt: skip

    def with_places(self) -> Self:
        """With all that a line of a list shows."""
        return self.select_related(
            "kind", "assignee", "resident", "dwelling__entrance__building__compound", "entrance__building__compound"
        )


class Errand(models.Model):
    """One request: what, for whom, by when; who has it; how it ended."""

    community_path = "community"

    class Channel(models.TextChoices):
        OWN = "own", _("resident's own page")
        PHONE = "phone", _("by phone")
        CHAT = "chat", _("chat group")
        DOOR = "door", _("at the door")
        GATE = "gate", _("at the gate")
        ROUND = "round", _("on a round")

    # Made by whoever asks, so that a request sent three times by an impatient thumb is stored once.
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    community = models.ForeignKey(Community, models.PROTECT, related_name="errands", verbose_name=_("community"))
    dwelling = models.ForeignKey(
        Dwelling, models.PROTECT, null=True, blank=True, related_name="errands", verbose_name=_("home")
    )
    # Known from the sheet at the door even where the written room is not in the ledger.
    entrance = models.ForeignKey(
        Entrance, models.PROTECT, null=True, blank=True, related_name="errands", verbose_name=_("entrance")
    )
    written_home = models.CharField(_("home as written"), max_length=40, blank=True)
    resident = models.ForeignKey(
        Resident, models.PROTECT, null=True, blank=True, related_name="errands", verbose_name=_("resident")
    )
    written_name = models.CharField(_("name"), max_length=40, blank=True)
    written_phone = models.CharField(_("phone"), max_length=20, blank=True)

    kind = models.ForeignKey(ErrandKind, models.PROTECT, related_name="errands", verbose_name=_("kind"))
    what = models.TextField(_("what is needed"), max_length=1000, blank=True)
    details = models.JSONField(_("details"), default=dict, blank=True)
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Urgency, default=Urgency.NORMAL)
    # Nobody may leave this home, or nobody can walk its stairs.
    goes_first = models.BooleanField(_("goes first"), default=False)
    channel = models.CharField(_("came by"), max_length=5, choices=Channel)
    need_by = models.DateTimeField(_("needed by"), null=True, blank=True)
    # The door of a round at which somebody heard of it.
    stop = models.ForeignKey(
        Stop, models.PROTECT, null=True, blank=True, related_name="errands", verbose_name=_("heard of at the stop")
    )
    # The work during which somebody heard of it.
    source_task = models.ForeignKey(
        "residents.Task", models.PROTECT, null=True, blank=True, related_name="errands_asked",
        verbose_name=_("heard of during the task"),
    )  # fmt: skip
    requested_at = models.DateTimeField(_("asked"), default=timezone.now)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("taken down by")
    )
    # Since it was asked, or came back to the queue.
    waits_since = models.DateTimeField(_("waits since"), default=timezone.now)
    # By when somebody has it: from the policy of the day on which it began to wait.
    promised_by = models.DateTimeField(_("somebody has it by"))
    # Who was told that it is late: 0 nobody yet, 1 the desk, 2 the secretary; and when the next is told.
    escalated = models.PositiveSmallIntegerField(default=0, editable=False)
    escalates_at = models.DateTimeField(null=True, editable=False)

    state = models.CharField(_("state"), max_length=12, choices=ErrandState, default=ErrandState.REQUESTED)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="errands", verbose_name=_("who does it")
    )
    accepted_at = models.DateTimeField(_("taken"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("given by")
    )
    # The first time somebody had it, kept when it goes back to the queue: the promise is measured by it.
    first_accepted_at = models.DateTimeField(_("first taken"), null=True, blank=True)
    started_at = models.DateTimeField(_("set out"), null=True, blank=True)
    bought_at = models.DateTimeField(_("bought"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=13, choices=Outcome, blank=True)
    delivered_at = models.DateTimeField(_("done"), null=True, blank=True)
    delivered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("done by")
    )
    photo = models.FileField(_("photo at the door"), storage=errand_files, upload_to="%Y/%m/%d", blank=True, db_default="")
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    end_reason = models.CharField(_("reason"), max_length=200, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name=_("merged into")
    )
    # Whoever walks this round does it at the door; kept when it is done.
    merged_round = models.ForeignKey(
        Round, models.PROTECT, null=True, blank=True, related_name="errands", verbose_name=_("goes along with the round")
    )
    confirmed_at = models.DateTimeField(_("confirmed by the resident"), null=True, blank=True)
    # A new number makes the links given out before worthless.
    link_version = models.PositiveSmallIntegerField(default=1, editable=False)

    objects = ErrandQuerySet.as_manager()

    class Meta:
        verbose_name = _("errand")
        verbose_name_plural = _("errands")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(dwelling__isnull=False) | ~Q(written_home=""), name="errand_has_home",
                violation_error_message=_("Say for which home it is."),
            ),
            models.CheckConstraint(
                condition=Q(assignee=None, accepted_at=None, accepted_by=None)
                | Q(assignee__isnull=False, accepted_at__isnull=False, accepted_by__isnull=False),
                name="errand_accepted_in_pairs",
                violation_error_message=_("Who does it, since when and given by whom go together."),
            ),
            models.CheckConstraint(
                condition=Q(assignee__isnull=False) | ~Q(state__in=[*IN_HAND, *DONE]), name="errand_in_hand_has_somebody",
                violation_error_message=_("Somebody must have it."),
            ),
            models.CheckConstraint(
                condition=Q(assignee=None) | ~Q(state__in=WAITING), name="errand_waiting_has_nobody",
                violation_error_message=_("An errand that waits is nobody's yet."),
            ),
            models.CheckConstraint(
                condition=Q(delivered_at=None, delivered_by=None) | Q(delivered_at__isnull=False, delivered_by__isnull=False),
                name="errand_delivered_in_pairs",
                violation_error_message=_("When it was done and by whom go together."),
            ),
            models.CheckConstraint(
                condition=Q(delivered_at__isnull=False, outcome__in=SUCCESSES) | ~Q(state__in=DONE),
                name="errand_done_went_well",
                violation_error_message=_("Say how it was handed over."),
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=False, state__in=ENDED) | Q(ended_at__isnull=True) & ~Q(state__in=ENDED),
                name="errand_ended_once",
                violation_error_message=_("An errand that has ended says when."),
            ),
            models.CheckConstraint(
                condition=~Q(end_reason="") | ~Q(state__in=[ErrandState.CANCELLED, ErrandState.REFERRED]),
                name="errand_end_has_reason",
                violation_error_message=_("Say why."),
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=False, merged_round=None, state="merged")
                | Q(merged_into=None, merged_round__isnull=False, state="merged")
                | Q(merged_into=None) & ~Q(state="merged"),
                name="errand_merged_into_one",
                violation_error_message=_("Say into which errand or round it goes."),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["community", "urgency", "requested_at"], name="errand_queue", condition=Q(state__in=OPEN)
            ),
            models.Index(fields=["escalates_at"], name="errand_promise", condition=Q(state__in=WAITING)),
            models.Index(fields=["assignee", "state"], name="errand_mine"),
            models.Index(fields=["community", "requested_at"], name="errand_asked"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.pk} {self.kind}"

    @property
    def home(self) -> str:
        """Where to go: the home of the ledger, or what was written."""
        if self.dwelling:
            return f"{self.dwelling.entrance.building.compound} {self.dwelling}"
        if self.entrance:
            place = self.entrance.building
            return f"{place.compound} {place.number}-{self.entrance.number}-{self.written_home}"
        return self.written_home

    @property
    def building(self) -> str:
        """The building alone: what may stand where everybody reads it."""
        entrance = self.dwelling.entrance if self.dwelling else self.entrance
        return f"{entrance.building.compound} {entrance.building}" if entrance else ""

    @property
    def name(self) -> str:
        """For whom."""
        return self.resident.name if self.resident else self.written_name

    @property
    def phone(self) -> str:
        """Whom to ring: the number that was given for this errand goes before the one of the ledger."""
        return self.written_phone or (self.resident.phone if self.resident else "")

    @property
    def why_ended(self) -> str:
        """The reason of its end as it was written; the portal's own word in the reader's language."""
        return gettext(self.end_reason) if self.end_reason == BY_RESIDENT else self.end_reason

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def answers(self) -> list[tuple[Any, str]]:
        """The details with their questions, in the order in which the kind asks them."""
        return [(label, self.details[key]) for key, label in DETAILS.items() if self.details.get(key)]
