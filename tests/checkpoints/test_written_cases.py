"""One table of passages, asked of the portal and of the phone's script: both must say the same of every one."""

import json
import os
import shutil
import subprocess

import pytest

from checkpoints.services import written_rules
from tests.checkpoints.cases import TABLE, by_python, milliseconds, row_of
from tests.guards.sources import ROOT

SCRIPT = """
import { Reader, Invalid } from "%s";
import { readFileSync } from "node:fs";
const { rules, rows, now, hours, feverLimit, couriersEnter } = JSON.parse(readFileSync(0, "utf8"));
const reader = new Reader(rules);
const said = rows.map((row) => {
  try { return reader.read(row, { now, hours, feverLimit, couriersEnter }); }
  catch (bad) { if (!(bad instanceof Invalid)) throw bad; return [bad.field, bad.code, bad.why]; }
});
console.log(JSON.stringify(said));
"""


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: json.dumps(case.get("said", case.get("whole")))[:60])
def test_the_portal_says_what_the_table_says(case):
    found = by_python(case)

    if "refuses" in case:
        assert found[:2] == case["refuses"]
        assert found[2] == case.get("why", found[2])
    else:
        assert {name: found[name] for name in case["gives"]} == case["gives"]


def test_the_table_knows_both_answers_for_every_field():
    refused = {tuple(case["refuses"]) for case in TABLE["cases"] if "refuses" in case}
    codes = {code for _, code in refused}

    assert set(written_rules.SENTENCES) - codes == set()


def test_the_script_says_the_same():
    if not shutil.which("node"):
        missing = "no node here: the browser asks the same in tests/journeys/test_offline.py"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    script = SCRIPT % (ROOT / "static/js/written.js").as_uri()
    done = subprocess.run(
        ["node", "--input-type=module", "-e", script], input=asked(), capture_output=True, text=True, check=True, timeout=60
    )

    assert json.loads(done.stdout) == [by_python(case) for case in TABLE["cases"]]


def asked() -> str:
    """The table with the rules, as the page gives them to the script."""
    return json.dumps(
        {
            "rules": written_rules.rules(),
            "rows": [row_of(case) for case in TABLE["cases"]],
            "now": milliseconds(TABLE["now"]),
            "hours": [milliseconds(moment) for moment in TABLE["hours"]],
            "feverLimit": float(TABLE["fever_limit"]),
            "couriersEnter": TABLE["couriers_enter"],
        }
    )
