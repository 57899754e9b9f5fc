"""A CSV that PostgreSQL writes by itself: for tables too long to be read row by row."""

import csv
import io
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TextIO

from django.db import connection, transaction
from django.db.models import QuerySet

from portal.lib.sheets.writing import Column


def can_copy() -> bool:
    """Whether the database writes CSV."""
    return connection.vendor == "postgresql"


def copy_csv(
    path: Path | str,
    columns: Sequence[Column],
    slices: Iterable[Callable[[int], "QuerySet[Any]"]],
    tell: Callable[[int], None] = lambda done: None,
) -> None:
    """Write the values of queries one below the other, as `write_csv` would: UTF-8 with its mark, CRLF.

    Each query is made from how many rows stand above it, and makes its texts harmless. `tell` hears how many are written
    after each: while PostgreSQL writes, nobody else can say that the work goes on.
    """
    heading = io.StringIO()
    csv.writer(heading, lineterminator="\n").writerow([column.heading for column in columns])
    done = 0
    # The file itself ends lines with CRLF: a call of ours for each row took as long as the database.
    with Path(path).open("w", encoding="utf-8", newline="\r\n") as file:
        file.write(f"\ufeff{heading.getvalue()}")
        for rows in slices:
            done += _copy(file, rows(done))
            tell(done)
        file.flush()
        os.fsync(file.fileno())


def _copy(file: TextIO, rows: "QuerySet[Any]") -> int:
    sql, params = rows.query.sql_with_params()
    # A transaction of its own: what is told between two of them is seen at once.
    with transaction.atomic(), connection.cursor() as cursor:
        # In memory, not on disk: half of the time was sorting.
        cursor.execute("SET LOCAL work_mem = '64MB'")
        asked = cursor.cursor.mogrify(sql, params).decode()
        cursor.cursor.copy_expert(f"COPY ({asked}) TO STDOUT (FORMAT csv)", file)
        return int(cursor.cursor.rowcount)
