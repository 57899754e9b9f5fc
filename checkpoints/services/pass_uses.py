"""A pass used at a gate: asked and logged in one step, or sent later by a phone that had no network."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from checkpoints.access import leads_gate
from checkpoints.models import EntryPass, Passage, PassUse, Shift
from checkpoints.services import entries, entry_rules, pass_cases, pass_codes, pass_rules, pass_words, passages, passes
from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.errors import Refused

Way = Passage.Direction
MOST_PERSONS = 20
# Phones take a new kit every five minutes; what they cannot know from it yet is told in between.
SHARED, LATE, MOST_SHARED = dt.timedelta(minutes=15), dt.timedelta(hours=24), 200


@transaction.atomic
def use(
    *, pass_id: int, shift: Shift, way: str, passage_id: str, persons: int = 1, proofs: Sequence[str] = (),
    confirmed: bool = False, override: str = "", temperature: str = "", fever_limit: Decimal, by: User,
) -> PassUse | None:  # fmt: skip
    """Let somebody through with a pass and log it. Two gates at once: the second is answered by what the first wrote.

    What is only to be looked at needs `confirmed`; what the rule refuses needs `override`, the reason of whoever leads.
    None where the thermometer held the person back: then no trip is spent.
    """
    card = passes.locked(pass_id)
    if known := PassUse.objects.filter(passage_id=passage_id).first():
        return known
    answer = asked(card, shift, way=way, persons=persons, proofs=proofs)
    _refuse_unless(answer, confirmed=confirmed, override=override, shift=shift, by=by)
    logged = passages.store_one(
        shift=shift, row=_row(card, way, passage_id, temperature), fever_limit=fever_limit, by=by
    )  # fmt: skip
    if logged.status == passages.REFUSED:
        raise Refused(logged.why)
    if logged.result != Passage.Result.PASSED:
        return None
    overridden = answer["answer"] == pass_rules.NO
    return record(
        card, Passage.objects.get(pk=UUID(logged.id)), found=found_by(answer), persons=persons, proofs=proofs,
        override=override if overridden else "", by=by,
    )  # fmt: skip


def asked(
    card: EntryPass, shift: Shift, *, way: str, persons: int = 1, proofs: Sequence[str] = (), at: dt.datetime | None = None,
    who: int | None = None,
) -> pass_rules.Answer:  # fmt: skip
    """The answer for a pass at the gate of a shift; `who` goes with it, where the gate knows."""
    facts = {"way": way, "persons": persons, "proofs": list(proofs), "compound": shift.post.compound_id}
    return pass_rules.judge(pass_cases.case_of(card, at or timezone.now(), who=who, **facts))


def record_sent(*, shift: Shift, rows: Sequence[Any], answers: Sequence[passages.Answer], by: User) -> dict[str, str]:
    """Write down the passes that a phone says were used with passages it sent, and who left without; again, it changes nothing.

    Nobody is refused any more: what is against the rule is stored and shown. Returns it by passage.
    """
    said = {row["id"]: row for row in rows if isinstance(row, dict) and row.get("pass") and isinstance(row.get("id"), str)}
    stored = {answer.id for answer in answers if answer.status != passages.REFUSED and answer.result == Passage.Result.PASSED}
    wrong = entries.record_leavers(rows=rows, stored=stored, shift=shift, by=by)
    if not said:
        return wrong
    logged = Passage.objects.in_bulk([UUID(key) for key in said.keys() & stored])
    sent = [(logged[UUID(key)], row) for key, row in said.items() if key in stored]
    # As they happened, and of one moment as the phone wrote them: each is judged by those before it.
    for passage, row in sorted(sent, key=lambda one: one[0].happened_at):
        if card := named(row["pass"], shift):
            _sent(card, passage, row, shift=shift, by=by)
    # One that came later may have put another right.
    found = found_at(list(logged)) if logged else {}
    return wrong | {str(key): why for key, why in found.items()}


@transaction.atomic
def _sent(card: EntryPass, passage: Passage, row: Mapping[str, Any], *, shift: Shift, by: User) -> None:
    card = passes.locked(card.pk)
    if PassUse.objects.filter(passage=passage).exists():
        return
    persons = row.get("persons")
    persons = persons if isinstance(persons, int) and 1 <= persons <= MOST_PERSONS else 1
    proofs = [proof for proof in row.get("proofs") or () if isinstance(proof, str)][:10]
    answer = asked(
        card, shift, way=passage.direction, persons=persons, proofs=proofs, at=passage.happened_at, who=passage.resident_id
    )  # fmt: skip
    override = str(row.get("override") or "")[:120].strip()
    if answer["answer"] != pass_rules.NO or not leads_gate(by, shift):
        override = ""
    record(card, passage, found=found_by(answer), persons=persons, proofs=proofs, override=override, by=by)
    _judge_again(card, since=passage.happened_at, by=by)


def shared(shift: Shift, at: dt.datetime) -> list[list[Any]]:
    """What the phones at the gates of a compound have let through of late: [pass, way, moment, passage], newest last."""
    recent = {"recorded_at__gte": at - SHARED, "happened_at__gte": at - LATE}
    rows = PassUse.objects.standing().filter(community=shift.post.compound.community_id, **recent)
    rows = rows.filter(entry_pass__compound=shift.post.compound_id).order_by("-happened_at", "-id")[:MOST_SHARED]
    return [[use.entry_pass_id, use.direction, use.happened_at.isoformat(), str(use.passage_id)] for use in reversed(rows)]


def found_at(keys: Sequence[UUID]) -> dict[UUID, str]:
    """What was against the rule when a pass was used, by passage; what the lead let go with a reason is not among it."""
    rows = PassUse.objects.filter(passage__in=keys, override_by=None).exclude(found="")
    return dict(rows.values_list("passage", "found"))


def named(text: Any, shift: Shift) -> EntryPass | None:
    """The pass of this community that a phone names by its code or its key."""
    try:
        pk = text if isinstance(text, int) and not isinstance(text, bool) else pass_codes.read(str(text))
    except pass_codes.Unreadable:
        return None
    return EntryPass.objects.filter(pk=min(max(pk, 0), 2**62), community=shift.post.compound.community_id).first()


def _refuse_unless(answer: pass_rules.Answer, *, confirmed: bool, override: str, shift: Shift, by: User) -> None:
    """Stop here, in words, unless the answer is yes or somebody who may has answered for it."""
    told = pass_words.told(pass_words.said(answer))
    if answer["answer"] == pass_rules.ASK and (answer["look"] or not confirmed):
        raise Refused(told)
    if answer["answer"] != pass_rules.NO:
        return
    if not override.strip():
        raise Refused(told)
    expect_lead(by, shift)


def expect_lead(by: User, shift: Shift) -> None:
    """Refuse whoever may not answer for what goes against the rule."""
    if not leads_gate(by, shift):
        raise Refused(str(entry_rules.SENTENCES["lead_only"]))


def found_by(answer: pass_rules.Answer) -> str:
    """The code that is kept with a use: nothing where the rule allows it."""
    return "" if answer["answer"] == pass_rules.YES else str(answer["why"][0]["code"])


def record(
    card: EntryPass, passage: Passage, *, found: str, persons: int, proofs: Sequence[str], override: str, by: User
) -> PassUse:
    """Write down that a pass was used with a passage, and in the trail what was against its rule."""
    use = PassUse.objects.create(
        community_id=card.community_id, entry_pass=card, passage=passage, post_id=passage.post_id,
        happened_at=passage.happened_at, direction=passage.direction, persons=persons, proofs=list(proofs), found=found,
        override_by=by if override else None, override_reason=override.strip()[:120], recorded_by=by,
    )  # fmt: skip
    if override:
        audit.record("entrypass.overridden", card, by=by, after={"found": found, "override_reason": use.override_reason})
    elif found:
        audit.record("entrypass.misuse_found", card, by=by, after={"found": found})
    return use


def _judge_again(card: EntryPass, *, since: dt.datetime, by: User) -> None:
    """A use that comes late may put later ones in the wrong: say so of each, and take it back where it no longer is."""
    rows = PassUse.objects.standing().filter(_of_group(card), happened_at__gt=since, override_by=None)
    later = rows.select_related("entry_pass", "passage", "post__compound").order_by("happened_at", "id")
    for use in later:
        other = passes.locked(use.entry_pass_id)
        facts = {"way": use.direction, "persons": use.persons, "proofs": use.proofs, "compound": use.post.compound_id}
        case = pass_cases.case_of(other, use.happened_at, who=use.passage.resident_id, **facts)
        found = found_by(pass_rules.judge(_without(case, use)))
        if found != use.found:
            PassUse.objects.filter(pk=use.pk).update(found=found)
            if found and not use.found:
                audit.record("entrypass.misuse_found", other, by=by, after={"found": found})


def _without(case: pass_cases.Case, use: PassUse) -> pass_cases.Case:
    """The case as it was just before this use, which is the last of its minute."""
    me = {"at": pass_cases.local(use.happened_at), "way": use.direction, "own": True, "kind": use.kind}
    rows = list(case["uses"])
    if me in rows:
        rows.reverse()
        rows.remove(me)
        rows.reverse()
    return {**case, "uses": rows}


def _of_group(card: EntryPass) -> Q:
    """The uses that may spend the same trips, by whatever rule."""
    return Q(entry_pass__dwelling=card.dwelling_id) if card.dwelling_id else Q(entry_pass=card)


def _row(card: EntryPass, way: str, passage_id: str, temperature: str) -> dict[str, Any]:
    """The passage as the gate page would send it."""
    return {
        "id": passage_id,
        "direction": way,
        "person": Passage.Person.STAFF if card.is_outsiders else Passage.Person.RESIDENT,
        "home": str(card.dwelling) if card.dwelling else "",
        "name": card.resident.name if card.resident else card.holder,
        "temperature": temperature,
        "reason": "",
    }
