"""The code on a pass as it is scanned or typed; static/js/pass_codes.js is asked the same cases (tests/journeys)."""

import json
from pathlib import Path
from typing import Any

import pytest

from checkpoints.services import pass_codes

CASES = json.loads((Path(__file__).parent / "cases" / "codes.json").read_text())


def by_python(text: str) -> dict[str, Any]:
    try:
        return {"code": pass_codes.letters_of(text)}
    except pass_codes.Unreadable as bad:
        return {"problem": bad.code}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:30])
def test_what_a_hand_types_or_a_camera_reads_is_a_code_or_says_what_is_wrong(case):
    assert by_python(case["text"]) == case["expect"]


def test_every_kind_of_bad_code_has_its_words():
    assert {case["expect"].get("problem") for case in CASES} - {None} == set(pass_codes.WHY)
