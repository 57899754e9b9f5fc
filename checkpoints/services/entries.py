"""Visitors, vehicles and quarantined homes: judged by one rule on every way a passage is logged, and what was let go counted.

The gate page, the form without script, the batch of a phone and the pages of visits and plates all store through
services.passages, which asks here; residents who go out are asked by pass_parties and pass_uses. Who leads may answer for
what the rule refuses, with a reason.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from checkpoints.access import leads_gate
from checkpoints.models import Passage, PassUse, Shift, Vehicle, Visit
from checkpoints.services import entry_rules, pass_cases, written_fields
from checkpoints.services.written import Written
from checkpoints.services.written_fields import Invalid
from portal.accounts import audit
from portal.accounts.models import User
from residents.models import Compound, Dwelling
from residents.services import search
from residents.services.policies import duty_policy
from residents.services.quarantine_exits import Held, held_homes, held_in

JUDGED = {"visitor", "driver"}
HOST_LENGTH, OVERRIDE_LENGTH = 40, 120


class Entry(NamedTuple):
    """A row that was judged: what the rule says, who of the home agreed, and why the lead lets go."""

    one: Written
    code: str
    stops: bool
    host: str = ""
    override: str = ""
    why: str = ""


def key_of(home: str, compound: Compound) -> str:
    """A home by which rows, visits and quarantine of a compound find each other; without entrances it has number 0 there."""
    found = search.parts_of(compound.name, home)
    return "-".join(found) if found else written_fields.home(home)


def resident_of(row: Any) -> int | None:
    """Which resident a row names by key; what cannot be one is none."""
    key = row.get("resident") if isinstance(row, dict) else None
    return key if type(key) is int and 0 < key < 2**62 else None


def judged(
    good: Mapping[int, Written], rows: Sequence[Any], *, shift: Shift, by: User
) -> tuple[dict[int, Invalid], list[Entry]]:
    """Judge the rows that come in from outside.

    Returns what is refused by its place, and what is to be recorded once it is stored.
    """
    asked = {place: one for place, one in good.items() if _comes_in(one)}
    if not asked:
        return {}, []
    ground = _Ground(shift, list(asked.values()))
    found = {place: ground.judge(one, rows[place]) for place, one in asked.items()}
    stopped = {place: entry for place, entry in found.items() if entry.stops}
    if stopped:
        # What is stored already is not taken back by what the home says since.
        known = set(Passage.objects.filter(pk__in=[entry.one.id for entry in stopped.values()]).values_list("pk", flat=True))
        stopped = {place: entry for place, entry in stopped.items() if UUID(entry.one.id) not in known}
    leads = any(entry.override for entry in stopped.values()) and leads_gate(by, shift)
    refused = {place: _refusal(entry) for place, entry in stopped.items() if not (entry.override and leads)}
    return refused, [entry for place, entry in found.items() if place not in refused]


def record(entries: Iterable[Entry], stored: set[str], *, shift: Shift, by: User) -> None:
    """Write down the word of the home that came with a passage, and what was let go; sent again, it changes nothing."""
    kept = [entry for entry in entries if entry.one.id in stored]
    excused = {entry.one.id: entry for entry in kept if entry.stops and entry.override}
    for entry in kept:
        if entry.code == "told":
            _keep_word(entry, shift, by)
    if excused:
        left = Passage.objects.filter(pk__in=excused).order_by("pk")
        let_go([(row, excused[str(row.pk)].code, excused[str(row.pk)].override) for row in left], shift=shift, by=by)


def record_leavers(*, rows: Sequence[Any], stored: set[str], shift: Shift, by: User) -> dict[str, str]:
    """Residents a phone let out without a pass: what went against quarantine is shown, for nobody can be called back.

    A reason of whoever leads is counted as well where there was no pass at all. Returns what was against the rule.
    """
    sent = [row for row in rows if isinstance(row, dict) and isinstance(row.get("id"), str) and not row.get("pass")]
    why = {row["id"]: _override(row) for row in sent if row["id"] in stored}
    if not why or not (getattr(shift, "keeps_homes", True) or any(why.values())):
        return {}
    left = list(Passage.objects.filter(pk__in=list(why), person="resident", direction="out", result="passed"))
    leads = any(why.values()) and leads_gate(by, shift)
    held = held_homes({row.dwelling_id for row in left if row.dwelling_id}, timezone.now())
    wrong, against = {}, []
    for row in left:
        kept = held.get(row.dwelling_id or 0, Held()).said(row.resident_id) == "all"
        override = why[str(row.pk)] if leads else ""
        if kept or override:
            against.append((row, "quarantine" if kept else "no_pass", override))
        if kept and not override:
            wrong[str(row.pk)] = "quarantine"
    if against:
        let_go(against, shift=shift, by=by)
    return wrong


def held_by_home(compound: Compound, at: dt.datetime) -> dict[str, Held]:
    """The homes of a compound that quarantine keeps in, by key_of()."""
    found = held_in(compound, at)
    if not found:
        return {}
    places = ("pk", "entrance__building__number", "entrance__number", "room_no")
    homes = Dwelling.objects.filter(pk__in=found).values_list(*places)
    return {f"{building}-{entrance}-{room}": found[pk] for pk, building, entrance, room in homes}


def visits_of(compound: Compound, since: dt.date) -> dict[str, list[Visit]]:
    """The answers of homes that still hold on a day, by key_of()."""
    found: dict[str, list[Visit]] = defaultdict(list)
    for visit in Visit.objects.filter(compound=compound.pk, until__gte=since).exclude(answer="").order_by("id"):
        found[key_of(visit.written_home, compound)].append(visit)
    return found


class _Ground:
    """What some rows are judged by: five statements however many they are, none that nobody asks."""

    def __init__(self, shift: Shift, rows: Sequence[Written]) -> None:
        compound = self.compound = shift.post.compound
        plates = {one.plate_no for one in rows if one.person == "driver"}
        known = Vehicle.objects.filter(community=compound.community_id, plate_no__in=plates) if plates else []
        self.vehicles = {row.plate_no: row for row in known}
        self.taxis = bool(plates) and duty_policy(compound.community, shift.day).taxis_enter
        visitors = [one.happened_at for one in rows if one.person == "visitor"]
        self.held = held_by_home(compound, max(visitors)) if visitors else {}
        self.visits = visits_of(compound, timezone.localdate(min(visitors))) if visitors else {}

    def judge(self, one: Written, row: Any) -> Entry:
        home, host, override = key_of(one.home, self.compound), _text(row, "host", HOST_LENGTH), _override(row)
        known = self.vehicles.get(one.plate_no)
        answer = entry_rules.judge(
            {
                "row": {
                    "direction": one.direction, "result": one.result, "person": one.person, "name": one.name, "host": host,
                },
                "at": pass_cases.local(one.happened_at),
                "taxis": self.taxis,
                "held": self.held.get(home, Held()).said(None),
                "visits": [entry_rules.as_visit(visit) for visit in self.visits.get(home, ()) if _said_by(visit, one)],
                "vehicle": entry_rules.as_vehicle(known) if known else None,
            }
        )  # fmt: skip
        return Entry(one, answer["code"], entry_rules.stops(answer), host, override, entry_rules.words(answer))


def _comes_in(one: Written) -> bool:
    return one.direction == "in" and one.person in JUDGED and one.result == "passed"


def _said_by(visit: Visit, one: Written) -> bool:
    """A home that says no later had not said so when the visitor came."""
    late = visit.answered_at and visit.answered_at > one.happened_at
    return not (late and visit.answer == Visit.Answer.REFUSED)


def _refusal(entry: Entry) -> Invalid:
    if entry.override:
        return Invalid("override", str(entry_rules.SENTENCES["lead_only"]), "lead_only")
    return Invalid(entry_rules.FIELDS.get(entry.code, "plate_no"), entry.why, entry.code)


def _keep_word(entry: Entry, shift: Shift, by: User) -> None:
    one, compound = entry.one, shift.post.compound
    visit, made = Visit.objects.get_or_create(
        passage=UUID(one.id),
        defaults={
            "community_id": compound.community_id, "compound_id": compound.pk, "written_home": one.home[:40],
            "dwelling_id": Passage.objects.values_list("dwelling", flat=True).get(pk=one.id),
            "written_name": one.name or "—", "written_phone": one.phone, "reason": one.reason,
            "until": timezone.localdate(one.happened_at), "asked_at": one.happened_at, "asked_by": by,
            "answer": Visit.Answer.AGREED, "how": Visit.How.PHONE, "host": entry.host, "answered_at": one.happened_at,
            "answered_by": by,
        },
    )  # fmt: skip
    if made:
        audit.record("visit.agreed", visit, by=by, after={"answer": visit.answer, "how": visit.how})


@transaction.atomic
def let_go(found: Sequence[tuple[Passage, str, str]], *, shift: Shift, by: User) -> None:
    """Record what was against the rule, each once: of two phones that tell the same at once one does."""
    community = shift.post.compound.community
    known = set(PassUse.objects.filter(passage__in=[row.pk for row, *_ in found]).values_list("passage", flat=True))
    for passage, code, override in found:
        if passage.pk in known:
            continue
        use = PassUse(
            passage=passage, community=community, post_id=passage.post_id, happened_at=passage.happened_at,
            direction=passage.direction, found=code, override_by=by if override else None, override_reason=override,
            recorded_by=by,
        )  # fmt: skip
        if _is_first(use):
            kind = "passage.overridden" if override else "passage.misuse_found"
            audit.record(kind, passage, by=by, community=community, after={"found": code, "override_reason": override})


def _is_first(use: PassUse) -> bool:
    try:
        with transaction.atomic():
            use.save(force_insert=True)
    except IntegrityError:
        if PassUse.objects.filter(passage=use.passage_id).exists():
            return False
        raise
    return True


def _override(row: Any) -> str:
    return _text(row, "override", OVERRIDE_LENGTH)


def _text(row: Any, name: str, most: int) -> str:
    """A word of the gate beside the passage; what cannot be read is none."""
    said = row.get(name) if isinstance(row, dict) else None
    try:
        return written_fields.text(name, said[:most]) if isinstance(said, str) else ""
    except Invalid:
        return ""
