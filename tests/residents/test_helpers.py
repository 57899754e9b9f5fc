"""What each helper has done, and what all did together, over a period."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from residents.models import ErrandLine, Helper, Payment
from residents.services import errand_kinds, errand_totals, helpers
from tests import factories

LIST = reverse("residents:helper_list")
NOW = dt.datetime(2026, 6, 10, 4, tzinfo=dt.UTC)


@pytest.fixture
def home(cast):
    errand_kinds.ensure()
    return factories.DwellingFactory(entrance__building__compound=cast.hefengyuan)


def done(home, helper, kind="groceries", minutes=30, at=NOW, **more):
    asked = at - dt.timedelta(minutes=minutes)
    return factories.ErrandFactory(
        dwelling=home, kind=factories.ErrandKindFactory(code=kind), assignee=helper, accepted_at=asked, requested_at=asked,
        first_accepted_at=asked + dt.timedelta(minutes=minutes / 2), waits_since=asked, state="delivered", outcome="handed",
        delivered_at=at, delivered_by=helper, **more,
    )  # fmt: skip


def over(cast, days=1):
    return errand_totals.over([cast.qinghe], NOW - dt.timedelta(days=days), NOW + dt.timedelta(days=1))


def test_the_numbers_of_a_period(cast, home):
    bought = done(home, cast.cadre_user, minutes=10, confirmed_at=NOW)
    for number, state in enumerate(("bought", "out_of_stock", "agreed")):
        ErrandLine.objects.create(errand=bought, position=number, name="盐", state=state, substitute="糖")
    done(home, cast.cadre_user, "medicine", minutes=20)
    done(home, cast.worker, "rubbish", minutes=90, promised_by=NOW - dt.timedelta(minutes=80))
    done(home, cast.worker, at=NOW - dt.timedelta(days=9))
    for kind, amount in (("paid", "0.10"), ("paid", "0.20")):
        Payment.objects.create(
            errand=bought, kind=kind, amount=Decimal(amount), helper=cast.cadre_user, recorded_by=cast.cadre_user, paid_at=NOW
        )
    found = over(cast)
    assert (found.asked, found.done, found.late, found.portions, found.thanked, found.spent) == (3, 3, 1, 2, 1, Decimal("0.30"))
    assert (found.minutes_taken, found.minutes_done) == (10, 20)
    assert found.groups == {"medicine": 1, "goods": 1, "carried": 1, "trips": 0, "bills": 0}
    assert {(name, n, m) for name, _en, n, m in found.kinds} == {("买药", 1, 1), ("代购", 1, 1), ("倒垃圾", 1, 1)}


def test_the_middle_of_an_even_number_is_the_mean_of_two(cast, home):
    for minutes in (10, 20, 40, 100):
        done(home, cast.cadre_user, minutes=minutes)
    assert over(cast).minutes_done == 30


def test_nothing_was_done_is_no_error(cast, home):
    found = over(cast)
    assert (found.done, found.minutes_done, found.kinds) == (0, None, [])


def test_each_helper_has_their_own_numbers_of_these_communities_only(cast, home):
    done(home, cast.cadre_user)
    done(home, cast.cadre_user, "medicine", minutes=50)
    done(factories.DwellingFactory(entrance__building__compound=cast.yushu_rental), cast.cadre_user)
    found = errand_totals.by_helper([cast.qinghe], NOW - dt.timedelta(days=1), NOW + dt.timedelta(days=1))
    row = found[cast.cadre_user.pk]
    assert (row["done"], row["medicine"], row["goods"], row["homes"], row["minutes"]) == (2, 1, 1, 1, 40)


def test_totals_ask_the_same_for_one_and_for_many(cast, home, queries):
    seen = []
    for _ in range(2):
        done(home, cast.cadre_user)
        with queries() as asked:
            over(cast)
        seen.append(len(asked))
    assert seen[0] == seen[1] <= 8


def test_the_desk_reads_and_prints_the_period(cast, sign_in, home, queries):
    done(home, cast.cadre_user, at=timezone.now())
    client = sign_in(cast.worker)
    with queries() as asked:
        page = client.get(LIST)
    assert len(asked) <= 16
    assert page.context["rows"][0][0] == cast.cadre_user
    assert page.context["totals"].done == 1
    assert client.get(LIST, {"since": "2026-01-01", "until": "2026-01-02"}).context["totals"].done == 0


@pytest.mark.parametrize("bad", [{"since": "x"}, {"since": "0001-01-01"}, {"until": "9999-12-31"}, {"since": "\x00"},
                                 {"since": "2030-01-01", "until": "2020-01-01"}])  # fmt: skip
def test_any_period_opens(cast, sign_in, home, bad):
    assert sign_in(cast.worker).get(LIST, bad).status_code == 200
    assert sign_in(cast.cadre_user).get(reverse("residents:helper_detail", args=[cast.cadre_user.pk]), bad).status_code == 200


def test_helpers_read_their_own_and_the_desk_everybodys(cast, sign_in, home):
    page = reverse("residents:helper_detail", args=[cast.cadre_user.pk])
    done(home, cast.cadre_user, at=timezone.now())
    assert sign_in(cast.cadre_user).get(page).context["today"]["done"] == 1
    assert sign_in(cast.worker).get(page).context["period"]["done"] == 1
    assert sign_in(cast.cadre2_user).get(page).status_code == 404
    assert sign_in(cast.other_secretary).get(page).status_code == 404


def test_no_stairs_is_written_down_and_taken_back(cast, sign_in, home):
    client, page = sign_in(cast.worker), reverse("residents:helper_stairs", args=[cast.cadre_user.pk])
    assert client.post(page, {"climbs": "0"}).status_code == 302
    assert Helper.objects.get().climbs is False
    client.post(page, {"climbs": "1"})
    assert (Helper.objects.get().climbs, Helper.objects.count()) == (True, 1)
    assert sign_in(cast.other_secretary).post(page, {"climbs": "0"}).status_code == 404


def test_everybody_who_does_errands_is_listed_once(cast, home):
    factories.MembershipFactory(user=cast.cadre_user, community=cast.qinghe, role="volunteer")
    assert set(helpers.list_of([cast.qinghe])) == {cast.secretary, cast.worker, cast.cadre_user}
    assert helpers.list_of([cast.qinghe]).count() == 3
