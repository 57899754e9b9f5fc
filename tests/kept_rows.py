"""Rows that nearly every test begins by: made once in a process, and then written as they were."""

import datetime as dt
import pickle
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection, models
from django.utils import timezone

# Rows bear the time at which they were made.
LASTS = dt.timedelta(minutes=30)


class KeptRows:
    """What `make` writes into the tables of these models, the referred before the referring, and what it returns."""

    def __init__(self, make: Callable[[], Any], kinds: Sequence[type[models.Model]]) -> None:
        self.make, self.kinds = make, kinds
        self.tables = [kind._meta.db_table for kind in kinds]
        self.made_at: dt.datetime | None = None
        self.rows: dict[str, Any] = {}
        self.returned = b""

    def again(self) -> Any:
        """The same rows once more; made anew where others are there already, whose keys may be theirs, or at another time."""
        if self._others():
            return self.make()
        if not self._fits(now := timezone.now()):
            return self._anew(now)
        with connection.cursor() as cursor:
            for table, rows in self.rows.items():
                _write(cursor, table, rows)
        return pickle.loads(self.returned)

    def _fits(self, now: dt.datetime) -> bool:
        if self.made_at is None or not self.made_at <= now < self.made_at + LASTS:
            return False
        return timezone.localdate(self.made_at) == timezone.localdate(now)

    def _anew(self, now: dt.datetime) -> Any:
        made = self.make()
        with connection.cursor() as cursor:
            self.rows = {table: _read(cursor, table) for table in self.tables}
        self.returned, self.made_at = pickle.dumps(made), now
        return made

    def _others(self) -> bool:
        asked = " OR ".join(f'EXISTS (SELECT 1 FROM "{table}")' for table in self.tables)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {asked}")
            return bool(cursor.fetchone()[0])


def _read(cursor: Any, table: str) -> Any:
    if connection.vendor == "postgresql":
        cursor.execute(f'SELECT json_agg(kept)::text FROM "{table}" kept')
        return cursor.fetchone()[0]
    # As it stands in the file: of a column's own name Django would make a value of Python's.
    names = [column.name for column in connection.introspection.get_table_description(cursor, table)]
    cursor.execute(f'SELECT {", ".join(f"""+"{name}" """ for name in names)} FROM "{table}"')
    return cursor.fetchall()


def _write(cursor: Any, table: str, rows: Any) -> None:
    if connection.vendor == "postgresql":
        cursor.execute(f'INSERT INTO "{table}" SELECT * FROM json_populate_recordset(NULL::"{table}", %s)', [rows])
        return
    places = ", ".join(["%s"] * len(rows[0]))
    cursor.executemany(f'INSERT INTO "{table}" VALUES ({places})', rows)
