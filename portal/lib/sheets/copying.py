"""A CSV that PostgreSQL writes by itself: for tables too long to be read row by row."""

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from django.db import connection
from django.db.models import QuerySet

from portal.lib.sheets.writing import Column


def can_copy() -> bool:
    """Whether the database writes CSV."""
    return connection.vendor == "postgresql"


def copy_csv(path: Path | str, columns: Sequence[Column], rows: "QuerySet[Any]") -> None:
    """Write the values of a query as `write_csv` would: UTF-8 with its mark, CRLF. The query makes its texts harmless."""
    sql, params = rows.query.sql_with_params()
    heading = io.StringIO()
    csv.writer(heading).writerow([column.heading for column in columns])
    with Path(path).open("wb") as file, connection.cursor() as cursor:
        file.write(f"\ufeff{heading.getvalue()}".encode())
        asked = cursor.cursor.mogrify(sql, params).decode()
        cursor.cursor.copy_expert(f"COPY ({asked}) TO STDOUT (FORMAT csv)", _Crlf(file))
        file.flush()
        os.fsync(file.fileno())


class _Crlf:
    """What COPY writes to; it ends lines with a line feed."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    def write(self, chunk: bytes) -> int:
        return self.file.write(chunk.replace(b"\n", b"\r\n"))
