"""May this visitor, this vehicle come in? One function over plain data; static/js/entry_rules.js repeats it for phones.

tests/checkpoints/cases/entries.json is run through both: a rule is changed in both places, with a case that shows it.
Residents who go out are judged by pass_rules; nobody from outside is kept from leaving.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from checkpoints.models import Vehicle, Visit

YES, NO, ASK = "yes", "no", "ask"
# What asks for more than a look: without the home's word nobody goes in.
WANTING = {"consent"}
# Which field of the form an answer speaks of.
FIELDS = {"consent": "host", "home_refused": "home", "home_held": "home"}

SENTENCES = {
    "free": "",
    "agreed": _("The home has agreed."),
    "told": _("The home has agreed, as you were told."),
    "consent": _("The home was not asked yet. Ring it up, and write who of it agreed."),
    "home_refused": _("The home has refused this visit. Goods may wait on the shelf."),
    "home_held": _("Nobody visits this home now: it is in quarantine. Goods may wait on the shelf and are carried up."),
    "ambulance": _("Lets pass at once, without questions."),
    "known": _("In the register, may come in."),
    "known_until": _("May come in until %(closes)s."),
    "unknown": _("Not in the register. Ask whom it visits; goods are unloaded outside."),
    "unknown_taxi": _("Not in the register. Ask whom it visits; taxis stay outside, goods are unloaded outside."),
    "permit_over": _("The permit is not good today. The community renews it."),
    "taxi": _("Taxis stay outside. The passenger walks in and is logged alone."),
    "kept_out": _("Stays outside. Goods go to the shelf."),
    "hours": _("Comes in only from %(opens)s to %(closes)s."),
    "lead_only": _("Only the lead of the shift or the community lets somebody go against the rule."),
}

Case = Mapping[str, Any]
Answer = dict[str, Any]


def judge(case: Case) -> Answer:
    """Answer one case: `answer`, `code`, and the hours a sentence names.

    `case` holds `row` (as services.written reads it, with `host`: who of the home agreed), `at` (local), `taxis` (whether
    they come in), and of the home `held` and `visits`, of the plate `vehicle`.
    """
    row = case["row"]
    if row["direction"] != "in" or row["result"] != "passed":
        return _answer(YES, "free")
    if row["person"] == "visitor":
        return _visitor(case)
    return vehicle(case) if row["person"] == "driver" else _answer(YES, "free")


def stops(answer: Case) -> bool:
    """Whether nothing is logged unless somebody answers for it."""
    return answer["answer"] == NO or answer["code"] in WANTING


def vehicle(case: Case) -> Answer:
    """What the register says of a plate."""
    known, day = case.get("vehicle"), case["at"][:10]
    if known is None:
        return _answer(ASK, "unknown" if case["taxis"] else "unknown_taxi")
    if known["kind"] == "ambulance":
        return _answer(YES, "ambulance")
    if day < known["starts"] or (known["ends"] and day > known["ends"]):
        return _answer(NO, "permit_over")
    if known["kind"] == "taxi" and not case["taxis"]:
        return _answer(NO, "taxi")
    if known["allowed"] == "no":
        return _answer(NO, "kept_out")
    return _by_hours(known, case["at"][11:16]) if known["allowed"] == "window" else _answer(YES, "known")


def _by_hours(known: Case, now: str) -> Answer:
    """A window may run over midnight; both ends belong to it."""
    opens, closes = known["opens"], known["closes"]
    inside = opens <= now <= closes if opens <= closes else now >= opens or now <= closes
    return _answer(YES, "known_until", closes=closes) if inside else _answer(NO, "hours", opens=opens, closes=closes)


def _visitor(case: Case) -> Answer:
    row = case["row"]
    if case.get("held") == "all":
        return _answer(NO, "home_held")
    said = {visit["answer"] for visit in case["visits"] if _fits(visit, row["name"]) and case["at"][:10] <= visit["until"]}
    if "agreed" in said:
        return _answer(YES, "agreed")
    if "refused" in said:
        return _answer(NO, "home_refused")
    return _answer(YES, "told") if row["host"] else _answer(ASK, "consent")


def _fits(visit: Case, name: str) -> bool:
    """Phones know a visitor by the first character and the length of the name alone."""
    return not name or (name[:1], len(name)) == (visit["name"][:1], len(visit["name"]))


def _answer(answer: str, code: str, **facts: str) -> Answer:
    return {"answer": answer, "code": code, **facts}


def words(answer: Case) -> str:
    """The answer in words."""
    return str(SENTENCES[answer["code"]]) % {name: answer.get(name) for name in ("opens", "closes")}


def as_vehicle(row: Vehicle) -> dict[str, str]:
    """A line of the register as the rules read it."""
    return {
        "kind": row.kind,
        "allowed": row.allowed,
        "opens": f"{row.opens_at:%H:%M}" if row.opens_at else "",
        "closes": f"{row.closes_at:%H:%M}" if row.closes_at else "",
        "starts": row.starts_on.isoformat(),
        "ends": row.ends_on.isoformat() if row.ends_on else "",
    }


def as_visit(row: Visit) -> dict[str, str]:
    """The word of a home as the rules read it, and nothing more of who comes."""
    name = row.written_name
    return {"name": name[:1] + "*" * (len(name) - 1), "answer": row.answer, "until": row.until.isoformat()}


def for_phones() -> dict[str, Any]:
    """The sentences in the language of whoever asks, and what they speak of."""
    return _for_phones(get_language() or "")


@cache
def _for_phones(_language: str) -> dict[str, Any]:
    said = {code: str(sentence) for code, sentence in SENTENCES.items()}
    return {"sentences": said, "fields": FIELDS, "wanting": sorted(WANTING)}
