"""Long work that somebody waits for: imports, exports, roll-ups."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.lib.imports import WRITTEN
from portal.lib.storages import WholeFiles


def job_files() -> WholeFiles:
    """Files of jobs are never served by path: only the job's page hands them out."""
    return WholeFiles("jobs")


class Job(models.Model):
    """One import, export or roll-up: who asked, how far it is, what came out.

    `kind` names the work (`import_cadres`, `export_daily`); `portal.jobs.registry` knows which function does it.
    """

    community_path = "community"

    class State(models.TextChoices):
        PREVIEWING = "previewing", _("reading")
        PREVIEWED = "previewed", _("waiting for your yes")
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    # Somebody works at it, or will.
    OPEN = ("previewing", "queued", "running")

    kind = models.CharField(_("kind"), max_length=40)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.QUEUED)
    # Empty for work over a whole subdistrict or district.
    community = models.ForeignKey(
        "residents.Community", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("community")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="jobs", verbose_name=_("asked by"))
    params = models.JSONField(default=dict)
    file = models.FileField(_("file"), storage=job_files, upload_to="in/%Y/%m/%d", blank=True)
    file_name = models.CharField(_("file"), max_length=120, blank=True)
    result = models.FileField(_("result"), storage=job_files, upload_to="out/%Y/%m/%d", blank=True)
    result_name = models.CharField(_("result"), max_length=120, blank=True)
    # An import's decisions row by row, sealed, for they hold what was typed: however long, it is read as a stream.
    lines = models.FileField(_("rows"), storage=job_files, upload_to="lines/%Y/%m/%d", blank=True)
    done = models.PositiveIntegerField(_("done"), default=0)
    total = models.PositiveIntegerField(_("of"), default=0)
    # What a page shows of the outcome: counts by action, the sentence of a failure.
    outcome = models.JSONField(default=dict)
    created_at = models.DateTimeField(_("asked at"), auto_now_add=True)
    # A worker that still works says so; one that fell silent is replaced.
    beat_at = models.DateTimeField(null=True, blank=True)
    # Whoever works at it; one that was taken for dead and is not finds another claim here, and stops.
    claim = models.UUIDField(null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["beat_at"], name="job_open", condition=models.Q(state__in=["previewing", "queued", "running"])
            ),
            models.Index(fields=["by", "-id"], name="job_mine"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def writes(self) -> int:
        """How many rows of a file are, or would be, written."""
        counts = self.outcome.get("counts", {})
        return sum(counts.get(does, 0) for does in WRITTEN)

    @property
    def state_shown(self) -> str:
        """The state in words; a preview with nothing to say yes to waits for nobody."""
        idle = self.state == self.State.PREVIEWED and not self.writes
        return gettext("nothing to write") if idle else str(self.get_state_display())

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0
