"""A resident asks without an account: the sheet at the door, and the private link afterwards.

A link is signed: nobody can make one up. The sheet's says at which stairwell (or in which compound) it hangs and ends
after the days of the policy; the private one belongs to one errand and ends some days after it. Neither shows anything
of a home: the sheet's form is empty, and the private page shows what its reader has asked.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any

from django.core import signing
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import audit
from portal.accounts.outbox import draft, send, tell
from portal.accounts.services import attempts
from portal.accounts.services.attempts import Limit
from portal.lib.crypto import lookup_hash
from portal.lib.errors import Refused
from portal.lib.languages import in_language_lazy
from portal.lib.prepared import Prepared
from residents.models import Community, Errand, ErrandLine, Membership, Role
from residents.models.errand_states import DONE, WAITING, ErrandState, Urgency
from residents.services import ask_sheets, errand_lines, errand_states, errands
from residents.services.ask_sheets import Sheet
from residents.services.errand_homes import find_home, find_resident, find_room
from residents.services.errand_requests import Place, Thing, ask
from residents.services.policies import duty_policy

SIGNER = signing.TimestampSigner(salt="residents.asks", sep=".")
# A private link can be read for so many days after its errand has ended.
READABLE = dt.timedelta(days=14)
# A whole stairwell stands behind one sheet, a whole mast behind one address of a mobile network. Past the first limits
# nobody is shut out: the form asks for a small sum, which a person does and a flood does not; past the second it is a flood.
PER_SHEET, PER_ADDRESS, PER_PHONE = Limit(60, 10), Limit(30, 10), Limit(8, 60)
MOST_PER_SHEET, MOST_PER_ADDRESS = Limit(300, 10), Limit(300, 10)
PER_LINK = Limit(30, 10)
MOST_NOTES = 10
BEFORE_BUYING = (*WAITING, ErrandState.ACCEPTED, ErrandState.IN_PROGRESS)


KNOWN = Prepared(
    "errand_known", "SELECT id, link_version FROM residents_errand WHERE key = %(key)s AND community_id = %(community)s",
    key="uuid", community="bigint",
)  # fmt: skip


class Expired(Exception):  # noqa: N818 - it is an answer, not an error
    """A link that was good once; `community` is whom to ask for a new one, where that may be said."""

    def __init__(self, community: Community | None) -> None:
        super().__init__()
        self.community = community


def sheet_link(sheet: Sheet) -> str:
    """The token on the sheet."""
    return SIGNER.sign(sheet.key)


def errand_link(errand: Errand) -> str:
    """The token of the private page of an errand."""
    return SIGNER.sign(f"e{errand.pk}-{errand.link_version}")


def opened(token: str) -> Sheet | Errand | None:
    """What a token leads to; None where it was never given out. Raises Expired where it was."""
    try:
        key = SIGNER.unsign(token)
    except signing.BadSignature:
        return None
    age = timezone.now() - _signed_at(token)
    return _errand(key) if key.startswith("e") else _sheet(key, age)


def _signed_at(token: str) -> dt.datetime:
    # The signature holds, so the time in it is ours.
    seconds = signing.b62_decode(token.rsplit(SIGNER.sep, 2)[1])
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def _errand(key: str) -> Errand | None:
    pk, _dash, version = key[1:].partition("-")
    errand = Errand.objects.with_places().select_related("community").filter(pk=pk, link_version=version).first()
    if errand and errand.ended_at and errand.ended_at < timezone.now() - READABLE:
        raise Expired(errand.community)
    return errand


def _sheet(key: str, age: dt.timedelta) -> Sheet | None:
    sheet = (ask_sheets.at_door if key.startswith("s") else ask_sheets.of_compound)(int(key[1:]))
    if sheet is None:
        return None
    policy = duty_policy(sheet.community, timezone.localdate())
    if age > dt.timedelta(days=policy.ask_link_days):
        raise Expired(sheet.community)
    return replace(sheet, policy=policy)


# Asking


class Crowd(StrEnum):
    """How many ask at once."""

    FEW = "few"
    # Very many: whoever asks shows that they are a person.
    MANY = "many"
    FLOOD = "flood"


def crowd(*, sheet: Sheet, address: str, phone: str, is_person: bool) -> Crowd:
    """Count one request against its sheet, its address and its phone, and say how full it is."""
    here, there = lookup_hash(f"ask link {sheet.key}"), lookup_hash(f"ask address {address}")
    own = lookup_hash(f"ask phone {sheet.key} {phone}")
    rows, asked = attempts.written({own: PER_PHONE, here: PER_SHEET, there: PER_ADDRESS})
    sheets, addresses = (MOST_PER_SHEET, MOST_PER_ADDRESS) if is_person else (PER_SHEET, PER_ADDRESS)
    too_often = asked[own] > PER_PHONE.failures
    if not too_often and asked[here] <= sheets.failures and asked[there] <= addresses.failures:
        return Crowd.FEW
    # Nothing was asked yet, so it must not count.
    attempts.forgive(rows)
    return Crowd.FLOOD if too_often or is_person else Crowd.MANY


def riddle(key: uuid.UUID) -> tuple[int, int]:
    """Two small numbers to add up, another pair for each request."""
    said = lookup_hash(f"ask riddle {key}")
    return 2 + int(said[:6], 16) % 8, 2 + int(said[6:12], 16) % 8


def within_limits(*, errand: Errand, address: str) -> bool:
    """Count one press on a private page against its link and the address."""
    limits = {lookup_hash(f"ask link e{errand.pk}"): PER_LINK, lookup_hash(f"ask address {address}"): MOST_PER_ADDRESS}
    return bool(attempts.count(limits))


def stored(sheet: Sheet, key: uuid.UUID, said: str) -> Errand | None:
    """What the same words of the same page have made already: an impatient thumb is no flood."""
    own = Errand._meta.get_field("key").get_db_prep_value(uuid.uuid5(key, said), connection)
    found = KNOWN.rows({"key": own, "community": sheet.community.pk})
    return Errand(pk=found[0][0], link_version=found[0][1]) if found else None


def words(*, sheet: Sheet, home: str, phone: str, kind: Any, what: str, details: dict[str, str]) -> str:
    """What makes one request the same as another."""
    return "\n".join([sheet.key, home, phone, kind.code, what, str(sorted(details.items()))])


def request(
    *, sheet: Sheet, key: uuid.UUID, home: str, name: str, phone: str, kind: Any, what: str,
    things: Sequence[Thing] = (), details: dict[str, str] | None = None, urgency: int = Urgency.NORMAL,
    need_by: dt.datetime | None = None,
) -> Errand:  # fmt: skip
    """Store what a resident asks. The same words sent again find the same errand, other words are another."""
    dwelling = (
        find_room(home, sheet.entrance)
        if sheet.entrance
        else find_home(home, compound=sheet.compound, community=sheet.community)
    )
    said = words(sheet=sheet, home=home, phone=phone, kind=kind, what=what, details=details or {})
    place = Place(
        sheet.community, dwelling, sheet.entrance, home, find_resident(dwelling, name, phone), name, phone
    )  # fmt: skip
    return ask(
        key=uuid.uuid5(key, said), place=place, kind=kind, what=what, things=things, details=details,
        urgency=urgency, channel=Errand.Channel.OWN, need_by=need_by, policy=sheet.policy, by=None,
    )  # fmt: skip


# Afterwards, by the private link


@transaction.atomic
def confirm(*, errand_id: int, thanks: str = "") -> Errand:
    """The resident has it; may say thank you."""
    errand = errand_states.locked(errand_id)
    errand_states.expect(errand, *DONE)
    if errand.confirmed_at:
        return errand
    errand.confirmed_at = timezone.now()
    errand.save(update_fields=["confirmed_at"])
    if thanks:
        errand.notes.create(text=thanks)
        # Only that there is a word: what it says stands where the errand is read.
        if errand.delivered_by:
            tell(
                errand.delivered_by, "errand_thanked", key=f"errand_thanked-{errand.pk}",
                link=reverse("residents:errand_detail", args=[errand.pk]), errand=errand.pk,
                label=in_language_lazy(errand.kind),
            )  # fmt: skip
    after = {"confirmed_at": errand.confirmed_at}
    audit.record("errand.confirmed", errand, by=None, before={"confirmed_at": None}, after=after)
    return errand


@transaction.atomic
def complain(*, errand_id: int, text: str) -> Errand:
    """Something is wrong with what was brought: the errand is open again, and the desk is told at once."""
    if not text:
        raise Refused(_("Write what is wrong, so that the right thing is brought."))
    errand = errands.reopen(errand_id=errand_id, reason=text, by=None)
    office = Membership.objects.live().filter(
        role__in=(Role.WORKER, Role.SECRETARY), community=errand.community, user__is_active=True
    )
    send(
        draft(row.user, "errand_wrong", key=f"errand_wrong-{errand.pk}-{errand.waits_since:%Y%m%d%H%M%S}",
              link=reverse("residents:errand_detail", args=[errand.pk]), errand=errand.pk, label=in_language_lazy(errand.kind))
        for row in office.select_related("user")
    )  # fmt: skip
    return errand


@transaction.atomic
def add(*, errand_id: int, text: str) -> Errand:
    """The resident remembers something more, before it is bought."""
    errand = errand_states.locked(errand_id)
    errand_states.expect(errand, *BEFORE_BUYING)
    if errand.notes.filter(by=None).count() >= MOST_NOTES:
        raise Refused(_("That is a lot already. Ask for the rest once this has come."))
    if not text:
        raise Refused(_("Write down what is needed."))
    note = errand.notes.create(text=text)
    if errand.assignee:
        tell(errand.assignee, "errand_added", key=f"errand_added-{note.pk}",
             link=reverse("residents:errand_detail", args=[errand.pk]), errand=errand.pk)  # fmt: skip
    audit.record("errand.noted", errand, by=None)
    return errand


def answer(*, errand: Errand, line_id: int, agreed: bool) -> ErrandLine:
    """The resident says whether something else will do."""
    if not errand.lines.filter(pk=line_id).exists():
        raise Refused(_("This is not part of your request."))
    return errand_lines.answer(line_id=line_id, agreed=agreed)
