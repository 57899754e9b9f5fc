"""May this person go out now? One function over plain data; static/js/pass_rules.js is the same for phones without network.

tests/checkpoints/cases/passes.json is run through both: a rule is changed in both places, with a case that shows it.
All times are local texts, "2022-04-10T08:30": nothing here depends on a clock, a zone, a database or a language.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from checkpoints.services.pass_hours import day_of, in_window, minute_of, minutes_of, moment, on_day, opening

YES, NO, ASK = "yes", "no", "ask"
# Who comes from outside: their pass opens the gate inwards, and nobody keeps them from going home.
OUTSIDERS = ("worker", "carer")
# So far ahead is looked for the next moment at which the answer is yes.
FAR = 62
# What passes by itself, so that there is a next moment.
TIMED = {"trips", "days", "window", "not_yet"}

Case = Mapping[str, Any]
Answer = dict[str, Any]


def judge(case: Case) -> Answer:
    """Answer one case.

    `case` holds `at`, `way`, `compound` (of the gate), `level`, `pass`, `policy`, `uses`, `quarantine`, `returned_on`,
    `persons` and `proofs` (those that were seen). The answer holds `answer`, `state`, `why` (codes with their numbers),
    `next` (when it turns yes by itself), `back_by`, `left` (trips) and `look` (proofs to look at).
    """
    card, policy = case.get("pass"), case.get("policy")
    state = state_of(case)
    if _unasked(case):
        return _answer(YES, state, _came_back(case) or [_why("home")])
    if card is None:
        return _without(case)
    blocked = _blocked(case, state)
    if blocked:
        # The case is clear: what the policy says of trips would only hide it.
        return _answer(NO, state, blocked, next=_next(case) if blocked[0]["code"] in TIMED else None)
    if policy is None:
        return _by_level(case, state)
    why = [] if _is_exempt(case) else _policy_says(case)
    if why:
        timed = any(reason["code"] in TIMED for reason in why)
        return _answer(NO, state, _still_out(case, state) + why, next=_next(case) if timed else None, left=_left(case))
    return _last_questions(case, state)


def state_of(case: Case) -> str:  # noqa: PLR0911 - eight states, the first that holds
    """What a pass is at this moment; stored are only requested, active, suspended and voided."""
    card = case.get("pass")
    if card is None:
        return ""
    if card["state"] in {"voided", "requested"}:
        return str(card["state"])
    if _returned(case):
        return "voided"
    if out := _open_out(case):
        return "overdue" if _late_by(case, out) > 0 else "out"
    if card.get("until") and day_of(card["until"]) < day_of(case["at"]):
        return "expired"
    if card["state"] == "suspended" or case.get("quarantine") == "all":
        return "suspended"
    policy = case.get("policy")
    if policy and not _is_exempt(case) and _left(case) == 0 and policy["trips"]:
        return "used_up"
    return "active"


def overdue_since(case: Case) -> str | None:
    """The moment by which somebody who is out should have been back, if it has passed."""
    out = _open_out(case)
    return _back_by(case, out["at"]) if out and _late_by(case, out) > 0 else None


# Who is not asked, and who is without


def _unasked(case: Case) -> bool:
    """Residents come home, outsiders go home: nobody is refused that."""
    card = case.get("pass")
    asked_way = "in" if card and card["kind"] in OUTSIDERS else "out"
    return bool(case["way"] != asked_way)


def _came_back(case: Case) -> list[Answer]:
    out = _open_out(case) if case.get("pass") else None
    late = _late_by(case, out) if out else 0
    return [_why("late_back", minutes=late)] if late > 0 else []


def _without(case: Case) -> Answer:
    if case.get("quarantine") == "all":
        return _answer(NO, "", [_why("quarantine")])
    if case.get("policy") is None:
        return _by_level(case, "")
    if case["policy"]["trips"] == 0:
        return _answer(NO, "", [_why("nobody")])
    return _answer(NO, "", [_why("no_pass")])


def _by_level(case: Case, state: str) -> Answer:
    """No rule is written down: open compounds need none, closed ones have to say what they want."""
    kept = [_why(f"quarantine_{case['quarantine']}")] if case.get("quarantine") else []
    if case.get("level") in {"controlled", "sealed"}:
        return _answer(ASK, state, [*kept, _why("no_rule")])
    if kept:
        return _answer(ASK, state, kept)
    return _answer(YES, state, [_why("free")])


# The pass itself


def _blocked(case: Case, state: str) -> list[Answer]:  # noqa: PLR0911 - the first that holds is said
    card = case["pass"]
    if card["compound"] != case["compound"]:
        return [_why("other_compound")]
    if state == "voided":
        return [_why("returnee" if card["state"] != "voided" else "voided")]
    if state == "requested":
        return [_why("requested")]
    if card.get("from") and day_of(card["from"]) > day_of(case["at"]):
        return [_why("not_yet", day=card["from"])]
    if card.get("until") and day_of(card["until"]) < day_of(case["at"]):
        return [_why("expired", day=card["until"])]
    if case.get("quarantine") == "all":
        return [_why("quarantine")]
    return [_why("suspended")] if card["state"] == "suspended" else []


def _returned(case: Case) -> bool:
    """A returnee moved in after the pass was issued, where the rule says that voids it."""
    policy, back = case.get("policy"), case.get("returned_on")
    if not policy or not back or "returnee" not in policy["voids"]:
        return False
    return day_of(back) >= day_of(case["pass"]["issued"])


def _is_exempt(case: Case) -> bool:
    kind, policy = case["pass"]["kind"], case.get("policy")
    return kind in OUTSIDERS or bool(policy and kind in policy["exempt"])


# What the policy says


def _policy_says(case: Case) -> list[Answer]:
    policy, found = case["policy"], []
    if policy["trips"] == 0:
        return [_why("nobody")]
    if not on_day(policy, day_of(case["at"])):
        found.append(_why("days", days=policy["days"], weekdays=policy["weekdays"]))
    if not in_window(policy, minute_of(case["at"])):
        found.append(_why("window", **{"from": policy["from"], "until": policy["until"]}))
    if _left(case) == 0:
        code = "slips" if policy["scope"] == "slips" else "trips"
        found.append(_why(code, trips=policy["trips"], days=policy["period_days"]))
    if case.get("persons", 1) > policy["persons"]:
        found.append(_why("persons", persons=policy["persons"]))
    return found


def _last_questions(case: Case, state: str) -> Answer:
    """Nothing forbids it; what is left only a person can see."""
    policy = case["policy"]
    asked = _still_out(case, state)
    if quarantine := case.get("quarantine"):
        asked.append(_why(f"quarantine_{quarantine}"))
    look = [proof for proof in policy["proofs"] if proof not in case.get("proofs", ())]
    if look:
        asked.append(_why("proofs"))
    left = None if _is_exempt(case) else _left(case)
    back_by = _back_by(case, case["at"])
    if asked:
        return _answer(ASK, state, asked, look=look, left=left, back_by=back_by)
    # This trip is one of those that are left.
    left = left - 1 if left else left
    return _answer(YES, state, [_why("ok")], left=left, back_by=back_by)


def _still_out(case: Case, state: str) -> list[Answer]:
    """The pass is outside: a return was not logged, or the code has been copied."""
    out = _open_out(case)
    return [_why("overdue" if state == "overdue" else "out", since=out["at"])] if out else []


def _left(case: Case, day: int | None = None) -> int | None:
    """How many trips are left on a day; None where they are not counted."""
    policy = case.get("policy")
    if not policy or policy["trips"] is None:
        return None
    day = day_of(case["at"]) if day is None else day
    first = day_of(policy["starts_on"]) if policy["scope"] == "slips" else day - policy["period_days"] + 1
    made = sum(1 for use in _before(case) if use["way"] == "out" and _counts(policy, use) and day_of(use["at"]) >= first)
    return max(int(policy["trips"]) - made, 0)


def _counts(policy: Case, use: Case) -> bool:
    return use["kind"] not in OUTSIDERS and use["kind"] not in policy["exempt"]


def _next(case: Case) -> str | None:
    """The first moment from now on at which neither day, hour nor trips forbid it."""
    card, policy = case["pass"], case.get("policy")
    today = day_of(case["at"])
    for day in range(max(today, day_of(card.get("from") or case["at"])), today + FAR):
        if card.get("until") and day_of(card["until"]) < day:
            return None
        minute = opening(None if _is_exempt(case) else policy, minute_of(case["at"]) if day == today else 0)
        if minute is None or (policy and not _is_exempt(case) and not _free_day(case, day)):
            continue
        return moment(day * 1440 + minute)
    return None


def _free_day(case: Case, day: int) -> bool:
    return on_day(case["policy"], day) and _left(case, day) != 0


# Uses


def _before(case: Case) -> list[Case]:
    """The uses up to this moment, in their order: a phone may have sent them in another."""
    return sorted((use for use in case.get("uses", ()) if use["at"] <= case["at"]), key=lambda use: use["at"])


def _open_out(case: Case) -> Case | None:
    """The going out of this pass from which nobody has come back; an outsider's stay is none."""
    own = [use for use in _before(case) if use["own"]]
    if not own or own[-1]["way"] != "out" or case["pass"]["kind"] in OUTSIDERS:
        return None
    return own[-1]


def _late_by(case: Case, out: Case) -> int:
    """Minutes beyond those allowed; the last minute is in time."""
    policy = case.get("policy")
    if not policy or not policy["minutes"] or _is_exempt(case):
        return 0
    return minutes_of(case["at"]) - minutes_of(out["at"]) - int(policy["minutes"])


def _back_by(case: Case, since: str) -> str | None:
    policy = case.get("policy")
    if not policy or not policy["minutes"] or _is_exempt(case):
        return None
    return moment(minutes_of(since) + int(policy["minutes"]))


# Answers


def _why(code: str, **facts: Any) -> Answer:
    return {"code": code, **facts}


def _answer(
    answer: str, state: str, why: Sequence[Answer], *, next: str | None = None,  # noqa: A002 - a word of the answer
    left: int | None = None, back_by: str | None = None, look: Sequence[str] = (),
) -> Answer:  # fmt: skip
    return {
        "answer": answer, "state": state, "why": list(why), "next": next, "left": left, "back_by": back_by, "look": list(look),
    }  # fmt: skip
