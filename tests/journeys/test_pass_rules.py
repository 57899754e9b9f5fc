"""What the phone says without network is what the portal says: one table of cases, and many more drawn at random."""

import random
from pathlib import Path

from django.conf import settings

from checkpoints.services import pass_rules
from tests.checkpoints.test_pass_codes import CASES as CODES
from tests.checkpoints.test_pass_rules import CASES, TABLE, said

SCRIPT = Path(settings.BASE_DIR, "static/js/pass_rules.js").read_text()
CODE_SCRIPT = Path(settings.BASE_DIR, "static/js/pass_codes.js").read_text()
RULES = [None, *(rule["rule"] for rule in TABLE["rules"].values())]
KINDS = ["household", "household", "service", "special", "carer"]
MANY = 3000


def drawn(dice: random.Random) -> dict:
    """A case of late February 2022 in which anything may be."""

    def moment() -> str:
        day, hour, minute = dice.randint(1, 28), dice.randint(0, 23), dice.randint(0, 59)
        return f"2022-{dice.choice(['02', '03'])}-{day:02d}T{hour:02d}:{minute:02d}"

    def use() -> dict:
        return {"at": moment(), "way": dice.choice(["in", "out"]), "own": dice.random() < 0.7, "kind": dice.choice(KINDS)}

    card = {
        "kind": dice.choice(KINDS), "state": dice.choice(["active"] * 5 + ["suspended", "voided", "requested"]),
        "compound": dice.choice([1, 1, 1, 2]), "issued": moment(), "from": "2022-02-01",
        "until": dice.choice([None, None, moment()[:10]]),
    }  # fmt: skip
    return {
        "at": moment(), "way": dice.choice(["in", "out", "out"]), "compound": 1, "pass": dice.choice([card, card, card, None]),
        "policy": dice.choice(RULES), "uses": [use() for _ in range(dice.randint(0, 6))],
        "quarantine": dice.choice(["", "", "", "all", "some", "permit"]), "level": dice.choice(["open", "sealed"]),
        "returned_on": dice.choice([None, None, moment()[:10]]), "persons": dice.randint(1, 2),
        "proofs": dice.sample(["pcr_48", "temperature", "green_code", "travel_code"], 2),
    }  # fmt: skip


def test_the_script_answers_every_case_as_python_does(chromium):
    dice = random.Random(20220410)
    rows = CASES + [drawn(dice) for _ in range(MANY)]
    page = chromium.new_page()
    answers = page.evaluate(
        """async ([script, rows]) => {
            const { judge, overdueSince } = await import(`data:text/javascript;charset=utf-8,${encodeURIComponent(script)}`);
            return rows.map((row) => [judge(row), row.pass ? overdueSince(row) : null]);
        }""",
        [SCRIPT, rows],
    )
    page.close()

    expected = [[pass_rules.judge(row), pass_rules.overdue_since(row) if row["pass"] else None] for row in rows]
    differing = [(row, theirs, ours) for row, theirs, ours in zip(rows, answers, expected, strict=True) if theirs != ours]
    assert differing[:3] == []
    assert [said(answer, case["expect"]) for case, (answer, _) in zip(CASES, answers, strict=False)] == [
        case["expect"] for case in CASES
    ]


def test_the_script_reads_every_code_as_python_does(chromium):
    page = chromium.new_page()
    answers = page.evaluate(
        """async ([script, texts]) => {
            const { read } = await import(`data:text/javascript;charset=utf-8,${encodeURIComponent(script)}`);
            return texts.map(read);
        }""",
        [CODE_SCRIPT, [case["text"] for case in CODES]],
    )
    page.close()

    assert answers == [case["expect"] for case in CODES]
