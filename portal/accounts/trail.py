"""The audit trail in words a secretary reads."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.template.defaultfilters import date
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from portal.accounts.models import Event

OURS = ("accounts", "jobs", "residents", "deployments", "checkpoints", "reports")
# Records that no line is ever about.
UNTOLD = {"accounts.Attempt", "accounts.Erasure", "accounts.Event", "accounts.Session", "checkpoints.GateTotal"}
NOTHING = "—"
# What rows are called: by table and key. Beside them what columns are called that no table has ("", name), and the values of
# those that hold a name of the code ("table.column", value).
Names = dict[tuple[str, str], str]

# The second half of an event's kind (`shift.published`); the first half is the record it is about.
VERBS: dict[str, Promise] = {
    "accepted": pgettext_lazy("trail", "accepted"),
    "account_closed": pgettext_lazy("trail", "sign-in closed"),
    "account_opened": pgettext_lazy("trail", "sign-in opened"),
    "added": pgettext_lazy("trail", "added"),
    "agreed": pgettext_lazy("trail", "the home agreed"),
    "alert_cleared": pgettext_lazy("trail", "alert cleared"),
    "answered": pgettext_lazy("trail", "answered"),
    "applied": pgettext_lazy("trail", "applied"),
    "approved": pgettext_lazy("trail", "approved"),
    "arrived": pgettext_lazy("trail", "arrived"),
    "asked": pgettext_lazy("trail", "asked for"),
    "assessed": pgettext_lazy("trail", "home assessed"),
    "assigned": pgettext_lazy("trail", "assigned"),
    "back_home": pgettext_lazy("trail", "back at home"),
    "bought": pgettext_lazy("trail", "things bought"),
    "buildings_added": pgettext_lazy("trail", "buildings added"),
    "called": pgettext_lazy("trail", "called"),
    "cancelled": pgettext_lazy("trail", "cancelled"),
    "carrier_asked": pgettext_lazy("trail", "carrier asked for"),
    "changed": pgettext_lazy("trail", "changed"),
    "closed": pgettext_lazy("trail", "closed"),
    "communities_added": pgettext_lazy("trail", "communities added"),
    "completed": pgettext_lazy("trail", "completed"),
    "confirmed": pgettext_lazy("trail", "confirmed"),
    "connected": pgettext_lazy("trail", "given a bot"),
    "copied": pgettext_lazy("trail", "copied"),
    "corrected": pgettext_lazy("trail", "corrected"),
    "correction_asked": pgettext_lazy("trail", "correction asked for"),
    "correction_taken_back": pgettext_lazy("trail", "correction taken back"),
    "counted": pgettext_lazy("trail", "counted"),
    "created": pgettext_lazy("trail", "created"),
    "days_changed": pgettext_lazy("trail", "days changed"),
    "decided": pgettext_lazy("trail", "decided"),
    "delivered": pgettext_lazy("trail", "delivered"),
    "described": pgettext_lazy("trail", "special events written"),
    "discarded": pgettext_lazy("trail", "thrown away"),
    "disinfected": pgettext_lazy("trail", "disinfected"),
    "disputed": pgettext_lazy("trail", "short or wrong"),
    "done": pgettext_lazy("trail", "done"),
    "ended": pgettext_lazy("trail", "ended"),
    "entrances_added": pgettext_lazy("trail", "entrances added"),
    "erased": pgettext_lazy("trail", "erased"),
    "exit_approved": pgettext_lazy("trail", "exit approved"),
    "exit_returned": pgettext_lazy("trail", "back from the exit"),
    "expected": pgettext_lazy("trail", "expected"),
    "exported": pgettext_lazy("trail", "exported"),
    "extended": pgettext_lazy("trail", "extended"),
    "failed": pgettext_lazy("trail", "did not work out"),
    "finished": pgettext_lazy("trail", "all handed out"),
    "freed": pgettext_lazy("trail", "free to go"),
    "firm_called": pgettext_lazy("trail", "firm called"),
    "formed": pgettext_lazy("trail", "formed"),
    "given_back": pgettext_lazy("trail", "given back"),
    "given_to_team": pgettext_lazy("trail", "given to a team"),
    "given_up": pgettext_lazy("trail", "given up"),
    "handed_out": pgettext_lazy("trail", "handed out"),
    "handed_over": pgettext_lazy("trail", "handed over"),
    "handled": pgettext_lazy("trail", "acted upon"),
    "held": pgettext_lazy("trail", "held"),
    "imported": pgettext_lazy("trail", "imported"),
    "isolated": pgettext_lazy("trail", "isolated"),
    "kept": pgettext_lazy("trail", "kept"),
    "joined": pgettext_lazy("trail", "joined a gate"),
    "lead": pgettext_lazy("trail", "lead named"),
    "left": pgettext_lazy("trail", "left"),
    "link_renewed": pgettext_lazy("trail", "new link given"),
    "locked": pgettext_lazy("trail", "locked"),
    "logged": pgettext_lazy("trail", "logged"),
    "issued": pgettext_lazy("trail", "issued"),
    "made": pgettext_lazy("trail", "made"),
    "marked": pgettext_lazy("trail", "marked"),
    "measured": pgettext_lazy("trail", "measured again"),
    "merged": pgettext_lazy("trail", "merged"),
    "misuse_found": pgettext_lazy("trail", "used against the rule"),
    "moved": pgettext_lazy("trail", "moved"),
    "new_version": pgettext_lazy("trail", "new version begun"),
    "noted": pgettext_lazy("trail", "note added"),
    "notified": pgettext_lazy("trail", "community told"),
    "notice_served": pgettext_lazy("trail", "notice served"),
    "no_show": pgettext_lazy("trail", "did not report"),
    "on_duty": pgettext_lazy("trail", "on duty"),
    "off_duty": pgettext_lazy("trail", "taken off duty"),
    "opened": pgettext_lazy("trail", "opened"),
    "ordered": pgettext_lazy("trail", "ordered"),
    "overridden": pgettext_lazy("trail", "let go against the rule"),
    "passes_issued": pgettext_lazy("trail", "passes issued to all homes"),
    "passes_run_out": pgettext_lazy("trail", "passes that had run out ended"),
    "passes_printed": pgettext_lazy("trail", "passes printed"),
    "password_changed": pgettext_lazy("trail", "password changed"),
    "password_given": pgettext_lazy("trail", "password given"),
    "placed": pgettext_lazy("trail", "homes written down"),
    "planned": pgettext_lazy("trail", "plan written"),
    "printed": pgettext_lazy("trail", "printed"),
    "published": pgettext_lazy("trail", "published"),
    "quarantine_ended": pgettext_lazy("trail", "released from quarantine"),
    "raised": pgettext_lazy("trail", "found"),
    "read": pgettext_lazy("trail", "read"),
    "recalled": pgettext_lazy("trail", "recalled"),
    "recorded": pgettext_lazy("trail", "recorded"),
    "redeployed": pgettext_lazy("trail", "redeployed"),
    "referred": pgettext_lazy("trail", "passed on"),
    "refused": pgettext_lazy("trail", "refused"),
    "registered": pgettext_lazy("trail", "registered"),
    "released": pgettext_lazy("trail", "taken off"),
    "reminded": pgettext_lazy("trail", "reminded"),
    "removed": pgettext_lazy("trail", "removed"),
    "reopened": pgettext_lazy("trail", "opened again"),
    "replaced": pgettext_lazy("trail", "replaced"),
    "reported": pgettext_lazy("trail", "reported for duty"),
    "allowed_again": pgettext_lazy("trail", "restored"),
    "restored": pgettext_lazy("trail", "let in again"),
    "requested": pgettext_lazy("trail", "asked for"),
    "returned": pgettext_lazy("trail", "returned"),
    "revealed": pgettext_lazy("trail", "shown in full"),
    "reversed": pgettext_lazy("trail", "taken back"),
    "revoked": pgettext_lazy("trail", "shut out"),
    "rolled_up": pgettext_lazy("trail", "rolled up"),
    "second_factor_removed": pgettext_lazy("trail", "second step of the sign-in removed"),
    "settled": pgettext_lazy("trail", "settled"),
    "signed_in": pgettext_lazy("trail", "signed in to the shift"),
    "signed_out": pgettext_lazy("trail", "signed out of the shift"),
    "sorted": pgettext_lazy("trail", "sorted"),
    "solved": pgettext_lazy("trail", "solved"),
    "started": pgettext_lazy("trail", "started"),
    "status": pgettext_lazy("trail", "status set"),
    "submitted": pgettext_lazy("trail", "submitted"),
    "suspended": pgettext_lazy("trail", "suspended"),
    "swapped": pgettext_lazy("trail", "swapped"),
    "team_set": pgettext_lazy("trail", "care team named"),
    "tested": pgettext_lazy("trail", "test sent"),
    "told": pgettext_lazy("trail", "told"),
    "unassigned": pgettext_lazy("trail", "taken off"),
    "undone": pgettext_lazy("trail", "taken back"),
    "urgency_set": pgettext_lazy("trail", "urgency changed"),
    "verified": pgettext_lazy("trail", "verified"),
    "violated": pgettext_lazy("trail", "violation"),
    "voided": pgettext_lazy("trail", "voided"),
    "weighed": pgettext_lazy("trail", "weighed anew"),
    "withdrawn": pgettext_lazy("trail", "withdrawn"),
    "matched": pgettext_lazy("trail", "brought together"),
    "forwarded": pgettext_lazy("trail", "forwarded"),
    "named": pgettext_lazy("trail", "agreed to be named"),
    "shown": pgettext_lazy("trail", "put on the wall"),
    "hidden": pgettext_lazy("trail", "taken off the wall"),
    "written": pgettext_lazy("trail", "written"),
}


@dataclass(frozen=True)
class Line:
    """One event, ready to be read."""

    event: Event
    record: str
    name: str
    verb: str
    changes: list[tuple[str, str, str]]

    @property
    def who(self) -> str:
        """Nobody pressed a button where the portal worked by itself."""
        return str(self.event.by or _("the portal"))


def mentioned(events: Iterable[Event]) -> dict[str, set[str]]:
    """The rows that some events are about or name in their values: keys by table."""
    found: dict[str, set[str]] = defaultdict(set)
    for event in events:
        found[event.table].add(event.row)
        model = _model(event.table)
        for name in event.before | event.after:
            field = _field(model, name)
            if isinstance(field, models.ForeignKey):
                found[_target(field)] |= {str(values[name]) for values in (event.before, event.after) if values.get(name)}
    return found


def line(event: Event, names: Names | None = None) -> Line:
    """Put an event into words; rows whose names are not given are numbers."""
    names = names or {}
    model = _model(event.table)
    verb = event.kind.partition(".")[2]
    return Line(
        event=event,
        record=capfirst(str(model._meta.verbose_name)) if model else event.table,
        name=names.get((event.table, event.row)) or event.row[:10],
        verb=str(VERBS.get(verb, verb.replace("_", " "))),
        changes=list(_changes(event, model, names)),
    )


def verb_choices() -> list[tuple[str, str]]:
    """What can have happened, for the filter; what is called the same stands there once."""
    first = {str(label): verb for verb, label in reversed(VERBS.items())}
    return sorted(((verb, label) for label, verb in first.items()), key=lambda pair: pair[1])


def called_alike(verb: str) -> list[str]:
    """The verbs that a reader cannot tell from this one."""
    return [other for other, label in VERBS.items() if str(label) == str(VERBS[verb])]


def of_verb(rows: "models.QuerySet[Event]", verb: str) -> "models.QuerySet[Event]":
    """The lines in which this happened; all where it is none of ours."""
    if verb not in VERBS:
        return rows
    return rows.filter(reduce(or_, (models.Q(kind__endswith=f".{other}") for other in called_alike(verb))))


def table_choices() -> list[tuple[str, str]]:
    """What it can have happened to, for the filter."""
    models_ = [model for label in OURS for model in apps.get_app_config(label).get_models() if model._meta.label not in UNTOLD]
    return sorted(((m._meta.label_lower, str(m._meta.verbose_name)) for m in models_), key=lambda pair: pair[1])


def _model(table: str) -> type[models.Model] | None:
    try:
        return apps.get_model(table)
    except (LookupError, ValueError):
        return None


def _changes(event: Event, model: type[models.Model] | None, names: Names) -> Iterator[tuple[str, str, str]]:
    for name in event.before | event.after:
        field = _field(model, name)
        label = str(field.verbose_name) if field else names.get(("", name)) or name.replace("_", " ")
        column, sides = f"{event.table}.{name}", (event.before.get(name), event.after.get(name))
        words = [names.get((column, str(value))) or _words(value, field, names) for value in sides]
        if words != [NOTHING, NOTHING]:
            yield label, words[0], words[1]


def _field(model: type[models.Model] | None, name: str) -> Any:
    try:
        field = model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None
    return field if hasattr(field, "verbose_name") else None


def _words(value: Any, field: Any, names: Names) -> str:
    """A stored value as people write it."""
    if value in (None, "", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if choices := dict(getattr(field, "flatchoices", ())):
        return str(choices.get(value, value))
    if isinstance(field, models.ForeignKey):
        return names.get((_target(field), str(value))) or _numbered(value)
    return _moment(value) if isinstance(field, models.DateTimeField) else str(value)


def _target(field: Any) -> str:
    return str(field.related_model._meta.label_lower)


def _numbered(value: Any) -> str:
    # An import writes the name of what it is about to make.
    return _("no. %(number)s") % {"number": value} if str(value).isdecimal() else str(value)


def _moment(value: Any) -> str:
    try:
        moment = parse_datetime(str(value))
    except ValueError:
        return str(value)
    return date(timezone.localtime(moment), "Y-m-d H:i") if moment and timezone.is_aware(moment) else str(value)
