"""What a kind of round is made of. One module of this folder is one kind; README.md shows how to add the next."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from residents.models import Dwelling, Resident, RoundPlan, Stop


@dataclass(frozen=True)
class Target:
    """Whom one stop visits: a home, somebody in it, or a place."""

    dwelling: Dwelling | None = None
    resident: Resident | None = None
    place: str = ""


@dataclass(frozen=True)
class Outcome:
    """How a stop can end; `excused` is a reason why what was meant did not happen."""

    code: str
    label: str | Promise
    icon: str = "check"
    excused: bool = False


@dataclass(frozen=True)
class Question:
    """What is asked at the door: `kind` is text, number, temperature, choice or yes; the form keeps the bounds."""

    name: str
    label: str | Promise
    kind: str = "text"
    required: bool = False
    choices: tuple[tuple[str, str | Promise], ...] = ()
    least: int = 0
    most: int = 100_000
    unit: str | Promise = ""
    initial: Any = None


@dataclass(frozen=True)
class Start:
    """What an answer starts: a finding for the secretary and, by `follow_up`, a stop of that kind this same day."""

    finding: str
    detail: str = ""
    follow_up: str = ""


Answers = Mapping[str, Any]


@dataclass(frozen=True)
class Given:
    """What was said at a stop, and what an answer is measured against."""

    stop: Stop
    outcome: str
    answers: Answers
    fever_limit: Decimal
    now: dt.datetime


DONE = Outcome("done", _("Done"))
# Reasons that any door may give.
NO_ANSWER = Outcome("no_answer", _("Nobody answers"), "door", excused=True)
REFUSED = Outcome("refused", _("Refused"), "hand-stop", excused=True)
NOT_NEEDED = Outcome("not_needed", _("Not needed"), "minus", excused=True)
MOVED_OUT = Outcome("moved_out", _("Moved out"), "user-x", excused=True)
OTHER = Outcome("other", _("Another reason"), "dots", excused=True)
AT_THE_DOOR = (NO_ANSWER, REFUSED, NOT_NEEDED, MOVED_OUT, OTHER)


def nothing(_given: Given) -> Iterable[Start]:
    """Most answers start nothing."""
    return ()


def unknown(_stop: Stop) -> str:
    """Most stops have to be looked at."""
    return ""


@dataclass(frozen=True)
class Kind:
    """A kind of round: whom it visits, what is asked, what an answer starts; the rest is how it is shown."""

    code: str
    label: str | Promise
    icon: str
    visits: Callable[[RoundPlan], Iterable[Target]]
    questions: tuple[Question, ...] = ()
    starts: Callable[[Given], Iterable[Start]] = nothing
    # The first is the usual one, a single tap.
    outcomes: tuple[Outcome, ...] = (DONE,)
    reasons: tuple[Outcome, ...] = AT_THE_DOOR
    whom: str = RoundPlan.Whom.ALL
    # Codes of the care categories a new plan begins with.
    categories: tuple[str, ...] = ()
    # The question whose numbers are added up in the daily report.
    counts: str = ""
    # Minutes after the stop during which a place may not be used.
    closes_for: str = ""
    # Temperature and symptom of somebody in quarantine also go into their file.
    is_health_check: bool = False
    # Stops nobody answered are visited once more.
    revisits: bool = False
    # Whoever walks it stands at the door and can bring or take something along: errands of the home go with it.
    carries: bool = False
    # Nobody goes there.
    by_phone: bool = False
    # Its homes count as swept.
    sweeps: bool = False
    # Walked from the yard: the windows of a building as one picture.
    windows: bool = False
    # The outcome of a window that is known without looking, where the rest of a building is ended alike.
    known: Callable[[Stop], str] = unknown
    slots: tuple[str, ...] = field(default=("09:00",))

    @property
    def usual(self) -> Outcome:
        return self.outcomes[0]

    @property
    def one_tap(self) -> bool:
        """Nothing has to be asked before the usual outcome."""
        return not any(question.required for question in self.questions)

    def ends(self) -> dict[str, Outcome]:
        """Every way in which a stop can end."""
        return {outcome.code: outcome for outcome in (*self.outcomes, *self.reasons)}
