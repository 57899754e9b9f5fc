"""How large a table may be: enough for a city's roster, too little to stop the server."""

from portal.lib.sentences import gettext as _
from portal.lib.sheets.errors import SheetError

MAX_ROWS = 120_000
MAX_COLUMNS = 300
# A sheet is held densely while it is read: what counts is height x width.
MAX_CELLS = 4_000_000
# All parts of a workbook, unpacked.
MAX_UNPACKED = 400 * 1024 * 1024


def too_wide(columns: int) -> None:
    """Refuse a table with too many columns."""
    if columns > MAX_COLUMNS:
        raise SheetError(
            _("The table has %(columns)s columns; at most %(limit)s can be read. Delete the empty columns at its right.")
            % {"columns": columns, "limit": MAX_COLUMNS}
        )


def too_large(rows: int, columns: int) -> None:
    """Refuse a table that is too large by any measure."""
    too_wide(columns)
    if rows > MAX_ROWS:
        raise SheetError(
            _("The table has %(rows)s rows; at most %(limit)s are read at once. Split it, or delete empty rows at its end.")
            % {"rows": rows, "limit": MAX_ROWS}
        )
    if rows * columns > MAX_CELLS:
        raise SheetError(
            _("The table has too many cells (%(rows)s rows x %(columns)s columns). Split it into several files.")
            % {"rows": rows, "columns": columns}
        )
