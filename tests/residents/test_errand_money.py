"""Money of errands balances to the cent, and nothing of it disappears."""

import uuid
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.lib.errors import Refused
from residents.forms.errand_money import PaymentForm
from residents.models import ErrandState, Payment
from residents.services import errand_money as money
from residents.services import errands
from tests import factories

Kind = Payment.Kind


@pytest.fixture
def errand(cast):
    row = factories.ErrandFactory(dwelling__entrance__building__compound=cast.hefengyuan)
    errands.claim(errand_id=row.pk, by=cast.cadre_user)
    return row


def paid(errand, kind, amount, by, key=None):
    return money.pay(errand_id=errand.pk, key=key or uuid.uuid4(), kind=kind, amount=Decimal(amount), receipt="r.jpg", by=by)


def test_advanced_paid_back_settled(cast, errand):
    paid(errand, Kind.ADVANCED, "12.30", cast.cadre_user)
    errands.deliver(errand_id=errand.pk, outcome="handed", by=cast.cadre_user)
    with pytest.raises(Refused, match=r"12\.30 yuan are still to be paid back"):
        money.settle(errand_id=errand.pk, by=cast.cadre_user)
    with pytest.raises(Refused, match=r"Only 12\.30 yuan are owed"):
        paid(errand, Kind.REIMBURSED, "12.31", cast.secretary)
    paid(errand, Kind.REIMBURSED, "12.30", cast.secretary)
    assert money.settle(errand_id=errand.pk, by=cast.cadre_user).state == ErrandState.CLOSED
    assert [(user, row.owed, row.cost) for user, row in money.ledger([cast.qinghe])] == [
        (cast.cadre_user, Decimal("0.00"), Decimal("12.30"))
    ]


def test_the_same_amount_sent_twice_is_one(cast, errand):
    key = uuid.uuid4()
    assert paid(errand, Kind.PAID, "5", cast.cadre_user, key) == paid(errand, Kind.PAID, "5", cast.cadre_user, key)


def test_an_advance_needs_a_receipt(cast, errand):
    with pytest.raises(Refused, match="photo of the receipt"):
        money.pay(errand_id=errand.pk, key=uuid.uuid4(), kind=Kind.ADVANCED, amount=Decimal(1), by=cast.cadre_user)


@pytest.mark.parametrize("amount", ["-1", "0", "0.001", "50000.01", "1000000000", "1e9"])
def test_an_amount_that_cannot_be_is_refused(cast, errand, amount):
    with pytest.raises(Refused, match=r"between 0\.01 and 50,000"):
        paid(errand, Kind.PAID, amount, cast.cadre_user)
    assert not Payment.objects.exists()


@pytest.mark.parametrize("amount", ["0.01", "50000.00"])
def test_the_least_and_the_most_are_kept_to_the_cent(cast, errand, amount):
    assert paid(errand, Kind.PAID, amount, cast.cadre_user).amount == Decimal(amount)


@pytest.mark.parametrize("typed", ["１２．５０", " 12。5 ", "12.500"])
def test_an_amount_is_read_as_people_type_it(typed):
    form = PaymentForm({"key": uuid.uuid4(), "kind": "paid", "amount": typed}, kinds=["paid"], cancel="/")
    assert form.is_valid()
    assert str(form.cleaned_data["amount"]) == "12.50"


@pytest.mark.parametrize("typed", ["-1", "0.001", "12.345", "1000000000", "1e999999", "NaN", "twelve"])
def test_what_is_no_amount_is_answered_with_one_sentence(typed):
    form = PaymentForm({"key": uuid.uuid4(), "kind": "paid", "amount": typed}, kinds=["paid"], cancel="/")
    assert [str(said) for said in form.errors["amount"]] == [
        "An amount lies between 0.01 and 50,000 yuan, with two decimals at most: 12.50."
    ]


def test_a_wrong_amount_is_taken_back_once_and_opens_what_was_settled(cast, errand):
    wrong = paid(errand, Kind.PAID, "50", cast.cadre_user)
    errands.deliver(errand_id=errand.pk, outcome="handed", by=cast.cadre_user)
    money.settle(errand_id=errand.pk, by=cast.cadre_user)
    money.reverse(payment_id=wrong.pk, note="5 元写成 50", by=cast.secretary)
    with pytest.raises(Refused, match="taken back already"):
        money.reverse(payment_id=wrong.pk, note="x", by=cast.secretary)
    errand.refresh_from_db()
    assert (errand.state, money.of_errand(errand).cost, Payment.objects.count()) == (ErrandState.DELIVERED, Decimal("0.00"), 2)


def test_no_row_is_changed_or_deleted(cast, errand):
    row = paid(errand, Kind.PAID, "5", cast.cadre_user)
    for attempt in (Payment.objects.filter(pk=row.pk).delete, lambda: Payment.objects.filter(pk=row.pk).update(amount=1)):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    assert Payment.objects.get().amount == Decimal("5.00")


def test_what_is_paid_back_goes_to_who_advanced_it(cast, errand):
    paid(errand, Kind.ADVANCED, "7", cast.cadre_user)
    errands.hand_over(errand_id=errand.pk, helper=cast.worker, by=cast.cadre_user)
    assert paid(errand, Kind.REIMBURSED, "7", cast.secretary).helper == cast.cadre_user


cents = st.integers(1, 5_000_000).map(lambda n: Decimal(n) / 100)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(st.sampled_from(list(Kind)), cents, st.booleans()), max_size=6))
def test_whatever_is_written_the_books_balance(cast, rows):
    with transaction.atomic():
        errand = factories.ErrandFactory(dwelling__entrance__building__compound=cast.hefengyuan)
        errands.claim(errand_id=errand.pk, by=cast.cadre_user)
        written = []
        for kind, amount, taken_back in rows:
            try:
                row = paid(errand, kind, amount, cast.cadre_user)
            except Refused:
                continue
            written.append(row)
            if taken_back:
                written.append(money.reverse(payment_id=row.pk, note="x", by=cast.secretary))
        balance = money.of_errand(errand)
        sums = {kind: sum((row.amount for row in written if row.kind == kind), Decimal("0.00")) for kind in Kind}
        assert (balance.paid, balance.advanced, balance.reimbursed) == (sums["paid"], sums["advanced"], sums["reimbursed"])
        assert money.total(money.by_helper(errand).values()) == balance
        transaction.set_rollback(True)
