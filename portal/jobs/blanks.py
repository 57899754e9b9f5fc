"""Blank forms: the sheet an import reads best."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from django.http import FileResponse

from portal.lib import sheets
from portal.lib.headings import Column


def blank_form(columns: Sequence[Column], first: str, name: str) -> FileResponse:
    """The form as a download: headings in row 1, grey notes in row 2; `first` is the heading of the running number."""
    heads = [sheets.Column(first, 6)]
    heads += [sheets.Column(f"{c.heading}{'*' if c.required else ''}", c.width, c.note) for c in columns]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "form.xlsx"
        sheets.write_xlsx(path, heads, (), name=name, notes=True)
        return FileResponse(path.open("rb"), as_attachment=True, filename=f"{name}.xlsx")
