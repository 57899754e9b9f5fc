"""Where an errand stands, how urgent it is and how it ended."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy


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
