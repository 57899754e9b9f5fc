"""Stores many passages with their line in the trail; a number that is already stored is left alone, and not reported back."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from checkpoints.models import Passage
from checkpoints.services import totals
from portal.lib.prepared import Prepared
from residents.services import search

DEVICE: Any = Passage._meta.get_field("device")


def _dwelling(building: str, entrance: str, room: str) -> str:
    """Join the home that was written, where the ledger of this compound has it."""
    return f"""LEFT JOIN residents_building b ON b.compound_id = %(compound)s AND b.number = {building}
    LEFT JOIN residents_entrance e ON e.building_id = b.id AND e.number = {entrance}
    LEFT JOIN residents_dwelling d ON d.entrance_id = e.id AND d.room_no = {room}"""


def _resident(person: str, name: str) -> str:
    """Who of that home it was; of two people of one name nobody knows."""
    return f"""CASE WHEN {person} = 'resident' THEN (SELECT min(p.id) FROM residents_resident p
        WHERE p.dwelling_id = d.id AND p.left_on IS NULL AND p.name = {name} HAVING count(*) = 1) END"""  # noqa: S608


# One JSON text is one parameter, however many rows: the statement is parsed and planned once, the keys of the whole
# batch are given once. Sorted by key, so that two phones that send the same rows wait for each other in one order.
INSERT = """
INSERT INTO checkpoints_passage (
    id, happened_at, day, hour, direction, person, written_home, written_name, written_phone, temperature, health_code,
    mask, reason, plate_no, passengers, result, result_note, phone_at, sequence, device, dwelling_id, resident_id,
    community_id, post_id, shift_id, logged_by_id, received_at, source, is_void)
"""

LINE = """
INSERT INTO accounts_event (at, by_id, kind, "table", "row", community_id, before, after)
"""

# Each statement waits for the database once more, and at rush hour the wait is longer than the work: the rows, the line
# that says how many, and the day's totals are one. What a statement inserts it does not see: totals are added up.
STORE = f"""
WITH fresh AS ({INSERT}
    SELECT r.id, r.happened_at, r.day, r.hour, r.direction, r.person, r.written_home, r.written_name, r.written_phone,
        r.temperature, r.health_code, r.mask, r.reason, r.plate_no, r.passengers, r.result, r.result_note,
        r.phone_at, r.sequence, %(device)s, d.id, {_resident("r.person", "r.written_name")},
        %(community)s, %(post)s, %(shift)s, %(by)s, %(now)s, %(source)s, false
    FROM json_to_recordset(%(rows)s) AS r(
        id uuid, happened_at timestamptz, day date, hour smallint, direction text, person text, written_home text,
        written_name text, written_phone text, temperature numeric, health_code text, mask boolean, reason text,
        plate_no text, passengers smallint, result text, result_note text,
        phone_at timestamptz, sequence integer, building text, entrance text, room text)
    {_dwelling("r.building", "r.entrance", "r.room")}
    ORDER BY r.id
    ON CONFLICT (id) DO NOTHING RETURNING id, post_id, direction, person, day, result
), line AS ({LINE}
    SELECT %(now)s, %(by)s, %(kind)s, %(table)s, %(row)s, %(community)s, '{{}}', jsonb_build_object('count', count(*))
    FROM fresh HAVING count(*) > 0
)
SELECT (SELECT string_agg(id::text, ' ') FROM fresh), {totals.FIGURES} FROM (
    {totals.PASSED}
    UNION ALL SELECT post_id, CASE direction WHEN 'in' THEN 1 ELSE 0 END, CASE direction WHEN 'out' THEN 1 ELSE 0 END,
        CASE WHEN person <> 'visitor' THEN 0 WHEN direction = 'in' THEN 1 ELSE -1 END
    FROM fresh WHERE day = %(today)s AND result = 'passed'
) AS passed
"""  # noqa: S608 - no value in it
POSTGRESQL = Prepared(
    "store_passages", STORE, rows="json", compound="bigint", community="bigint", post="bigint", shift="bigint", by="bigint",
    now="timestamptz", today="date", source="text", kind="text", table="text", row="text", device="uuid",
)  # fmt: skip

SQLITE = f"""{INSERT}
SELECT value ->> 'id', value ->> 'happened_at', value ->> 'day', value ->> 'hour', value ->> 'direction',
    value ->> 'person', value ->> 'written_home', value ->> 'written_name', value ->> 'written_phone',
    value ->> 'temperature', value ->> 'health_code', value ->> 'mask', value ->> 'reason', value ->> 'plate_no',
    value ->> 'passengers', value ->> 'result', value ->> 'result_note',
    value ->> 'phone_at', value ->> 'sequence', %(device)s, d.id, {_resident("value ->> 'person'", "value ->> 'written_name'")},
    %(community)s, %(post)s, %(shift)s, %(by)s, %(now)s, %(source)s, 0
FROM json_each(%(rows)s)
{_dwelling("value ->> 'building'", "value ->> 'entrance'", "value ->> 'room'")}
WHERE true
ON CONFLICT (id) DO NOTHING RETURNING id
"""  # noqa: S608 - no value in it
SQLITE_LINE = f"{LINE} VALUES (%(now)s, %(by)s, %(kind)s, %(table)s, %(row)s, %(community)s, '{{}}', %(after)s)"


def store(
    rows: Sequence[dict[str, Any]], *, line: Mapping[str, Any], compound: int, **common: Any
) -> tuple[set[str], totals.Totals]:
    """Store the rows and the line that says how many: both or neither.

    Returns the keys of those that are new, as 36 characters, and the totals of the gate's day.
    """
    adapt = connection.ops.adapt_datetimefield_value
    for row in rows:
        row["happened_at"], row["day"] = str(adapt(row["happened_at"])), row["day"].isoformat()
        row["temperature"] = None if row["temperature"] is None else str(row["temperature"])
        row["phone_at"] = row["phone_at"] and str(adapt(row["phone_at"]))
        row["building"], row["entrance"], row["room"] = search.parts(row["written_home"]) or (None, None, None)
        if connection.vendor == "sqlite":
            row["id"] = row["id"].replace("-", "")
    facts = {**common, **totals.asked(common["post"], compound), "now": adapt(common["now"])}
    facts["device"] = DEVICE.get_db_prep_value(common["device"], connection)
    facts |= {"kind": line["kind"], "table": line["table"], "row": line["row"]}
    facts["rows"] = json.dumps(rows)
    if connection.vendor == "postgresql":
        return _at_once(facts)
    return _in_turn(facts)


def _at_once(facts: dict[str, Any]) -> tuple[set[str], totals.Totals]:
    ((keys, *figures),) = POSTGRESQL.rows(facts)
    return set((keys or "").split()), totals.shown(*figures)


@transaction.atomic
def _in_turn(facts: dict[str, Any]) -> tuple[set[str], totals.Totals]:
    with connection.cursor() as cursor:
        cursor.execute(SQLITE, facts)
        fresh = {str(UUID(key)) for (key,) in cursor.fetchall()}
        if fresh:
            cursor.execute(SQLITE_LINE, {**facts, "after": json.dumps({"count": len(fresh)})})
        cursor.execute(totals.OF_DAY, facts)
        return fresh, totals.shown(*cursor.fetchone())
