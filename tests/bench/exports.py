"""The gate register of 100,000 passages as CSV and as a workbook, beside a COPY of the same rows by hand."""

import contextlib
import datetime as dt
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from django.db import connection
from django.utils import timezone

from portal.lib import sheets
from portal.reports.exports import register
from portal.reports.exports.tables import TABLES, Asked
from residents.models import Community
from tests.bench.gate import gate
from tests.bench.passages import fill
from tests.bench.timing import Line, at_most, needs_postgresql, peak, side_by_side, slower
from tests.processes import ROOT, database_url

WHAT, AIM = "exports: gate register as CSV", 2
ROWS = int(os.environ.get("BENCH_EXPORTED", "100000"))
BY_HAND = """COPY (
    SELECT p.happened_at, o.name, p.direction, p.written_name, p.written_phone, p.person, p.written_home, p.temperature,
        p.health_code, p.mask, p.plate_no, p.passengers, p.reason, e.number, p.result, u.name, p.result_note
    FROM checkpoints_passage p JOIN checkpoints_post o ON o.id = p.post_id JOIN accounts_user u ON u.id = p.logged_by_id
    LEFT JOIN checkpoints_passuse s ON s.passage_id = p.id LEFT JOIN checkpoints_entrypass e ON e.id = s.entry_pass_id
    WHERE p.is_void = false
        AND NOT EXISTS (SELECT 1 FROM checkpoints_passage v WHERE v.voids_id = p.id AND v.voids_id IS NOT NULL)
    ORDER BY p.happened_at, p.id
) TO STDOUT (FORMAT csv)"""


def run() -> list[Line]:
    """Measure; wants an empty migrated database."""
    known = gate()
    fill(known, rows=ROWS)
    with tempfile.TemporaryDirectory() as folder:
        return [compared(folder), _memory(folder)]


def compared(folder: str) -> Line:
    """The time of the register against COPY; without PostgreSQL a line that says so."""
    if connection.vendor != "postgresql":
        return needs_postgresql(WHAT, aim=AIM)
    times = side_by_side(lambda: _ours(folder), lambda: _by_hand(folder), rounds=5)
    return slower(WHAT, times, aim=AIM, how=f"{ROWS} rows: {times[0]:.2f} s, COPY by hand {times[1]:.2f} s")


def _asked() -> Asked:
    today = timezone.localdate()
    return Asked(today - dt.timedelta(days=3650), today + dt.timedelta(days=1), Community.objects.all())


def _ours(folder: str) -> None:
    table, asked = TABLES["passages"], _asked()
    sheets.copy_csv(Path(folder) / "ours.csv", table.columns, register.copy(asked, table.count(asked)))


def _by_hand(folder: str) -> None:
    with (Path(folder) / "theirs.csv").open("wb") as file, connection.cursor() as cursor:
        cursor.cursor.copy_expert(BY_HAND, file)
        file.flush()
        os.fsync(file.fileno())


def _memory(folder: str) -> Line:
    """A process of its own writes the workbook: its peak is asked before and after."""
    env = {**os.environ, "DATABASE_URL": database_url()}
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--workbook", folder],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    before, after = map(int, done.stdout.split())
    how = f"{ROWS} rows; the process had {before / 1024:.0f} MB before"
    return at_most("exports: memory of the workbook", (after - before) / 1024, aim=64, unit="MB", how=how)


def write_workbook(folder: str) -> None:
    """Write the workbook, and print how much memory the process had before and how much at most meanwhile, in kB."""
    Community.objects.count()
    # What it took to start is forgotten, or it would hide what the workbook takes.
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    before = peak()
    table, asked = TABLES["passages"], _asked()
    sheets.write_xlsx(Path(folder) / "ours.xlsx", table.columns, table.rows(asked), title=table.title, name=table.title)
    sys.stdout.write(f"{before} {peak()}\n")
