"""What the audit trail calls the rows it speaks of: people by their family name, places and shifts by what they are."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from checkpoints.models import Assignment, Attendance, DeliveryBatch, EntryPass, PassPolicy, Post, Shift
from deployments.models import Cadre, Commendation, Leave, Responsibility, Secondment, SendingUnit
from portal.accounts import trail
from portal.accounts.models import Event, User
from portal.jobs.registry import kinds
from portal.lib import masks
from portal.reports.exports.tables import TABLES
from portal.reports.figures import BY_KEY
from residents.models import (
    Building,
    Community,
    Compound,
    Dwelling,
    Entrance,
    EpidemicFreeStatus,
    Matter,
    Resident,
    Task,
)
from residents.models.finding_words import FINDINGS
from residents.rounds import KINDS
from residents.rounds.kinds import AT_THE_DOOR, DONE

# The columns that name a row; those of a person's name are masked.
NAMES: dict[type[Model], tuple[str, ...]] = {
    User: ("name",),
    Community: ("name",),
    Compound: ("name",),
    Building: ("compound__name", "number"),
    Entrance: ("building__compound__name", "building__number", "number"),
    Dwelling: ("entrance__building__number", "entrance__number", "room_no"),
    Resident: ("name",),
    Matter: ("kind", "id"),
    Task: ("kind", "id"),
    Commendation: ("kind", "id"),
    SendingUnit: ("name",),
    Cadre: ("name",),
    Secondment: ("cadre__name", "starts_on"),
    Leave: ("secondment__cadre__name", "starts_at"),
    Responsibility: ("cadre__name", "compound__name", "building__number", "entrance__number"),
    Post: ("compound__name", "name"),
    Shift: ("post__name", "starts_at"),
    Assignment: ("cadre__name", "shift__post__name", "starts_at"),
    DeliveryBatch: ("what", "arrived_at"),
    Attendance: ("assignment__cadre__name", "assignment__starts_at"),
    EntryPass: ("number",),
    PassPolicy: ("name",),
}
# What is put down beside the columns of a row.
WORDS: dict[str, Any] = {
    **{key: figure.label for key, figure in BY_KEY.items()},
    "table": _("sheet"),
    "first": _("first day"),
    "last": _("last day"),
    "form": _("file"),
    "full": _("ID numbers, phones and addresses in full"),
    "reason": _("reason"),
    "override_reason": _("reason"),
    "count": _("how many"),
    "rows": _("how many"),
    "stops": _("stops"),
    "members": pgettext_lazy("team", "members"),
    "in": _("in"),
    "out": _("out"),
    "accepted": pgettext_lazy("trail", "accepted"),
    "agrees": pgettext_lazy("trail", "agreed to be named"),
    "at_home": _("at home"),
    "before": _("older than"),
    "day": _("day"),
    "field": _("what was shown"),
    "found": _("against the rule"),
    "from": _("from whom"),
    "hours": _("hours"),
    "is_final": _("before the release"),
    "layer": _("picture"),
    "note": _("note"),
    "numbers": _("numbers"),
    "paper": _("paper"),
    "phone": _("phone"),
    "placed": _("homes"),
    "sheet": _("sheet"),
    "special": _("special events"),
    "status": _("status"),
    "to": _("to whom"),
    "until": _("until"),
}
PEOPLE = (User, Resident, Cadre)
OF_PEOPLE = ("cadre__name", "secondment__cadre__name", "assignment__cadre__name")


def lines(events: list[Event], communities: Any) -> list[trail.Line]:
    """The events in words; one statement for each kind of row they name, however many they are."""
    names = called(trail.mentioned(events), communities) | in_words()
    return [trail.line(event, names) for event in events]


def in_words() -> trail.Names:
    """What is put down beside the columns of a row, and the words of values that no column knows."""
    words = {("", name): str(label) for name, label in WORDS.items()}
    words |= {("residents.epidemicfreestatus.reason", key): str(label) for key, label in EpidemicFreeStatus.Found.choices}
    words |= {("residents.finding.kind", key): str(label) for key, label in FINDINGS.items()}
    words |= {("residents.stop.outcome", key): label for key, label in _endings().items()}
    words |= {("jobs.job.table", name): str(table.label) for name, table in TABLES.items()}
    return words | {("jobs.job.kind", name): str(kind.label) for name, kind in kinds().items()}


def _endings() -> dict[str, str]:
    """How a stop can end; where kinds of rounds have words of their own, the one for all."""
    ends = {code: str(outcome.label) for kind in KINDS.values() for code, outcome in kind.ends().items()}
    return ends | {outcome.code: str(outcome.label) for outcome in (DONE, *AT_THE_DOOR)}


def called(mentioned: dict[str, set[str]], communities: Any) -> trail.Names:
    """The names of these rows, as far as they belong to the communities or to none."""
    names: trail.Names = {}
    for model, columns in NAMES.items():
        label = model._meta.label_lower
        keys = {key for key in mentioned.get(label, ()) if key.isdecimal() and len(key) < 19}
        if not keys:
            continue
        rows = model._default_manager.filter(pk__in=keys)
        if hasattr(rows, "within"):
            rows = rows.within(communities)
        for key, *parts in rows.values_list("pk", *columns):
            names[label, str(key)] = " ".join(_parts(model, columns, parts))
    return names


def _parts(model: type[Model], columns: Iterable[str], parts: Iterable[Any]) -> Iterable[str]:
    for column, part in zip(columns, parts, strict=True):
        if isinstance(part, dt.datetime):
            yield f"{timezone.localtime(part):%m-%d %H:%M}"
        elif part not in (None, ""):
            yield masks.name(part) if model in PEOPLE or column in OF_PEOPLE else _worded(model, column, part)


def _worded(model: type[Model], column: str, part: Any) -> str:
    field = None if "__" in column else model._meta.get_field(column)
    return str(dict(getattr(field, "flatchoices", ())).get(part, part))
