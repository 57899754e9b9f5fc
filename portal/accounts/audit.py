"""The audit trail: record() writes a line; services call it in the transaction of the change."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import models

from portal.accounts.models import Event, User
from portal.lib import masks


def hidden(value: str) -> str:
    """Say that there is something, and nothing of it."""
    return value and "***"


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
        "before": shown(before),
        "after": shown(after),
    }


def record_many(kind: str, rows: list[Any], *, by: User | None, community: Any = None) -> None:
    """Write one line for each row in one statement."""
    Event.objects.bulk_create([Event(**line(kind, row, by=by, community=community)) for row in rows])


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


def shown(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """Mask what is personal, and make the rest storable as JSON."""
    return {name: _shown(name, value) for name, value in (values or {}).items()}


def _shown(name: str, value: Any) -> Any:
    # A number of doses tells as much as a word.
    if value is not None and (mask := MASKS.get(name)):
        return mask(str(value))
    if value is None or isinstance(value, bool | int | float):
        return value
    return value.pk if isinstance(value, models.Model) else str(value)
