"""The audit trail: record() writes a line; services call it in the transaction of the change."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from portal.accounts.models import Event, User
from portal.lib import masks
from portal.privacy import TABLE


def hidden(value: str) -> str:
    """Say that there is something, and nothing of it."""
    return value and "***"


def login(value: str) -> str:
    """A cadre signs in with her mobile number; a name made up for signing in is nobody's."""
    return masks.phone(value) if value.isdecimal() else value


# How a value looks in a line. Whatever else a table calls personal or sensitive is hidden: that it changed can be read.
MASKS: dict[str, Callable[[str], str]] = {
    "name": masks.name,
    "phone": masks.phone,
    "id_number": masks.id_number,
    "written_name": masks.name,
    "written_phone": masks.phone,
    "collector": masks.name,
    "plate_no": masks.plate,
    "address": hidden,
    "health_note": hidden,
    "id_hash": hidden,
    "vaccine_doses": hidden,
    "temperature": hidden,
    "second": hidden,
    "health_code": hidden,
    "watch_level": hidden,
    "watch_reason": hidden,
    "category": hidden,
    "need": hidden,
    "drug": hidden,
    "hospital": hidden,
    "contact": masks.name,
    "contact_phone": masks.phone,
    "leader": masks.name,
    "leader_phone": masks.phone,
    "liaison": masks.name,
    "liaison_phone": masks.phone,
    "keeper": masks.name,
    "keeper_phone": masks.phone,
    "username": login,
    "guardian": masks.name,
    "registered_address": hidden,
    "contact_class": hidden,
    "positive_on": hidden,
    "alert_since": hidden,
    "care_plan": hidden,
    "test_result": hidden,
    "symptoms": hidden,
    "abnormal": hidden,
    "health": hidden,
    "mood": hidden,
    "medicine_received": hidden,
    "answers": hidden,
    "detail": hidden,
    "what": hidden,
    "details": hidden,
    "substitute": hidden,
    "text": hidden,
    "climbs": hidden,
    "secret": hidden,
    "purpose": hidden,
    "holder": masks.name,
    "title": hidden,
    "content": hidden,
    "parties": hidden,
    "password": hidden,
    "session_key": hidden,
    "session_data": hidden,
}


def record(
    kind: str,
    row: models.Model,
    *,
    by: User | None,
    community: Any = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> Event:
    """Write one line: `record("shift.published", shift, by=user, before={"state": "draft"}, after={"state": ...})`.

    The community is the row's own unless given; `by=None` means the portal did it by itself.
    """
    return Event.objects.create(**line(kind, row, by=by, community=community, before=before, after=after))


def line(
    kind: str,
    row: models.Model,
    *,
    by: User | None,
    community: Any = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the fields of a line, for services that write many with bulk_create()."""
    return {
        "kind": kind,
        "table": row._meta.label_lower,
        "row": str(row.pk),
        "by": by,
        "community": community or community_of(row),
        "before": shown(before, type(row)),
        "after": shown(after, type(row)),
    }


def record_many(
    kind: str,
    rows: Iterable[models.Model],
    *,
    by: User | None,
    community: Any = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write one line for each row in one statement; before and after are what they have in common."""
    write(line(kind, row, by=by, community=community, before=before, after=after) for row in rows)


def write(lines: Iterable[Mapping[str, Any]]) -> None:
    """Write what line() made, in one statement."""
    Event.objects.bulk_create([Event(**fields) for fields in lines])


def told(row: models.Model) -> dict[str, Any]:
    """All that a row says: what was there, once it is removed."""
    values = {field.name: field.value_from_object(row) for field in row._meta.concrete_fields if not field.primary_key}
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}


def changed(row: models.Model, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return before and after of the fields that `values` would really change."""
    fresh = {name: value for name, value in values.items() if getattr(row, name) != value}
    return {name: getattr(row, name) for name in fresh}, fresh


def community_of(row: models.Model) -> Any:
    """Walk the row's `community_path`; None where the row belongs to no single community."""
    path = getattr(row, "community_path", "")
    if path == "self":
        return row
    found: Any = row
    for part in path.split("__"):
        found = getattr(found, part, None)
    # A path through many rows (a cadre's secondments) names no single community.
    return found if isinstance(found, models.Model) else None


def shown(values: Mapping[str, Any] | None, model: type[models.Model]) -> dict[str, Any]:
    """Mask what is personal, and make the rest storable as JSON."""
    return {name: _shown(value, mask_of(model, name)) for name, value in (values or {}).items()}


@cache
def mask_of(model: type[models.Model], name: str) -> Callable[[str], str] | None:
    """How this value of a record is masked: the name of a person is, that of a place is not (portal/privacy)."""
    kept = TABLE.get(model._meta.label)
    if kept and name in kept.plain.split():
        return None
    if name in MASKS:
        return MASKS[name]
    # A key leads nowhere by itself: the trail calls its row by a masked name, as long as there is one.
    if isinstance(_field(model, name), models.ForeignKey):
        return None
    return hidden if (kept and name in kept.fields) or name in _personal_everywhere() else None


@cache
def _personal_everywhere() -> frozenset[str]:
    """What is personal in each table that has it, is so in a line about another record too."""
    plain = {name for kept in TABLE.values() for name in kept.plain.split()}
    return frozenset({name for kept in TABLE.values() for name in kept.fields} - plain)


def _field(model: type[models.Model], name: str) -> Any:
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def _shown(value: Any, mask: Callable[[str], str] | None) -> Any:
    # A number of doses tells as much as a word.
    if value is not None and mask:
        return mask(str(value))
    if value is None or isinstance(value, bool | int | float):
        return value
    return value.pk if isinstance(value, models.Model) else str(value)
