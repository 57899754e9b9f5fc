"""Visitors, workers, carers: the home is asked, its answer is written down, then they are let in."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from checkpoints.models import Passage, Shift, Visit
from checkpoints.services import passages
from checkpoints.services.passages import Answer
from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from residents.models import Compound, Dwelling, QuarantineCase, Resident
from residents.models.quarantine import FOLLOWED
from residents.services import search

# A carer comes every day; after this long somebody asks again.
LONGEST = dt.timedelta(days=31)


@transaction.atomic
def ask(*, compound: Compound, home: str, until: dt.date | None = None, by: User, **facts: Any) -> Visit:
    """Write down who wants in and to whom; `facts` are kind, written_name, written_phone, certificate, reason."""
    today = timezone.localdate()
    until = until or today
    if not today <= until <= today + LONGEST:
        raise Refused(_("A visit is for today; a carer's may last %(days)s days.") % {"days": LONGEST.days})
    dwelling = search.home_of(compound.community, home, compound=compound)
    _refuse_quarantined(dwelling)
    with explained(Visit):
        visit = Visit.objects.create(
            community=compound.community, compound=compound, dwelling=dwelling, written_home=home, until=until, asked_by=by,
            asked_at=timezone.now(), **facts,
        )  # fmt: skip
    audit.record("visit.asked", visit, by=by, after={"kind": visit.kind, "until": until})
    return visit


@transaction.atomic
def answer(*, visit_id: int, answer: str, how: str, host: str, by: User | None) -> Visit:
    """Write down what the home said; a yes may still become a no, never the other way round without asking anew.

    `by` is who wrote it down; nobody where the home answered on its own page.
    """
    visit = Visit.objects.select_for_update(of=("self",), no_key=True).get(pk=visit_id)
    if visit.answer == answer:
        return visit
    if visit.answer == Visit.Answer.REFUSED:
        raise Refused(_("The home has refused. If it has changed its mind, write the visit down anew."))
    visit.answer, visit.how, visit.host = answer, how, host
    visit.answered_at, visit.answered_by = timezone.now(), by
    with explained(Visit):
        visit.save(update_fields=["answer", "how", "host", "answered_at", "answered_by"])
    audit.record(f"visit.{answer}", visit, by=by, after={"answer": answer, "how": how})
    return visit


def let_in(*, visit: Visit, shift: Shift, row: dict[str, Any], fever_limit: Decimal, by: User) -> Answer:
    """Log the visitor's passage in; without the consent of the home nobody passes."""
    if not visit.may_enter:
        raise Refused(_("The home has not agreed. Ask it first; goods may wait on the shelf."))
    _refuse_quarantined(visit.dwelling)
    return passages.store_one(shift=shift, row={**row, **_written(visit), "direction": "in"}, fever_limit=fever_limit, by=by)


def turn_back(*, visit: Visit, shift: Shift, number: str, fever_limit: Decimal, by: User) -> Answer:
    """Log that the visitor was turned back, and why."""
    refused = visit.answer == Visit.Answer.REFUSED
    with override("zh-hans"):  # as the register is, and the reasons are counted
        why = _("the home did not agree") if refused else _("no permission of the home visited")
    row = {**_written(visit), "id": number, "direction": "in", "result": Passage.Result.TURNED_BACK, "result_note": why}
    return passages.store_one(shift=shift, row=row, fever_limit=fever_limit, by=by)


def hosts(visit: Visit) -> list[Resident]:
    """Who of the home can be asked: people with a phone, the head first."""
    if visit.dwelling_id is None:
        return []
    people = Resident.objects.living_in().filter(dwelling=visit.dwelling_id).exclude(phone="")
    return sorted(people, key=lambda one: (one.relation != Resident.Relation.HEAD, one.pk))


def _written(visit: Visit) -> dict[str, str]:
    staff = visit.kind != Visit.Kind.VISITOR
    return {
        "person": Passage.Person.STAFF if staff else Passage.Person.VISITOR,
        "home": visit.written_home, "name": visit.written_name, "phone": visit.written_phone, "reason": visit.reason,
    }  # fmt: skip


def _refuse_quarantined(dwelling: Dwelling | None) -> None:
    if dwelling and QuarantineCase.objects.filter(dwelling=dwelling, state__in=FOLLOWED).exists():
        raise Refused(_("Nobody visits this home now: it is in quarantine. Goods may wait on the shelf and are carried up."))
