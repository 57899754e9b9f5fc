"""Stores many passages in one statement; a number that is already stored is left alone, and not reported back."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

# One JSON text is one parameter, however many rows: the statement is parsed and planned once, the keys of the whole
# batch are given once. Sorted by key, so that two phones that send the same rows wait for each other in one order.
POSTGRESQL = """
INSERT INTO checkpoints_passage (
    id, happened_at, day, hour, direction, person, written_home, written_name, written_phone, temperature, health_code,
    mask, reason, plate_no, passengers, result, result_note,
    community_id, post_id, shift_id, logged_by_id, received_at, source, is_void)
SELECT r.id, r.happened_at, r.day, r.hour, r.direction, r.person, r.written_home, r.written_name, r.written_phone,
    r.temperature, r.health_code, r.mask, r.reason, r.plate_no, r.passengers, r.result, r.result_note,
    %(community)s, %(post)s, %(shift)s, %(by)s, %(received_at)s, %(source)s, false
FROM json_to_recordset(%(rows)s) AS r(
    id uuid, happened_at timestamptz, day date, hour smallint, direction text, person text, written_home text,
    written_name text, written_phone text, temperature numeric, health_code text, mask boolean, reason text,
    plate_no text, passengers smallint, result text, result_note text)
ORDER BY r.id
ON CONFLICT (id) DO NOTHING RETURNING id
"""

SQLITE = """
INSERT INTO checkpoints_passage (
    id, happened_at, day, hour, direction, person, written_home, written_name, written_phone, temperature, health_code,
    mask, reason, plate_no, passengers, result, result_note,
    community_id, post_id, shift_id, logged_by_id, received_at, source, is_void)
SELECT value ->> 'id', value ->> 'happened_at', value ->> 'day', value ->> 'hour', value ->> 'direction',
    value ->> 'person', value ->> 'written_home', value ->> 'written_name', value ->> 'written_phone',
    value ->> 'temperature', value ->> 'health_code', value ->> 'mask', value ->> 'reason', value ->> 'plate_no',
    value ->> 'passengers', value ->> 'result', value ->> 'result_note',
    %(community)s, %(post)s, %(shift)s, %(by)s, %(received_at)s, %(source)s, 0
FROM json_each(%(rows)s) WHERE true
ON CONFLICT (id) DO NOTHING RETURNING id
"""


def insert(rows: Sequence[dict[str, Any]], **common: Any) -> set[str]:
    """Store the rows and return the keys of those that are new, as 36 characters."""
    adapt = connection.ops.adapt_datetimefield_value
    for row in rows:
        row["happened_at"] = str(adapt(row["happened_at"]))
        if connection.vendor == "sqlite":
            row["id"] = row["id"].replace("-", "")
    common["received_at"] = adapt(common["received_at"])
    with connection.cursor() as cursor:
        cursor.execute(
            POSTGRESQL if connection.vendor == "postgresql" else SQLITE, {**common, "rows": json.dumps(rows, default=str)}
        )
        return {str(UUID(str(key))) for (key,) in cursor.fetchall()}
