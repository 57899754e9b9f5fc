"""What passed a gate."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from checkpoints.models.posts import Post
from checkpoints.models.shifts import Shift
from checkpoints.models.totals import KeepsTotals
from portal.lib import masks
from portal.lib.constraints import AppendOnly
from portal.lib.postgresql.keys import KeysAtOnce
from residents.models import Community, Dwelling, Resident
from residents.scope import CommunityQuerySet


class PassageQuerySet(CommunityQuerySet):
    """Passages."""

    def standing(self) -> Self:
        """What really happened: neither voided rows nor the rows that void them."""
        # "Not empty" is implied, but only said aloud does it let PostgreSQL read the few voiding rows instead of all.
        voided = Passage.objects.filter(voids=OuterRef("pk"), voids__isnull=False)
        return self.filter(~Exists(voided), is_void=False)


class Passage(models.Model):
    """出入登记: one person passing one gate in one direction.

    Never edited: a correction is a new row that voids the old one. The key is made by the phone, so that posting a
    passage twice stores it once. What was written stays beside any later link to the household ledger.
    """

    community_path = "community"

    class Direction(models.TextChoices):
        IN = "in", _("in")
        OUT = "out", _("out")

    class Person(models.TextChoices):
        RESIDENT = "resident", _("resident")
        VISITOR = "visitor", _("visitor")
        COURIER = "courier", _("courier")
        STAFF = "staff", _("staff")
        DRIVER = "driver", _("driver")

    class HealthCode(models.TextChoices):
        GREEN = "green", _("green code")
        YELLOW = "yellow", _("yellow code")
        RED = "red", _("red code")
        NONE = "none", _("no code")

    class Result(models.TextChoices):
        PASSED = "passed", _("let pass")
        TURNED_BACK = "turned_back", _("turned back")
        HELD = "held", _("held")

    class Source(models.TextChoices):
        GATE = "gate", _("logged at the gate")
        PAPER = "paper", _("from a paper register")

    # Each index costs every passage: those below serve the questions that are asked, the keys have none of their own.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    community = models.ForeignKey(
        Community, models.PROTECT, related_name="passages", db_index=False, verbose_name=_("community")
    )
    post = models.ForeignKey(Post, models.PROTECT, related_name="passages", db_index=False, verbose_name=_("checkpoint"))
    shift = models.ForeignKey(
        Shift, models.PROTECT, null=True, blank=True, related_name="passages", db_index=False, verbose_name=_("shift")
    )
    happened_at = models.DateTimeField(_("happened at"))
    received_at = models.DateTimeField(_("received at"))
    # What the phone's own clock said, on which phone, and which of its rows this is: the order holds whatever the clock.
    phone_at = models.DateTimeField(_("time of the phone"), null=True, blank=True, editable=False)
    device = models.UUIDField(null=True, blank=True, editable=False)
    sequence = models.PositiveIntegerField(null=True, blank=True, editable=False)
    # The local day and hour of happened_at, kept so that a day of a city is counted in one pass.
    day = models.DateField(_("day"))
    hour = models.PositiveSmallIntegerField(_("hour"))
    direction = models.CharField(_("in / out"), max_length=3, choices=Direction)
    person = models.CharField(_("kind of person"), max_length=8, choices=Person, default=Person.RESIDENT)
    written_home = models.CharField(_("home"), max_length=60, blank=True)
    written_name = models.CharField(_("name"), max_length=40, blank=True)
    # The home and the person of the ledger that what was written names; what was written stays beside them.
    dwelling = models.ForeignKey(
        Dwelling, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("home on record")
    )
    resident = models.ForeignKey(
        Resident, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("resident on record")
    )
    written_phone = models.CharField(_("phone"), max_length=20, blank=True)
    temperature = models.DecimalField(_("temperature (°C)"), max_digits=3, decimal_places=1, null=True, blank=True)
    health_code = models.CharField(_("health code"), max_length=6, choices=HealthCode, blank=True)
    mask = models.BooleanField(_("wears a mask"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    plate_no = models.CharField(_("plate"), max_length=12, blank=True)
    passengers = models.PositiveSmallIntegerField(_("passengers"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=12, choices=Result, default=Result.PASSED)
    result_note = models.CharField(_("why"), max_length=120, blank=True)
    source = models.CharField(_("source"), max_length=5, choices=Source, default=Source.GATE)
    is_void = models.BooleanField(_("voids another row"), default=False)
    # Almost every row voids nothing: what is unique among the few is indexed for the few.
    voids = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("voids")
    )
    logged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, verbose_name=_("logged by")
    )

    objects = PassageQuerySet.as_manager()

    class Meta:
        verbose_name = _("passage")
        verbose_name_plural = _("passages")
        ordering = ["-happened_at", "-id"]
        constraints = [
            AppendOnly(name="passage_append_only", deletes=True),
            KeepsTotals(name="passage_totals"),
            KeysAtOnce("community", "post", "shift", "dwelling", "resident", "logged_by", name="passage_keys"),
            models.CheckConstraint(
                condition=Q(temperature=None) | Q(temperature__gte=34, temperature__lte=43),
                name="passage_temperature_possible",
                violation_error_message=_("A temperature lies between 34.0 and 43.0."),
            ),
            models.CheckConstraint(
                condition=~Q(result="turned_back") | ~Q(result_note=""),
                name="passage_turned_back_why",
                violation_error_message=_("Say why the person was turned back."),
            ),
            models.UniqueConstraint(
                fields=["voids"],
                condition=Q(voids__isnull=False),
                name="passage_voided_once",
                violation_error_message=_("This passage has been struck already. Open the list again."),
            ),
            models.CheckConstraint(
                condition=Q(is_void=False) | Q(voids__isnull=False),
                name="passage_void_of_something",
            ),
        ]
        indexes = [
            models.Index(fields=["day", "community"], name="passage_day"),
            models.Index(fields=["shift", "happened_at"], name="passage_shift"),
        ]

    def __str__(self) -> str:
        return f"{self.happened_at:%Y-%m-%d %H:%M} {self.get_direction_display()}"

    @property
    def called(self) -> str:
        """What a line says first: home, plate, or what passed without one. static/js/gate_rows.js says the same."""
        if self.written_home:
            return self.written_home
        if self.plate_no == masks.NO_PLATE:
            return self.reason or gettext("no plate")
        return masks.plate(self.plate_no) or self.get_person_display()

    @property
    def minutes_fast(self) -> int:
        """How far the clock ran ahead on which this was logged, in whole minutes; below zero when it was behind."""
        return round((self.phone_at - self.happened_at).total_seconds() / 60) if self.phone_at else 0

    @property
    def minutes_slow(self) -> int:
        return -self.minutes_fast
