"""A base list of 100,000 people, beside calamine and a bulk insert of the same rows that asks nothing."""

import datetime as dt
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import python_calamine
import xlsxwriter
from django.db import transaction

from portal.demo.names import id_number
from portal.lib.imports import Reader, process
from residents.models import Community, Resident
from residents.services.household_import import HouseholdImporter
from residents.services.household_sheet import SHEET
from tests import factories
from tests.bench.timing import Line, at_most, seconds, slower
from tests.processes import ROOT, database_url

ROWS = int(os.environ.get("BENCH_ROWS", "100000"))
PLAIN = 500
# The command as it is typed; what it needed at most is told where its own lines do not go.
COMMAND = """
import sys
from django.core.management import execute_from_command_line
from tests.bench.timing import peak
execute_from_command_line(sys.argv)
print(peak(), file=sys.stderr)
"""


def run() -> list[Line]:
    """One run each: a second one would find everybody there already."""
    ours, theirs, typed = factories.CommunityFactory.create_batch(3)
    for community in (ours, typed):
        factories.CompoundFactory(community=community, name="大院")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        _write(path)
        memory = _memory(path, typed)
        begun = time.process_time()
        imported = seconds(lambda: _import(path, ours))
        worked = time.process_time() - begun
        again = seconds(lambda: _import(path, ours))
        begun = time.process_time()
        bare = seconds(lambda: _insert(path, theirs))
        plainly = time.process_time() - begun
    how = f"{ROWS} rows, {imported:.1f} s against {bare:.1f} s"
    work = f"{worked:.1f} s against {plainly:.1f} s of this process"
    return [
        slower("import of a base list / calamine and bulk insert", (imported, bare), aim=2.5, how=how),
        slower("the same by processor time", (worked, plainly), aim=2.5, how=work),
        slower("the same list again / calamine and bulk insert", (again, bare), aim=2.5, how=f"{again:.1f} s"),
        at_most("memory of import_residents FILE --apply", memory, aim=300, unit="MiB", how="largest resident size"),
    ]


def _write(path: Path) -> None:
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, SHEET)
        for n in range(ROWS):
            sheet.write_row(n + 1, 0, row(n))


def row(n: int) -> list[object]:
    """Two people a home, thirty homes a stairwell, four stairwells a building."""
    home = n // 2
    born = dt.date(1940, 1, 1) + dt.timedelta(days=n % 20_000)
    number = id_number(born, n // 20_000 * 2 % 1000 + n % 2)
    place = ["大院", home // 120 + 1, home // 30 % 4 + 1, home % 30 // 2 + 1, f"{home % 30 // 2 + 1}0{home % 2 + 1}"]
    person = ["王建国", "配偶" if n % 2 else "本人", f"王{chr(0x4E00 + n % 5000)}", "", "居民身份证", number, born.isoformat()]
    rest = ["", f"199{n:08}", "常住", "", "", "群众", "是", "独居老人" if n % 20 == 0 else "", 3, "是", "第1网格", "", ""]
    return [n + 1, *place, *person, *rest]


def _memory(path: Path, community: Community) -> float:
    """The most that a process of its own needed for the command, in MiB: this one carries what measures as well."""
    command = [sys.executable, "-c", COMMAND, "import_residents", str(path), "--community", community.code, "--apply"]
    env = {**os.environ, "DATABASE_URL": database_url()}
    done = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True)
    if (stored := Resident.objects.filter(community=community).count()) != ROWS:
        raise AssertionError(stored)
    return int(done.stderr.split()[-1]) / 1024


def _import(path: Path, community: Community) -> None:
    importer = HouseholdImporter(community, by=None)
    # In one transaction, as the page and the command run it.
    with path.open("rb") as file, transaction.atomic():
        summary = process(Reader(file, importer.columns, importer.ignored), importer, keep=lambda line: None, store=True)
    if summary.counts["refuse"] or summary.counts["skip"]:
        raise AssertionError(summary.counts)


def _insert(path: Path, community: Community) -> None:
    entrance = factories.EntranceFactory(building__compound__community=community)
    dwelling = factories.DwellingFactory(entrance=entrance)
    rows = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    Resident.objects.bulk_create(
        (
            Resident(community=community, dwelling=dwelling, name=row[8], id_number=row[11], born_on=row[12], phone=row[14])
            for row in rows[1:]
        ),
        batch_size=PLAIN,
    )
