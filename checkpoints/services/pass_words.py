"""What pass_rules says, in words: why, and what would make it yes; the same templates go to the phones."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from checkpoints.models import PassKind, PassPolicy, Proof
from checkpoints.services import pass_codes

# By code: why, and what would make it yes.
WORDS: dict[str, tuple[str | Promise, str | Promise]] = {
    "ok": (gettext_lazy("The pass is good and a trip is free."), ""),
    "home": (gettext_lazy("Going home needs no pass."), ""),
    "free": (gettext_lazy("No pass rule holds here: everybody may go."), ""),
    "late_back": (
        gettext_lazy("Back %(minutes)s min late."),
        gettext_lazy("Let in. The steward of the compound sees it."),
    ),
    "no_rule": (
        gettext_lazy("The compound is closed, and no rule says who may go."),
        gettext_lazy("Ask the lead or the community."),
    ),
    "no_pass": (gettext_lazy("There is no pass."), gettext_lazy("The desk issues one for the home.")),
    "nobody": (
        gettext_lazy("Nobody goes out but for medical care and the posts the rule names."),
        gettext_lazy("A special need pass, or one of an exempt post."),
    ),
    "other_compound": (
        gettext_lazy("This pass belongs to another compound."),
        gettext_lazy("The gate of that compound."),
    ),
    "voided": (gettext_lazy("The pass has been voided."), gettext_lazy("The new pass, or one from the desk.")),
    "returnee": (
        gettext_lazy("Somebody has returned to the home from elsewhere: that voids its pass."),
        gettext_lazy("A new pass from the desk."),
    ),
    "requested": (gettext_lazy("The pass is asked for, not issued."), gettext_lazy("The desk issues it.")),
    "not_yet": (gettext_lazy("The pass is good only from %(day)s."), gettext_lazy("Come back then.")),
    "expired": (gettext_lazy("The pass was good until %(day)s."), gettext_lazy("A new pass from the desk.")),
    "suspended": (gettext_lazy("The pass is suspended."), gettext_lazy("The desk restores it.")),
    "quarantine": (
        gettext_lazy("The home is in quarantine."),
        gettext_lazy("An approved exit from the community; what is needed is brought to the door."),
    ),
    "quarantine_some": (
        gettext_lazy("Somebody of the home is in quarantine, in a room of their own."),
        gettext_lazy("Make sure that it is not this person."),
    ),
    "quarantine_permit": (
        gettext_lazy("The home is in quarantine; one of it has an approved exit now."),
        gettext_lazy("Make sure that it is this person, and that they are escorted."),
    ),
    "out": (
        gettext_lazy("By the log this pass is outside since %(since)s."),
        gettext_lazy("Was the return not logged? If nobody came back, the code is copied or handed on: tell the lead."),
    ),
    "overdue": (
        gettext_lazy("By the log this pass is outside since %(since)s, longer than allowed."),
        gettext_lazy("Was the return not logged? If nobody came back, the code is copied or handed on: tell the lead."),
    ),
    "days_odd": (gettext_lazy("Today is an even date; the rule is odd dates."), gettext_lazy("Come back then.")),
    "days_even": (gettext_lazy("Today is an odd date; the rule is even dates."), gettext_lazy("Come back then.")),
    "days_weekdays": (gettext_lazy("Today is not one of the days of the rule."), gettext_lazy("Come back then.")),
    "window": (gettext_lazy("The rule is from %(from)s to %(until)s."), gettext_lazy("Come back then.")),
    "trips": (
        gettext_lazy("Trips are used up: %(trips)s in %(days)s day(s)."),
        gettext_lazy("Wait for the next, or have it brought to the door."),
    ),
    "slips": (
        gettext_lazy("All %(trips)s slips are used."),
        gettext_lazy("The community hands out new ones."),
    ),
    "persons": (
        gettext_lazy("At most %(persons)s at a time."),
        gettext_lazy("The others stay, or go on another trip."),
    ),
    "proofs": (gettext_lazy("Proofs are still to be looked at."), gettext_lazy("Look at them and tick what you have seen.")),
}  # fmt: skip

# What was against the rule, in a list where there is no room for its numbers.
FOUND: dict[str, str | Promise] = {
    "trips": gettext_lazy("trips used up"),
    "slips": gettext_lazy("slips used up"),
    "days": gettext_lazy("wrong day"),
    "window": gettext_lazy("wrong hour"),
    "persons": gettext_lazy("too many people"),
    "proofs": gettext_lazy("proofs not seen"),
    "out": gettext_lazy("used while outside"),
    "overdue": gettext_lazy("used while outside"),
    "nobody": gettext_lazy("nobody may go out"),
    "quarantine": gettext_lazy("home in quarantine"),
    "quarantine_some": gettext_lazy("somebody of the home in quarantine"),
    "quarantine_permit": gettext_lazy("with an approved exit"),
    "suspended": gettext_lazy("suspended"),
    "voided": pgettext_lazy("pass", "voided"),
    "returnee": gettext_lazy("a returnee in the home"),
    "requested": gettext_lazy("not issued"),
    "expired": pgettext_lazy("pass", "run out"),
    "not_yet": gettext_lazy("not yet valid"),
    "other_compound": gettext_lazy("pass of another compound"),
    "no_rule": gettext_lazy("no rule says who may go"),
    "no_pass": gettext_lazy("without a pass"),
    "held_out": gettext_lazy("home in quarantine"),
    "consent": gettext_lazy("home visited was not asked"),
    "home_refused": gettext_lazy("home visited refused"),
    "home_held": gettext_lazy("home visited in quarantine"),
    "permit_over": gettext_lazy("permit of the vehicle not good"),
    "taxi": gettext_lazy("taxi, stays outside"),
    "kept_out": gettext_lazy("vehicle, stays outside"),
    "hours": gettext_lazy("vehicle outside its hours"),
}

# What a phone says of a code that is written well, but is none of those it took along; or it has taken none along yet.
ON_PHONES: dict[str, str | Promise] = {
    "unknown": gettext_lazy(
        "This phone knows no such pass here. Ask the portal; without network nobody goes by it: tell the lead."
    ),
    "coming": gettext_lazy("The passes are still on their way to this phone. Look it up again in a moment, or ask the portal."),
    "without": gettext_lazy(
        "This phone has no passes with it: it has had no network on this shift, or the shift is over. "
        "Look at the card yourself, write the home into the form, and let the lead decide."
    ),
}  # fmt: skip

STATES: dict[str, str | Promise] = {
    "requested": gettext_lazy("requested"),
    "active": pgettext_lazy("pass", "active"),
    "out": pgettext_lazy("pass", "outside"),
    "overdue": pgettext_lazy("pass", "overdue"),
    "used_up": pgettext_lazy("pass", "used up"),
    "suspended": gettext_lazy("suspended"),
    "expired": pgettext_lazy("pass", "run out"),
    "voided": pgettext_lazy("pass", "voided"),
}
TONES = {"active": "ok", "out": "info", "overdue": "bad", "used_up": "warn", "suspended": "warn", "requested": "info"}
ANSWERS: dict[str, str | Promise] = {
    "yes": pgettext_lazy("gate", "May pass"),
    "no": pgettext_lazy("gate", "May not pass"),
    "ask": pgettext_lazy("gate", "Look first"),
}
WEEKDAYS = {
    1: gettext_lazy("Mon"), 2: gettext_lazy("Tue"), 3: gettext_lazy("Wed"), 4: gettext_lazy("Thu"), 5: gettext_lazy("Fri"),
    6: gettext_lazy("Sat"), 7: gettext_lazy("Sun"),
}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """An answer for the screen: the verdict, each reason with its way out, what is left."""

    answer: str
    verdict: str
    state: str
    reasons: list[tuple[str, str]]
    next: str
    left: str
    back_by: str
    look: list[tuple[str, str]]
    codes: list[str]


def said(answer: Mapping[str, Any]) -> Said:
    """An answer of pass_rules in the language of whoever reads it."""
    look = [(proof, str(Proof(proof).label)) for proof in answer["look"]]
    return Said(
        answer=answer["answer"],
        verdict=str(ANSWERS[answer["answer"]]),
        state=answer["state"],
        reasons=[reason(why) for why in answer["why"]],
        next=_("Next possible: %(moment)s") % {"moment": short(answer["next"])} if answer["next"] else "",
        left=trips_left(answer["left"], after=answer["answer"] == "yes"),
        back_by=_("Back by %(moment)s") % {"moment": short(answer["back_by"])} if answer["back_by"] else "",
        look=look,
        codes=[why["code"] for why in answer["why"]],
    )


def told(words: Said) -> str:
    """Why, what would make it yes, and when, as one refusal."""
    return " ".join(filter(None, [*(" ".join(pair) for pair in words.reasons), words.next]))


def reason(why: Mapping[str, Any]) -> tuple[str, str]:
    """One reason and what would make it yes."""
    facts = {**why, "since": short(why.get("since", ""))}
    return tuple(str(text) % facts if text else "" for text in WORDS[word_of(why)])  # type: ignore[return-value]


def against(found: str) -> str:
    """What was against the rule, for a line of the log."""
    return _("Pass: %(why)s") % {"why": FOUND.get(found, found)} if found else ""


def word_of(why: Mapping[str, Any]) -> str:
    """The entry of WORDS: days have one for each kind."""
    return f"days_{why['days']}" if why["code"] == "days" else str(why["code"])


def trips_left(left: int | None, *, after: bool = False) -> str:
    """Who may go reads what is left `after` this trip: "may pass" beside "0 left" is no answer."""
    if left is None:
        return ""
    if after:
        text = ngettext("%(n)s trip left after this one", "%(n)s trips left after this one", left)
        return text % {"n": left}
    return ngettext("%(n)s trip left", "%(n)s trips left", left) % {"n": left}


def short(moment: str | None) -> str:
    """2022-04-10T08:30 -> 04-10 08:30."""
    return (moment or "")[5:].replace("T", " ")


def for_phones() -> dict[str, Any]:
    """Every template, in the language of the page: the script fills the same places."""
    return {
        "words": {code: [str(why), str(fix)] for code, (why, fix) in WORDS.items()},
        "answers": {code: str(text) for code, text in ANSWERS.items()},
        "states": {code: str(text) for code, text in STATES.items()},
        "proofs": {str(value): str(label) for value, label in Proof.choices},
        "kinds": {str(value): str(label) for value, label in PassKind.choices},
        "next": _("Next possible: %(moment)s"),
        "back_by": _("Back by %(moment)s"),
        "left": _("%(n)s trips left"),
        "left_one": trips_left(1),
        "after": _("%(n)s trips left after this one"),
        "after_one": trips_left(1, after=True),
        "one_by_one": _("Each has a pass of their own: let them go one by one."),
        "codes": {code: str(text) for code, text in {**pass_codes.WHY, **ON_PHONES}.items()},
    }


def sentence(policy: PassPolicy) -> str:
    """A rule as one sentence, as it would be read out over the loudspeaker."""
    parts = [_who(policy), _when(policy)]
    if policy.max_minutes:
        parts.append(_("for at most %(minutes)s minutes") % {"minutes": policy.max_minutes})
    text = _(", ").join(filter(None, parts)) + _(". ")
    if policy.proofs:
        text += _("Looked at: %(proofs)s. ") % {"proofs": labels(Proof, policy.proofs)}
    if policy.exempt:
        text += _("Trips are not counted for: %(kinds)s. ") % {"kinds": labels(PassKind, policy.exempt)}
    if "returnee" in policy.voids:
        text += _("A returnee in the home voids its pass. ")
    return capfirst(text.strip())


def labels(kinds: Any, values: list[str]) -> str:
    return _(", ").join(str(kinds(value).label) for value in values if value in kinds.values)


def _who(policy: PassPolicy) -> str:
    who = {"who": policy.get_scope_display(), "trips": policy.trips, "days": policy.period_days, "persons": policy.persons}
    if policy.trips == 0:
        return _("nobody may go out")
    if policy.trips is None:
        return _("%(who)s may go out as often as needed, %(persons)s at a time") % who
    if policy.scope == PassPolicy.Scope.SLIPS:
        return _("each household has %(trips)s single-use slips, %(persons)s at a time") % who
    if policy.period_days == 1:
        text = ngettext(
            "%(who)s may go out once a day, %(persons)s at a time",
            "%(who)s may go out %(trips)s times a day, %(persons)s at a time", policy.trips,
        )  # fmt: skip
    else:
        text = ngettext(
            "%(who)s may go out once in %(days)s days, %(persons)s at a time",
            "%(who)s may go out %(trips)s times in %(days)s days, %(persons)s at a time", policy.trips,
        )  # fmt: skip
    return text % who


def _when(policy: PassPolicy) -> str:
    if policy.trips == 0:
        return ""
    days = policy.get_days_display() if policy.days != PassPolicy.Days.EVERY else ""
    if policy.weekdays:
        days = _(", ").join(str(WEEKDAYS[int(day)]) for day in policy.weekdays.split(","))
    hours = ""
    if policy.from_time and policy.until_time:
        hours = f"{policy.from_time:%H:%M}–{policy.until_time:%H:%M}"
    return " ".join(filter(None, [days, hours]))
