"""What a roster of 20,000 rows costs: seconds and peak memory of a process of its own that reads and stores it."""

import io
import subprocess
import sys
import tempfile
from pathlib import Path

from django.db import connection

from portal.lib.sheets import Column, write_xlsx
from tests import factories
from tests.bench.timing import Line
from tests.sheets import id_number

ROWS = 20_000
AIM = 150
HEADINGS = [
    "姓名",
    "派出单位",
    "联系电话",
    "身份证号",
    "下沉社区",
    "下沉小区",
    "报到时间",
    "计划结束时间",
    "职务",
    "特长",
    "备注",
]
# A process of its own: its peak is the import's, not the bench's, whose own a system may hand down to what it starts.
CHILD = """
import sys, time, django
django.setup()
from django.db import connection, transaction
from deployments.services.rosters import RosterImporter
from portal.lib.imports import Reader, process
from residents.models import Community
from tests.bench.timing import peak
connection.settings_dict["NAME"] = sys.argv[2]
begun = time.perf_counter()
importer = RosterImporter(Community.objects.select_related("subdistrict"), by=None)
with open(sys.argv[1], "rb") as file, transaction.atomic():
    summary = process(Reader(file, importer.columns), importer, keep=lambda line: None, store=True)
print(summary.counts["create"], time.perf_counter() - begun, peak() / 1024)
"""


def run() -> list[Line]:
    """Import a roster of invented people."""
    community = factories.CommunityFactory(name="清荷社区")
    factories.CompoundFactory(community=community, name="荷风苑")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roster.xlsx"
        write_xlsx(path, [Column(heading) for heading in HEADINGS], map(_row, range(ROWS)))
        command = [sys.executable, "-c", CHILD, str(path), str(connection.settings_dict["NAME"])]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    created, seconds, peak = (float(number) for number in io.StringIO(told).read().split())
    met = created == ROWS and peak < AIM
    return [
        Line("import of 20,000 roster rows", f"{peak:.0f} MiB, {seconds:.1f} s", f"< {AIM} MiB", met, "peak of the process")
    ]


def _row(n: int) -> list[str]:
    name = f"{chr(0x4E00 + n % 5000)}{chr(0x5E00 + n // 5000)}"
    person = [name, f"单位{n % 50}", f"199{n:08}", "" if n >= 12_000 else id_number(n)]
    return [*person, "清荷社区", "荷风苑", "2022-03-20", "2022-04-20", "科员", "驾驶;方言", "备注"]
