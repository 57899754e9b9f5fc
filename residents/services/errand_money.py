"""What was spent for a home: who paid, what is still owed to whom, and when an errand is settled."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField, F, Q, QuerySet, Sum
from django.db.models.functions import Cast, Round
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from residents.models import Errand, ErrandState, Payment
from residents.models.errand_money import LEAST, MOST
from residents.models.errand_states import IN_HAND
from residents.services.errand_states import expect, locked

Kind, State = Payment.Kind, ErrandState
NOTHING = Decimal("0.00")
# Money is still looked at after the door, and when the matter was dropped after buying.
OPEN_FOR_MONEY = (*IN_HAND, State.DELIVERED, State.REQUESTED, State.REOPENED, State.CANCELLED, State.REFERRED)


@dataclass(frozen=True)
class Balance:
    """What stands between a helper and the homes they bought for."""

    advanced: Decimal = NOTHING
    reimbursed: Decimal = NOTHING
    paid: Decimal = NOTHING

    @property
    def owed(self) -> Decimal:
        """Still to be paid back to the helper; below zero where too much was."""
        return self.advanced - self.reimbursed

    @property
    def cost(self) -> Decimal:
        """What the things cost, whoever paid."""
        return self.advanced + self.paid


@transaction.atomic
def pay(
    *, errand_id: int, key: uuid.UUID, kind: str, amount: Decimal, receipt: Any = None, note: str = "", by: User
) -> Payment:
    """Write one movement of money down. The same key again finds the first."""
    errand = locked(errand_id)
    if stored := Payment.objects.filter(key=key, errand=errand).first():
        return stored
    expect(errand, *OPEN_FOR_MONEY)
    # PostgreSQL refuses more digits than the column has before it asks the constraint, and without its words.
    if not LEAST <= amount <= MOST:
        raise Refused(_("An amount lies between 0.01 and 50,000 yuan."))
    helper = _helper(errand, kind, by)
    if kind == Kind.REIMBURSED and amount > (owed := of_errand(errand).owed):
        raise Refused(_("Only %(owed)s yuan are owed. Look at the amount again.") % {"owed": owed})
    with explained(Payment):
        payment = Payment.objects.create(
            key=key, errand=errand, kind=kind, amount=amount, helper=helper, receipt=receipt or "", note=note, recorded_by=by
        )
    after = {"kind": kind, "amount": str(amount), "errand": errand.pk}
    audit.record("payment.recorded", payment, by=by, community=errand.community, after=after)
    return payment


def _helper(errand: Errand, kind: str, by: User) -> User:
    """Whose money it is: what is paid back goes to whoever advanced it, even if another has the errand now."""
    if kind == Kind.REIMBURSED:
        for helper_id, balance in by_helper(errand).items():
            if balance.owed > 0:
                return User.objects.get(pk=helper_id)
        raise Refused(_("Nobody has advanced anything here."))
    return by if errand.assignee_id in (None, by.pk) else errand.assignee or by


@transaction.atomic
def reverse(*, payment_id: int, note: str, by: User) -> Payment:
    """Take a wrong amount back by a row of its own; the wrong one stays to be read."""
    wrong = Payment.objects.get(pk=payment_id)
    errand = locked(wrong.errand_id)
    if wrong.reverses_id or Payment.objects.filter(reverses=wrong).exists():
        raise Refused(_("This amount has been taken back already."))
    with explained(Payment):
        row = Payment.objects.create(
            errand=errand, kind=wrong.kind, amount=-wrong.amount, helper_id=wrong.helper_id, note=note, reverses=wrong,
            recorded_by=by,
        )  # fmt: skip
    audit.record("payment.reversed", row, by=by, community=errand.community, after={"amount": str(row.amount)})
    if errand.state == State.CLOSED:
        # What was settled is open again until it balances.
        errand.state, errand.ended_at = State.DELIVERED, None
        errand.save(update_fields=["state", "ended_at"])
        audit.record("errand.reopened", errand, by=by, before={"state": State.CLOSED}, after={"state": errand.state})
    return row


@transaction.atomic
def settle(*, errand_id: int, by: User) -> Errand:
    """Nothing is owed any more: the errand is over."""
    errand = locked(errand_id)
    if errand.state == State.CLOSED:
        return errand
    expect(errand, State.DELIVERED)
    if owed := of_errand(errand).owed:
        raise Refused(_("%(owed)s yuan are still to be paid back. Write that down first.") % {"owed": owed})
    errand.state, errand.ended_at = State.CLOSED, timezone.now()
    errand.save(update_fields=["state", "ended_at"])
    audit.record("errand.settled", errand, by=by, before={"state": State.DELIVERED}, after={"state": State.CLOSED})
    return errand


def of_errand(errand: Errand) -> Balance:
    """What was spent for one errand."""
    rows = _grouped(errand.payments.order_by(), "errand_id")
    return _balance(rows[0]) if rows else Balance()


def by_helper(errand: Errand) -> dict[int, Balance]:
    """The same, by whoever had the money in hand."""
    return {row["helper_id"]: _balance(row) for row in _grouped(errand.payments.order_by(), "helper_id")}


def ledger(communities: Any) -> list[tuple[User, Balance]]:
    """Every helper of these communities with their balance, who is owed most first; two statements."""
    rows = _grouped(Payment.objects.within(communities).order_by(), "helper_id")
    people = User.objects.in_bulk([row["helper_id"] for row in rows])
    found = [(people[row["helper_id"]], _balance(row)) for row in rows]
    return sorted(found, key=lambda pair: (-pair[1].owed, pair[0].pk))


def of_helper(helper: User, communities: Any) -> "QuerySet[Payment]":
    """The book of one helper, newest first."""
    rows = Payment.objects.within(communities).filter(helper=helper)
    return rows.select_related("errand__kind", "recorded_by", "reversal").order_by("-paid_at", "-id")


def spent(rows: "QuerySet[Payment]") -> Decimal:
    """What the things of these rows cost, whoever paid."""
    cents = rows.order_by().aggregate(advanced=_cents("advanced"), paid=_cents("paid"))
    return Decimal(cents["advanced"] + cents["paid"]) * LEAST


def total(balances: Iterable[Balance]) -> Balance:
    """All together."""
    rows = list(balances)
    return Balance(
        sum((row.advanced for row in rows), NOTHING),
        sum((row.reimbursed for row in rows), NOTHING),
        sum((row.paid for row in rows), NOTHING),
    )


def _cents(kind: str) -> Sum:
    # SQLite adds decimals as floating point and loses cents: whole cents are added instead.
    return Sum(Cast(Round(F("amount") * 100), BigIntegerField()), filter=Q(kind=kind), default=0)


def _grouped(rows: "QuerySet[Payment]", by: str) -> list[dict[str, int]]:
    return list(rows.values(by).annotate(advanced=_cents("advanced"), reimbursed=_cents("reimbursed"), paid=_cents("paid")))


def _balance(cents: dict[str, int]) -> Balance:
    return Balance(*(Decimal(cents[name]) * LEAST for name in ("advanced", "reimbursed", "paid")))
