"""The power goes in the middle of an import: nothing of it is there, and the same file again brings all of it once."""

import contextlib
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
import xlsxwriter
from django.db import connection

from portal.accounts.models import Event
from residents.models import Dwelling, Resident
from residents.services.household_sheet import SHEET
from tests.bench.residents import row
from tests.factories import CommunityFactory, CompoundFactory
from tests.processes import ROOT, database_url, kill_9, until

ROWS = 3000

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sheet(tmp_path):
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, SHEET)
        for n in range(ROWS):
            page.write_row(n + 1, 0, row(n))
    return path


@pytest.fixture
def community():
    made = CommunityFactory()
    CompoundFactory(community=made, name="大院")
    return made


def importing(sheet: Path, community) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "manage.py", "import_residents", str(sheet), "--community", community.code, "--apply"]
    env = {**os.environ, "DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    return subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, start_new_session=True)


# Only who has written something has a number.
INSIDE = """SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_xid IS NOT NULL"""


def writing() -> bool:
    """Whether another process is in the middle of writing and has not committed."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(INSIDE)
            return bool(cursor.fetchone()[0])
    with contextlib.closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=0, isolation_level=None)) as line:
        try:
            line.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        line.execute("ROLLBACK")
        return False


def stored() -> tuple[int, int, int]:
    return Resident.objects.count(), Dwelling.objects.count(), Event.objects.count()


def test_an_import_cut_off_leaves_nothing_and_the_same_file_adds_all_of_it_once(sheet, community):
    before = stored()
    cut = importing(sheet, community)
    until(writing, why="the import never wrote")
    # SQLite is held from the beginning: let it write some of it.
    time.sleep(0.3)
    kill_9(cut)
    until(lambda: not writing(), why="the dead import still holds the database")
    assert stored() == before

    assert importing(sheet, community).wait(120) == 0
    whole = stored()
    assert whole[:2] == (ROWS, ROWS // 2)

    assert importing(sheet, community).wait(120) == 0
    assert stored() == whole
