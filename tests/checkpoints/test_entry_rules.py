"""May this visitor, this vehicle come in? One table of cases; tests/journeys runs it by script as well."""

import json
from pathlib import Path

import pytest

from checkpoints.services import entry_rules

CASES = json.loads((Path(__file__).parent / "cases" / "entries.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=[case["say"] for case in CASES])
def test_the_table_holds_in_python(case):
    assert entry_rules.judge(case) == case["expect"]


def test_every_answer_has_a_case_and_a_sentence():
    said = {case["expect"]["code"] for case in CASES}

    assert said | {"lead_only"} == set(entry_rules.SENTENCES)
    assert [code for code in said - {"free"} if not entry_rules.words({"code": code, "opens": "8", "closes": "9"})] == []
