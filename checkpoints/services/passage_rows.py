"""Stores many passages with their line in the trail; a number that is already stored is left alone, and not reported back."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction

from checkpoints.models import Passage
from checkpoints.services import totals
from checkpoints.services.written import Written
from portal.lib.prepared import Prepared, array
from residents.models import Compound
from residents.services import search

ZONE = ZoneInfo(settings.TIME_ZONE)
NOWHERE = (None, None, None)
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


# What differs from row to row, by the type PostgreSQL keeps it in; what all share is given once.
COLUMNS = {
    "id": "uuid", "happened_at": "timestamptz", "day": "date", "hour": "smallint", "direction": "text", "person": "text",
    "written_home": "text", "written_name": "text", "written_phone": "text", "temperature": "numeric",
    "health_code": "text", "mask": "boolean", "reason": "text", "plate_no": "text", "passengers": "smallint",
    "result": "text", "result_note": "text", "phone_at": "timestamptz", "sequence": "integer",
}  # fmt: skip
HOME = ("building", "entrance", "room")
ARRAYS = {column: f"{kind}[]" for column, kind in (COLUMNS | dict.fromkeys(HOME, "text")).items()}
COMMON = "device, dwelling_id, resident_id, community_id, post_id, shift_id, logged_by_id, received_at, source, is_void"
INSERT = f"INSERT INTO checkpoints_passage ({', '.join(COLUMNS)}, {COMMON})"

LINE = """
INSERT INTO accounts_event (at, by_id, kind, "table", "row", community_id, before, after)
"""

# A column is one parameter, however many rows: the statement is parsed and planned once. Sorted by key, so that two
# phones that send the same rows wait for each other in one order.
# Each statement waits for the database once more, and at rush hour the wait is longer than the work: the rows, the line
# that says how many, and the day's totals are one. What a statement inserts it does not see: totals are added up.
STORE = f"""
WITH fresh AS ({INSERT}
    SELECT {", ".join(f"r.{column}" for column in COLUMNS)}, %(device)s, d.id, {_resident("r.person", "r.written_name")},
        %(community)s, %(post)s, %(shift)s, %(by)s, %(now)s, %(source)s, false
    FROM unnest({", ".join(f"%({column}s)s::{kind}" for column, kind in ARRAYS.items())}) AS r({", ".join(ARRAYS)})
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
    "store_passages", STORE, compound="bigint", community="bigint", post="bigint", shift="bigint", by="bigint",
    now="timestamptz", today="date", source="text", kind="text", table="text", row="text", device="uuid",
    **{f"{column}s": kind for column, kind in ARRAYS.items()},
)  # fmt: skip

VALUES = {column: f"value ->> {place}" for place, column in enumerate(ARRAYS)}
SQLITE = f"""{INSERT}
SELECT {", ".join(VALUES[column] for column in COLUMNS)},
    %(device)s, d.id, {_resident(VALUES["person"], VALUES["written_name"])},
    %(community)s, %(post)s, %(shift)s, %(by)s, %(now)s, %(source)s, 0
FROM json_each(%(rows)s)
{_dwelling(*(VALUES[part] for part in HOME))}
WHERE true
ON CONFLICT (id) DO NOTHING RETURNING id
"""  # noqa: S608 - no value in it
SQLITE_LINE = f"{LINE} VALUES (%(now)s, %(by)s, %(kind)s, %(table)s, %(row)s, %(community)s, '{{}}', %(after)s)"


def store(
    rows: Sequence[Written], *, line: Mapping[str, Any], compound: Compound, **common: Any
) -> tuple[set[str], totals.Totals]:
    """Store the rows and the line that says how many: both or neither.

    Returns the keys of those that are new, as 36 characters, and the totals of the gate's day.
    """
    facts = {**common, **totals.asked(common["post"], compound.pk)}
    facts["now"] = connection.ops.adapt_datetimefield_value(common["now"])
    facts["device"] = DEVICE.get_db_prep_value(common["device"], connection)
    facts |= {"kind": line["kind"], "table": line["table"], "row": line["row"]}
    columns = _columns(rows, compound.name)
    if connection.vendor == "postgresql":
        return _at_once(facts | {f"{column}s": array(values) for column, values in columns.items()})
    return _in_turn(facts | {"rows": _as_json(columns)})


def _columns(rows: Sequence[Written], compound: str) -> dict[str, Sequence[Any]]:
    """COLUMNS and HOME of the rows; moments as text with the local time and its distance from UTC."""
    said = dict(zip(Written._fields, zip(*rows, strict=True), strict=True))
    local = [at.astimezone(ZONE).isoformat() for at in said["happened_at"]]
    homes = [search.parts_of(compound, home) or NOWHERE for home in said["home"]]
    found = {
        "happened_at": local,
        "day": [at[:10] for at in local],
        "hour": [at[11:13] for at in local],
        "written_home": said["home"],
        "written_name": said["name"],
        "written_phone": said["phone"],
    } | dict(zip(HOME, zip(*homes, strict=True), strict=True))
    return {column: found[column] if column in found else said[column] for column in ARRAYS}


def _as_json(columns: dict[str, Sequence[Any]]) -> str:
    """The rows as SQLite reads them: keys and moments as the ORM writes them there."""
    columns = dict(columns)
    columns["id"] = [key.replace("-", "") for key in columns["id"]]
    for column in ("happened_at", "phone_at"):
        columns[column] = [_moment(at) for at in columns[column]]
    columns["hour"] = [int(hour) for hour in columns["hour"]]
    return json.dumps(list(zip(*columns.values(), strict=True)), default=str)


def _moment(at: Any) -> str | None:
    at = dt.datetime.fromisoformat(at) if isinstance(at, str) else at
    return at and str(connection.ops.adapt_datetimefield_value(at))


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
