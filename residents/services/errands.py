"""The life of an errand: taken, brought, done. How it is asked is in errand_requests, money in errand_money.

`by=None` is the resident, by the private link (services.asks).
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import audit
from portal.accounts.models import User
from portal.accounts.outbox import tell
from portal.lib.errors import Refused
from portal.lib.languages import in_language_lazy
from residents.models import Errand, ErrandLine, ErrandState, Outcome
from residents.models.errand_states import DONE, IN_HAND, OPEN, SUCCESSES, WAITING
from residents.services.errand_requests import MOST_LINES, promised_by
from residents.services.errand_states import add_note, end, expect, locked, locked_all, saved, step, waits
from residents.services.helpers import expect_helper

State = ErrandState
# What a failure at the door or in the shop leads to.
AFTER = {
    Outcome.NO_ANSWER: State.REQUESTED,
    Outcome.OUT_OF_STOCK: State.REQUESTED,
    Outcome.NO_WAY: State.REQUESTED,
    Outcome.REFUSED: State.CANCELLED,
    Outcome.WRONG_HOME: State.CANCELLED,
    Outcome.OTHER_SERVICE: State.REFERRED,
}


@transaction.atomic
def claim(*, errand_id: int, by: User) -> Errand:
    """Give an errand that waits to the person who asked first."""
    errand = locked(errand_id)
    if errand.assignee_id == by.pk and errand.state in IN_HAND:
        return errand
    if errand.assignee_id:
        raise Refused(_("Somebody has already taken this errand. Choose another from the list."))
    expect(errand, *WAITING)
    return _give(errand, by, by, "errand.accepted")


@transaction.atomic
def assign(*, errand_id: int, helper: User, by: User) -> Errand:
    """The desk gives an errand to somebody; also takes it from one and gives it to another."""
    errand = locked(errand_id)
    expect(errand, *OPEN)
    return _assigned(errand, helper, by)


def _assigned(errand: Errand, helper: User, by: User) -> Errand:
    expect_helper(helper, errand.community)
    if errand.assignee_id == helper.pk:
        raise Refused(_("%(name)s has it already.") % {"name": helper})
    _taken_away(errand, by)
    errand = _give(errand, helper, by, "errand.assigned")
    moment = f"{errand.accepted_at:%Y%m%d%H%M%S%f}"
    tell(
        helper, "errand_assigned", key=f"errand_assigned-{errand.pk}-{moment}",
        link=reverse("residents:errand_detail", args=[errand.pk]), label=in_language_lazy(errand.kind), errand=errand.pk,
    )  # fmt: skip
    return errand


def _taken_away(errand: Errand, by: User) -> None:
    """Whoever has it hears that another decided otherwise, before they stand in the shop for nothing."""
    if errand.assignee and errand.assignee_id != by.pk:
        key = f"errand_taken_away-{errand.pk}-{timezone.now():%Y%m%d%H%M%S%f}"
        tell(errand.assignee, "errand_taken_away", key=key, errand=errand.pk, label=in_language_lazy(errand.kind))


def _give(errand: Errand, helper: User, by: User, kind: str) -> Errand:
    now = timezone.now()
    before = {"state": errand.state, "assignee": errand.assignee_id}
    errand.assignee, errand.accepted_at, errand.accepted_by = helper, now, by
    errand.first_accepted_at = errand.first_accepted_at or now
    errand.state = State.ACCEPTED if errand.state in WAITING else errand.state
    return saved(errand, kind, by, before, ["assignee", "accepted_at", "accepted_by", "first_accepted_at"])


@transaction.atomic
def hand_over(*, errand_id: int, helper: User, by: User) -> Errand:
    """Whoever has it gives it to a colleague."""
    errand = _own(errand_id, by)
    if helper.pk == by.pk:
        raise Refused(_("Choose somebody else than yourself."))
    expect(errand, *IN_HAND)
    return _assigned(errand, helper, by)


@transaction.atomic
def give_back(*, errand_id: int, reason: str, by: User) -> Errand:
    """Whoever has it cannot do it: it waits again, and the clock runs on from now."""
    errand = _own(errand_id, by)
    return _back(errand, reason, by, "errand.given_back")


@transaction.atomic
def leave_behind(*, errand_id: int, assignee_id: int) -> Errand:
    """Who had it does no errands here any more: it waits again, and the clock runs on from now.

    Raises Refused where somebody else has taken it meanwhile.
    """
    errand = locked(errand_id)
    expect(errand, *IN_HAND)
    if errand.assignee_id != assignee_id:
        raise Refused(_("Somebody has already taken this errand. Choose another from the list."))
    return waits(errand, State.REQUESTED, None, "errand.left_behind")


@transaction.atomic
def start(*, errand_id: int, by: User) -> Errand:
    """Whoever has it sets out."""
    errand = _own(errand_id, by)
    expect(errand, State.ACCEPTED)
    return step(errand, State.IN_PROGRESS, "errand.started", by, started_at=timezone.now())


@transaction.atomic
def bought(*, errand_id: int, by: User) -> Errand:
    """Everything that was to be had is in the bag: on the way to the door."""
    errand = _own(errand_id, by)
    expect(errand, State.ACCEPTED, State.IN_PROGRESS)
    if errand.lines.filter(state=ErrandLine.State.ASKED).exists():
        raise Refused(_("The resident has not said yet whether the substitute will do. Ring them, then mark the thing."))
    now = timezone.now()
    # Whoever forgot to press "set out" did set out.
    return step(errand, State.IN_DELIVERY, "errand.bought", by, bought_at=now, started_at=errand.started_at or now)


@transaction.atomic
def deliver(
    *, errand_id: int, outcome: str, note: str = "", photo: Any = None, details: Mapping[str, str] | None = None, by: User
) -> Errand:
    """Done, and how: from there only the money is open. `details` answer what the kind asks at the end."""
    errand = _own(errand_id, by)
    if errand.state == State.DELIVERED:
        return errand
    expect(errand, *IN_HAND)
    if outcome not in SUCCESSES:
        raise Refused(_("Say how it was handed over."))
    add_note(errand, note, by)
    facts = {"outcome": outcome, "delivered_at": timezone.now(), "delivered_by": by}
    if answers := {key: value for key, value in (details or {}).items() if key in errand.kind.asks_when_done and value}:
        facts["details"] = {**errand.details, **answers}
    if photo:
        facts["photo"] = photo
    return step(errand, State.DELIVERED, "errand.delivered", by, **facts)


@transaction.atomic
def fail(*, errand_id: int, outcome: str, note: str, photo: Any = None, by: User) -> Errand:
    """It did not work out: it waits again, is passed on, or ends, by the reason."""
    errand = _own(errand_id, by)
    expect(errand, *IN_HAND)
    if outcome not in AFTER:
        raise Refused(_("Say why it did not work out."))
    reason = _(": ").join(filter(None, [str(Outcome(outcome).label), note]))
    errand.outcome = outcome
    if photo:
        errand.photo = photo
        errand.save(update_fields=["photo"])
    if AFTER[Outcome(outcome)] == State.REQUESTED:
        return _back(errand, reason, by, "errand.failed")
    return end(errand, AFTER[Outcome(outcome)], reason, by, "errand.failed")


@transaction.atomic
def cancel(*, errand_id: int, reason: str, by: User | None) -> Errand:
    """Not wanted any more. A resident can still say so until it is bought."""
    errand = locked(errand_id)
    if errand.state == State.CANCELLED:
        return errand
    expect(errand, *(OPEN if by else (*WAITING, State.ACCEPTED)))
    if by is None and errand.assignee:
        facts: dict[str, Any] = {"errand": errand.pk, "label": in_language_lazy(errand.kind)}
        tell(errand.assignee, "errand_cancelled", key=f"errand_cancelled-{errand.pk}", **facts)
    if by:
        _taken_away(errand, by)
    return end(errand, State.CANCELLED, reason, by, "errand.cancelled")


@transaction.atomic
def refer(*, errand_id: int, reason: str, by: User) -> Errand:
    """Another service does it: which one, is the reason."""
    errand = locked(errand_id)
    expect(errand, *OPEN)
    _taken_away(errand, by)
    return end(errand, State.REFERRED, reason, by, "errand.referred")


@transaction.atomic
def merge(*, errand_id: int, into_id: int, by: User) -> Errand:
    """One home asked twice, by phone and in the chat: the things go along with the other errand."""
    if errand_id == into_id:
        raise Refused(_("Choose another errand."))
    rows = locked_all(errand_id, into_id)
    errand, into = rows[errand_id], rows[into_id]
    if errand.community_id != into.community_id:
        raise Refused(_("Choose another errand."))
    expect(errand, *WAITING)
    expect(into, *WAITING, *IN_HAND)
    taken = into.lines.count()
    if taken + errand.lines.count() > MOST_LINES:
        raise Refused(_("At most %(most)s things in one request. Make two of it.") % {"most": MOST_LINES})
    ErrandLine.objects.bulk_create(
        ErrandLine(errand=into, position=taken + n, name=line.name, quantity=line.quantity, unit=line.unit)
        for n, line in enumerate(errand.lines.all(), 1)
    )
    add_note(into, errand.what[:300], by)
    errand.merged_into = into
    return end(errand, State.MERGED, str(into.pk), by, "errand.merged")


@transaction.atomic
def reopen(*, errand_id: int, reason: str, by: User | None) -> Errand:
    """Something is wrong with what was brought: it waits again, and the desk hears of it."""
    errand = locked(errand_id)
    expect(errand, *DONE)
    errand.ended_at, errand.confirmed_at = None, None
    add_note(errand, reason, by)
    return waits(errand, State.REOPENED, by, "errand.reopened")


@transaction.atomic
def urge(*, errand_id: int, urgency: int, by: User) -> Errand:
    """The desk sees that it is worse, or less bad, than it sounded: the promise follows."""
    errand = locked(errand_id)
    expect(errand, *OPEN)
    before = {"urgency": errand.urgency}
    errand.urgency = urgency
    errand.promised_by = errand.escalates_at = promised_by(errand.community, urgency, errand.waits_since)
    errand.escalated = 0
    errand.save(update_fields=["urgency", "promised_by", "escalates_at", "escalated"])
    audit.record("errand.urgency_set", errand, by=by, before=before, after={"urgency": urgency})
    return errand


@transaction.atomic
def note(*, errand_id: int, text: str, by: User | None) -> Errand:
    """Add a word: a brand, a door code, a call that was made."""
    errand = locked(errand_id)
    expect(errand, *OPEN, State.DELIVERED)
    add_note(errand, text, by)
    audit.record("errand.noted", errand, by=by)
    return errand


@transaction.atomic
def renew_link(*, errand_id: int, by: User) -> Errand:
    """The resident's link has gone to others: it is worthless from now on, and a new one is shown."""
    errand = locked(errand_id)
    errand.link_version += 1
    errand.save(update_fields=["link_version"])
    versions = {"before": {"link_version": errand.link_version - 1}, "after": {"link_version": errand.link_version}}
    audit.record("errand.link_renewed", errand, by=by, **versions)
    return errand


# What the steps have in common


def _own(errand_id: int, by: User) -> Errand:
    errand = locked(errand_id)
    if errand.assignee_id != by.pk:
        raise Refused(_("This errand is not in your hands. Take it first, or ask the desk for it."))
    return errand


def _back(errand: Errand, reason: str, by: User, kind: str) -> Errand:
    expect(errand, *IN_HAND)
    add_note(errand, reason, by)
    return waits(errand, State.REQUESTED, by, kind)
