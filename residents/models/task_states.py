"""What kinds of task there are, where they come from and where they stand."""

from django.db import models
from django.utils.translation import pgettext_lazy


class TaskKind(models.TextChoices):
    """What kind of work it is."""

    VISIT = "visit", pgettext_lazy("task", "door visit")
    CALL = "call", pgettext_lazy("task", "phone call")
    HEALTH = "health", pgettext_lazy("task", "health")
    SUPPLIES = "supplies", pgettext_lazy("task", "supplies")
    REPAIR = "repair", pgettext_lazy("task", "repair")
    ORDER = "order", pgettext_lazy("task", "order outdoors")
    PAPERS = "papers", pgettext_lazy("task", "papers")
    OTHER = "other", pgettext_lazy("task", "other")


class TaskSource(models.TextChoices):
    """Where a task came from."""

    HAND = "hand", pgettext_lazy("task", "written by hand")
    CHAT = "chat", pgettext_lazy("task", "chat group")
    MEETING = "meeting", pgettext_lazy("task", "meeting decision")
    FINDING = "finding", pgettext_lazy("task", "found on a round")
    LIGHTS = "lights", pgettext_lazy("task", "light count")
    ALERT = "alert", pgettext_lazy("task", "health alert")
    ERRAND = "errand", pgettext_lazy("task", "errand")
    MATTER = "matter", pgettext_lazy("task", "problem or incident")


# Where its title is the portal's own.
BY_THE_PORTAL = (TaskSource.FINDING, TaskSource.LIGHTS, TaskSource.ALERT, TaskSource.MATTER)


class TaskState(models.TextChoices):
    """Where a task stands; what may follow is in services.tasks."""

    NEW = "new", pgettext_lazy("task", "nobody has it")
    ASSIGNED = "assigned", pgettext_lazy("task", "given to somebody")
    DOING = "doing", pgettext_lazy("task", "being done")
    DONE = "done", pgettext_lazy("task", "done")
    CANCELLED = "cancelled", pgettext_lazy("task", "cancelled")


IN_HAND = (TaskState.ASSIGNED, TaskState.DOING)
OPEN = (TaskState.NEW, *IN_HAND)
ENDED = (TaskState.DONE, TaskState.CANCELLED)
# From this risk on somebody who leads must be on site.
NEEDS_LEAD = 3
