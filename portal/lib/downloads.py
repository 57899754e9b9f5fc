"""A table as an xlsx file in the answer, for lists short enough to be written while the reader waits."""

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.http import FileResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header

from portal.lib import sheets


def sheet(
    columns: Sequence[sheets.Column], rows: Iterable[Sequence[Any]], *, title: str, unit: str = "", file: str = ""
) -> FileResponse:
    """The table with its title, ready for print; the file goes by the title where it has no name of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.xlsx"
        sheets.write_xlsx(path, columns, rows, title=title, unit=unit, name=title)
        return FileResponse(path.open("rb"), as_attachment=True, filename=f"{file or title}.xlsx")


def csv(columns: Sequence[sheets.Column], rows: Iterable[Sequence[Any]], *, title: str) -> StreamingHttpResponse:
    """The same as a CSV file."""
    response = StreamingHttpResponse(sheets.csv_chunks(columns, rows), content_type=sheets.CSV)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=f"{title}.csv") or ""
    return response
