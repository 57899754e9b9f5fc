"""A table as an xlsx file in the answer, for lists short enough to be written while the reader waits."""

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.http import FileResponse

from portal.lib import sheets


def sheet(columns: Sequence[sheets.Column], rows: Iterable[Sequence[Any]], *, title: str, unit: str = "") -> FileResponse:
    """The table with its title, ready for print; the file goes by the title."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.xlsx"
        sheets.write_xlsx(path, columns, rows, title=title, unit=unit, name=title)
        return FileResponse(path.open("rb"), as_attachment=True, filename=f"{title}.xlsx")
