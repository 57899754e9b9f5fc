"""The day's reports."""

from portal.privacy.kept import Kept

TABLE: dict[str, Kept] = {
    "reports.DailyReport": Kept(
        plain="id community day version state as_of due_at counted rolled_up_at first_submitted_at submitted_at "
        "submitted_by reviewed_at reviewed_by return_reason replaces",
        personal="special",
    ),
    "reports.FigureCorrection": Kept(plain="id report figure counted corrected reason corrected_at corrected_by"),
}
