"""May this person go out now? One table of cases; tests/journeys runs it through the script of the phones as well."""

import copy
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checkpoints.services import pass_rules

TABLE = json.loads((Path(__file__).parent / "cases" / "passes.json").read_text())


def case_of(line: dict) -> dict:
    rule = TABLE["rules"].get(line["rule"])
    return {**line, "policy": rule["rule"] if rule else None}


CASES = [case_of(line) for line in TABLE["cases"]]


def said(answer: dict, expected: dict) -> dict:
    """The answer, as far as the case says something of it."""
    plain = {**answer, "why": [reason["code"] for reason in answer["why"]]}
    return {name: plain[name] for name in expected}


@pytest.mark.parametrize("case", CASES, ids=[case["say"] for case in CASES])
def test_the_table_holds_in_python(case):
    assert said(pass_rules.judge(case), case["expect"]) == case["expect"]


def test_every_local_rule_has_a_case_that_lets_pass_and_one_that_does_not():
    answers = {name: {case["expect"]["answer"] for case in CASES if case["rule"] == name} for name in TABLE["rules"]}
    assert {name for name, found in answers.items() if "yes" not in found or not found & {"no", "ask"}} == set()


def test_judging_changes_nothing_of_the_case():
    for case in CASES:
        before = copy.deepcopy(case)
        pass_rules.judge(case)
        assert case == before


moments = st.builds("2022-{:02d}-{:02d}T{:02d}:{:02d}".format, st.integers(2, 3), st.integers(1, 28), st.integers(0, 23),
                    st.integers(0, 59))  # fmt: skip
days = moments.map(lambda at: at[:10])
kinds = st.sampled_from(["household", "service", "special", "carer"])
passes = st.fixed_dictionaries(
    {
        "kind": kinds, "state": st.sampled_from(["active", "suspended", "voided", "requested"]), "compound": st.integers(1, 2),
        "issued": moments, "from": days, "until": st.none() | days,
    }
)  # fmt: skip
uses = st.fixed_dictionaries({"at": moments, "way": st.sampled_from(["in", "out"]), "own": st.booleans(), "kind": kinds})
anything = st.fixed_dictionaries(
    {
        "at": moments, "way": st.sampled_from(["in", "out"]), "compound": st.just(1), "pass": st.none() | passes,
        "policy": st.none() | st.sampled_from([rule["rule"] for rule in TABLE["rules"].values()]),
        "uses": st.lists(uses, max_size=6), "quarantine": st.sampled_from(["", "", "all", "some", "permit"]),
        "level": st.sampled_from(["open", "sealed"]), "returned_on": st.none() | days, "persons": st.integers(1, 2),
        "proofs": st.just(["pcr_48", "temperature", "green_code"]),
    }
)  # fmt: skip


@settings(max_examples=300, deadline=None, database=None)
@given(case=anything)
def test_a_moment_that_is_promised_is_one_at_which_the_answer_is_no_longer_no(case):
    answer = pass_rules.judge(case)
    if answer["next"] is None:
        return
    later = pass_rules.judge({**case, "at": answer["next"], "uses": [u for u in case["uses"] if u["at"] <= case["at"]]})
    assert answer["next"] >= case["at"]
    assert not {reason["code"] for reason in later["why"]} & {"trips", "days", "window", "not_yet"}
