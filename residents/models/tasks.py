"""任务: something somebody has to do, wherever it came from, until the record that answers it stands."""

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.models import task_titles
from residents.models.errands import Errand
from residents.models.findings import Finding
from residents.models.health_checks import HealthCheck
from residents.models.households import Dwelling
from residents.models.matters import Matter
from residents.models.places import Building, Community, Compound
from residents.models.quarantine import QuarantineCase
from residents.models.rounds import Stop
from residents.models.task_states import BY_THE_PORTAL, ENDED, IN_HAND, NEEDS_LEAD, OPEN, TaskKind, TaskSource, TaskState
from residents.models.teams import Team
from residents.scope import CommunityQuerySet


class TaskQuerySet(CommunityQuerySet):
    """Tasks."""

    def open(self) -> Self:
        """Those that are not ended."""
        return self.filter(state__in=OPEN)

    def late(self, now: Any) -> Self:
        """Those that should be done by now."""
        return self.open().filter(due_at__lt=now)

    def of(self, user: Any) -> Self:
        """Those somebody answers for, leads or helps with, and those of their team that nobody has yet."""
        helps = Task.team.through.objects.filter(user=user).values("task")
        ours = Q(assignee=None, for_team__in=Team.objects.of(user).values("pk"))
        return self.filter(Q(assignee=user) | Q(lead=user) | Q(pk__in=helps) | ours)

    def in_order(self) -> Self:
        """What is due first, the riskier of two first."""
        return self.order_by("due_at", "-risk", "id")

    def with_places(self) -> Self:
        """With all that a line of a list shows."""
        return self.select_related(
            "compound",
            "building__compound",
            "dwelling__entrance__building__compound",
            "assignee",
            "lead",
            "for_team",
            "errand__kind",
        )


class Task(models.Model):
    """One thing to do: where, how risky, by when, who answers for it, and what came of it."""

    community_path = "community"

    class Risk(models.IntegerChoices):
        LOW = 1, pgettext_lazy("task", "1 low")
        MEDIUM = 2, pgettext_lazy("task", "2 take care")
        HIGH = 3, pgettext_lazy("task", "3 high, with a lead on site")

    # Made by the page before it asks, so that a second press is known for one.
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    community = models.ForeignKey(Community, models.PROTECT, related_name="tasks", verbose_name=_("community"))
    title = models.CharField(_("what is to be done"), max_length=80)
    what = models.TextField(_("details"), max_length=1000, blank=True)
    kind = models.CharField(_("kind"), max_length=8, choices=TaskKind, default=TaskKind.OTHER)
    risk = models.PositiveSmallIntegerField(_("risk"), choices=Risk, default=Risk.LOW)

    compound = models.ForeignKey(
        Compound, models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name=_("compound")
    )
    building = models.ForeignKey(
        Building, models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name=_("building")
    )
    dwelling = models.ForeignKey(Dwelling, models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name=_("home"))
    place = models.CharField(_("place"), max_length=60, blank=True)

    source = models.CharField(_("came from"), max_length=8, choices=TaskSource, default=TaskSource.HAND)
    finding = models.ForeignKey(
        Finding, models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name=_("because of")
    )
    case = models.ForeignKey(
        QuarantineCase, models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name=_("quarantine case")
    )
    errand = models.ForeignKey(Errand, models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name=_("errand"))
    matter = models.ForeignKey(Matter, models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name=_("matter"))

    created_at = models.DateTimeField(_("written"), default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("written by"))
    due_at = models.DateTimeField(_("due"))
    # Who was told that it is late: 0 nobody yet, 1 who has it, 2 the secretary; and when the next is told.
    escalated = models.PositiveSmallIntegerField(default=0, editable=False)
    escalates_at = models.DateTimeField(null=True, editable=False)

    state = models.CharField(_("state"), max_length=9, choices=TaskState, default=TaskState.NEW)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name=_("who does it")
    )
    assigned_at = models.DateTimeField(_("given"), null=True, blank=True)
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("given by")
    )
    # Whose it is until one of them takes it, and whose it was.
    for_team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name=_("team"))
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="tasks_led",
        verbose_name=_("who leads on site"),
    )  # fmt: skip
    team = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="tasks_helped", verbose_name=_("who goes along")
    )
    started_at = models.DateTimeField(_("started"), null=True, blank=True)

    # What came of it, in words; beside it the record that says so, where there is one.
    result = models.CharField(_("what was done"), max_length=300, blank=True)
    answer_check = models.ForeignKey(
        HealthCheck, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("health check")
    )
    answer_errand = models.ForeignKey(
        Errand, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("errand that was done")
    )
    answer_stop = models.ForeignKey(
        Stop, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("call or visit")
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(title=""), name="task_has_title", violation_error_message=_("Say what is to be done.")
            ),
            models.CheckConstraint(
                condition=Q(dwelling__isnull=False) | Q(building__isnull=False) | Q(compound__isnull=False) | ~Q(place=""),
                name="task_has_place",
                violation_error_message=_("Say where: a home, a building, a compound, or in words."),
            ),
            models.CheckConstraint(
                condition=Q(risk__gte=1, risk__lte=3), name="task_risk_known",
                violation_error_message=_("The risk is 1, 2 or 3."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["doing", "done"]) | Q(risk__lt=NEEDS_LEAD) | Q(lead__isnull=False),
                name="task_risky_has_lead",
                violation_error_message=_("A task of risk 3 starts only with a lead on site: name one first."),
            ),
            models.CheckConstraint(
                condition=Q(assignee=None, assigned_at=None, assigned_by=None)
                | Q(assignee__isnull=False, assigned_at__isnull=False, assigned_by__isnull=False),
                name="task_assigned_in_pairs",
                violation_error_message=_("Who does it, since when and given by whom go together."),
            ),
            models.CheckConstraint(
                condition=Q(state="cancelled") | Q(state="new", assignee=None)
                | (~Q(state="new") & Q(assignee__isnull=False)),
                name="task_in_hand_has_somebody",
                violation_error_message=_("Somebody must have it."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, ended_at=None, ended_by=None)
                | Q(state__in=ENDED, ended_at__isnull=False, ended_by__isnull=False),
                name="task_ended_in_pairs",
                violation_error_message=_("When it ended and by whom go together."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN) | ~Q(result=""), name="task_ended_with_result",
                violation_error_message=_("Say what was done, or choose the record that says so."),
            ),
            models.UniqueConstraint(
                fields=["finding"], condition=Q(finding__isnull=False) & ~Q(state="cancelled"), name="task_of_finding_once",
                violation_error_message=_("There is a task for this already."),
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(case__isnull=False, state__in=OPEN), name="task_of_case_once",
                violation_error_message=_("There is a task for this already."),
            ),
            models.UniqueConstraint(
                fields=["errand"], condition=Q(errand__isnull=False, state__in=OPEN), name="task_of_errand_once",
                violation_error_message=_("There is a task for this already."),
            ),
            models.UniqueConstraint(
                fields=["matter"], condition=Q(matter__isnull=False, state__in=OPEN), name="task_of_matter_once",
                violation_error_message=_("There is a task for this already."),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["community", "due_at"], name="task_open", condition=Q(state__in=OPEN)),
            models.Index(fields=["escalates_at"], name="task_escalates", condition=Q(state__in=OPEN)),
            models.Index(fields=["assignee"], name="task_of_owner", condition=Q(state__in=IN_HAND)),
            models.Index(fields=["community", "-ended_at"], name="task_ended"),
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def where(self) -> str:
        """The place as people say it: the nearest that is known, and the words beside it."""
        home = self.dwelling
        if home:
            known = f"{home.entrance.building.compound} {home}"
        elif self.building:
            known = f"{self.building.compound} {self.building}"
        else:
            known = str(self.compound or "")
        return " ".join(filter(None, [known, self.place]))

    @property
    def words(self) -> str:
        """The title: what the portal wrote in the reader's language, what somebody typed as it was typed."""
        if self.errand and self.source == TaskSource.ERRAND and self.title.startswith(task_titles.beginnings()):
            return task_titles.of_errand(self.errand.kind)
        say = task_titles.known().get(self.title) if self.source in BY_THE_PORTAL else None
        return say() if say else self.title

    @property
    def public_title(self) -> str:
        """What whoever has no part in it may read: of health only that it is about health."""
        return str(self.get_kind_display()) if self.kind == TaskKind.HEALTH else self.words

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_late(self) -> bool:
        return self.is_open and self.due_at < timezone.now()

    @property
    def lacks_lead(self) -> bool:
        """It cannot start: too risky for somebody alone."""
        return self.is_open and self.risk >= NEEDS_LEAD and self.lead_id is None


class TaskNote(models.Model):
    """A word on the way: a call, a door that stayed shut, why it was given on."""

    community_path = "task__community"

    task = models.ForeignKey(Task, models.PROTECT, related_name="notes", verbose_name=_("task"))
    text = models.CharField(_("note"), max_length=300)
    written_at = models.DateTimeField(_("written"), default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("note of a task")
        verbose_name_plural = _("notes of tasks")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text
