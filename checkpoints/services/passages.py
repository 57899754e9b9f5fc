"""The log of the gate: store, undo, void, correct. A passage is never edited."""

import datetime as dt
import os
import time
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from checkpoints.models import Assignment, Passage, Shift
from checkpoints.services import entries, pass_links, passage_links, passage_rows, totals, written, written_fields
from checkpoints.services.totals import Totals
from checkpoints.services.written import Written
from checkpoints.services.written_fields import Invalid
from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from residents.services.policies import duty_policy

MOST = 200
# Who comes early or is relieved late still logs on the shift.
EARLY = LATE = dt.timedelta(minutes=30)
# A phone that had no network sends within this time after the end of its shift.
LATE_SENDING = dt.timedelta(hours=24)

STORED, ALREADY, REFUSED = "stored", "already_stored", "refused"
ZONE = ZoneInfo(settings.TIME_ZONE)
COPIED = tuple(
    field.attname
    for field in Passage._meta.concrete_fields
    if field.name not in {"id", "received_at", "is_void", "voids", "logged_by"}
)


class Answer(NamedTuple):
    """What became of one row; `field` and `why` say what to change where it was refused."""

    id: str
    status: str
    result: str = ""
    field: str = ""
    why: str = ""

    def as_json(self) -> dict[str, str]:
        """Only what is said."""
        if self.status == STORED:
            # Almost every row, in a third of the time.
            return {"id": self.id, "status": self.status, "result": self.result}
        return {name: value for name, value in zip(self._fields, self, strict=True) if value}


def new_id() -> UUID:
    """A time-ordered UUID (version 7) for passages that no phone numbered: the index stays small as the log grows."""
    stamp = int(time.time() * 1000).to_bytes(6, "big") + os.urandom(10)
    return UUID(int=int.from_bytes(stamp, "big") & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62)


def hours_of(shift: Shift) -> written_fields.Hours:
    """From when until when a passage of this shift may have happened."""
    return shift.starts_at - EARLY, shift.ends_at + LATE


def store_many(
    *, shift: Shift, rows: Sequence[Any], fever_limit: Decimal, device: UUID | None = None, by: User
) -> tuple[list[Answer], Totals]:
    """Store what can be stored and answer each row in its place; a bad row holds up none of the others.

    Sending the same rows again answers "already stored". All good rows are stored together with the line in the trail,
    or not at all. `device` is the phone they come from. Returns the totals of the gate's day as well.
    """
    now = timezone.now()
    answers, good = _understood(rows, shift=shift, fever_limit=fever_limit, now=now)
    refused, judged = entries.judged(good, rows, shift=shift, by=by)
    for place, bad in refused.items():
        answers[place] = Answer(good.pop(place).id, REFUSED, field=bad.field, why=bad.why)
    late = now > shift.ends_at + LATE_SENDING
    if good and not late:
        line = audit.line("passages.logged", shift, by=by, community=shift.post.compound.community)
        fresh, numbers = _inserted(good, shift=shift, device=device, by=by, now=now, line=line)
    else:
        fresh, numbers = set(), totals.of_day(shift.post)
    told = _answered(answers, good, fresh, shift=shift, late=late)
    if judged:
        entries.record(judged, {answer.id for answer in told if answer.status != REFUSED}, shift=shift, by=by)
    return told, numbers


def store_one(*, shift: Shift, row: dict[str, Any], fever_limit: Decimal, by: User) -> Answer:
    """Store a passage written without script: it happens now, and the same form sent twice is one passage."""
    if known := stored(shift, [row]):
        return known[0]
    return store_many(shift=shift, rows=[happening(row)], fever_limit=fever_limit, by=by)[0][0]


def happening(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row that no phone stamped: it happens now."""
    return {**row, "id": row.get("id") or str(new_id()), "happened_at": timezone.now().isoformat()}


def stored(shift: Shift, rows: Sequence[Mapping[str, Any]]) -> list[Answer]:
    """The answers for those of the rows that the shift has already, by their numbers."""
    numbers = [number for row in rows if (number := said_id(row))]
    found = Passage.objects.filter(pk__in=numbers, shift=shift, is_void=False)
    return [Answer(str(pk), ALREADY, result=result) for pk, result in found.values_list("pk", "result")]


@transaction.atomic
def undo(*, passage: Passage, by: User) -> Passage:
    """Take back a slip right after it was logged; taking it back twice is once."""
    passage = Passage.objects.select_for_update(of=("self",), no_key=True).get(pk=passage.pk)
    if done := Passage.objects.filter(voids=passage, is_void=True).first():
        return done
    if not (passage.logged_by_id == by.pk or _crew(passage).filter(cadre__user=by).exists()):
        raise Refused(_("Only who logged it, or the crew of the shift, takes a passage back."))
    policy = duty_policy(passage.community, passage.day)
    if timezone.now() > passage.received_at + dt.timedelta(seconds=policy.undo_seconds):
        raise Refused(_("The time to take it back is over. Ask the lead of the shift to correct it."))
    return _void(passage, kind="passage.undone", note="", by=by)


@transaction.atomic
def void(*, passage: Passage, reason: str, by: User) -> Passage:
    """Strike a passage that did not happen; the row stays, with who struck it and why."""
    return _void(_locked(passage), kind="passage.voided", note=_reason(reason), by=by)


@transaction.atomic
def correct(*, passage: Passage, row: dict[str, Any], reason: str, by: User) -> Passage:
    """Strike a passage and write it anew with what was meant; raises Invalid where the new values cannot be."""
    old = _locked(passage)
    why = _reason(reason)
    policy = duty_policy(old.community, old.day)
    number = new_id()
    row = {**row, "id": str(number), "happened_at": old.happened_at.isoformat()}
    new = written.read(row, fever_limit=policy.fever_limit, now=timezone.now())
    _void(old, kind="passage.corrected", note=why, by=by)
    kept = {name: getattr(old, name) for name in COPIED} | passage_links.of(old.post, new.person, new.home, new.name)
    made = Passage.objects.create(**{**kept, **_fields(new)}, id=number, received_at=timezone.now(), logged_by=by)
    pass_links.corrected(old, made)
    return made


def _understood(
    rows: Sequence[Any], *, shift: Shift, fever_limit: Decimal, now: dt.datetime
) -> tuple[list[Answer | None], dict[int, Written]]:
    """Read each row: an answer for what is refused at once, and what is left by its place in the list."""
    hours = hours_of(shift)
    couriers_enter = _couriers_enter(shift)
    answers: list[Answer | None] = []
    good: dict[int, Written] = {}
    for place, row in enumerate(rows):
        try:
            one = written.read(row, fever_limit=fever_limit, now=now, hours=hours, couriers_enter=couriers_enter)
        except Invalid as bad:
            answers.append(Answer(said_id(row), REFUSED, field=bad.field, why=bad.why))
        else:
            answers.append(None)
            good[place] = one
    return answers, good


def _couriers_enter(shift: Shift) -> Callable[[], bool]:
    """Whether couriers come in on the day of a shift; looked up for the first that is said to have done so."""
    return cache(lambda: duty_policy(shift.post.compound.community, shift.day).couriers_enter)


def _inserted(
    good: dict[int, Written], *, shift: Shift, device: UUID | None, by: User, now: dt.datetime, line: dict[str, Any]
) -> tuple[set[str], Totals]:
    # Of two rows with one number the first counts.
    rows = {one.id: one for one in reversed(good.values())}
    return passage_rows.store(
        [rows[key] for key in sorted(rows)],
        line=line,
        compound=shift.post.compound,
        community=shift.post.compound.community_id,
        post=shift.post_id,
        shift=shift.pk,
        device=device,
        by=by.pk,
        now=now,
        source=Passage.Source.GATE.value,
    )


def _answered(
    answers: list[Answer | None], good: dict[int, Written], fresh: set[str], *, shift: Shift, late: bool
) -> list[Answer]:
    """Fill the places that are still open: stored now, stored before, or a number that is taken."""
    left = set(fresh)
    rest = []
    for place, one in good.items():
        if one.id in left:
            left.remove(one.id)
            answers[place] = Answer(one.id, STORED, one.result)
        else:
            rest.append(place)
    known = Passage.objects.in_bulk([good[place].id for place in rest]) if rest else {}
    for place in rest:
        answers[place] = _known(good[place], known.get(UUID(good[place].id)), shift=shift, late=late)
    return [answer for answer in answers if answer]


def _known(one: Written, row: Passage | None, *, shift: Shift, late: bool) -> Answer:
    if row is None and late:
        why = _("The shift ended more than 24 hours ago. Give the record to the secretary, who enters it as a paper register.")
        return Answer(one.id, REFUSED, field="happened_at", why=why)
    if row is None or row.shift_id != shift.pk or not _same(one, row):
        return Answer(one.id, REFUSED, field="id", why=_("Another record has this number. Log the passage anew."))
    return Answer(one.id, ALREADY, result=row.result)


def _same(one: Written, row: Passage) -> bool:
    # The result may follow from a fever limit that has changed since; the reason given for it does not.
    new = {name: value for name, value in _fields(one).items() if name != "result"}
    return not row.is_void and all(getattr(row, name) == value for name, value in new.items())


def _fields(one: Written) -> dict[str, Any]:
    """The columns that follow from what was written."""
    local = one.happened_at.astimezone(ZONE)
    return {
        "happened_at": one.happened_at,
        "day": local.date(),
        "hour": local.hour,
        "direction": one.direction,
        "person": one.person,
        "written_home": one.home,
        "written_name": one.name,
        "written_phone": one.phone,
        "temperature": one.temperature,
        "health_code": one.health_code,
        "mask": one.mask,
        "reason": one.reason,
        "plate_no": one.plate_no,
        "passengers": one.passengers,
        "result": one.result,
        "result_note": one.result_note,
        "phone_at": one.phone_at,
        "sequence": one.sequence,
    }


def _locked(passage: Passage) -> Passage:
    """The passage, held until the end; refused where it is struck already or is itself a strike."""
    passage = Passage.objects.select_for_update(of=("self",), no_key=True).get(pk=passage.pk)
    if passage.is_void or Passage.objects.filter(voids=passage).exists():
        raise Refused(_("This passage has been struck already. Open the list again."))
    return passage


def _void(passage: Passage, *, kind: str, note: str, by: User) -> Passage:
    kept = {name: getattr(passage, name) for name in COPIED}
    if note:
        kept["result_note"] = note
    with explained(Passage):
        row = Passage.objects.create(**kept, id=new_id(), received_at=timezone.now(), is_void=True, voids=passage, logged_by=by)
    pass_links.struck(passage)
    before = {"direction": passage.direction, "written_home": passage.written_home, "written_name": passage.written_name}
    audit.record(
        kind, passage, by=by, community=passage.community, before=before, after={"result_note": note} if note else None
    )
    return row


def _crew(passage: Passage) -> Any:
    return Assignment.objects.standing().filter(shift=passage.shift_id)


def _reason(reason: str) -> str:
    try:
        reason = written_fields.text("result_note", reason)
    except Invalid as bad:
        raise Refused(bad.why) from bad
    if not reason:
        raise Refused(_("Say why: whoever reads the register later asks."))
    return reason


def said_id(row: Any) -> str:
    """The number of a row as it was sent, so that the phone finds it again; nothing where it has none."""
    said = row.get("id") if isinstance(row, dict) else None
    return said if isinstance(said, str) and written_fields.KEY.fullmatch(said) else ""
