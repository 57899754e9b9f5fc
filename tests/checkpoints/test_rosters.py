"""The roster of a week."""

import datetime as dt

import pytest
from django.utils import timezone

from checkpoints.models import Shift
from portal.lib.dates import week_of
from tests import factories

ROSTER = "/checkpoints/roster/"
DAY = dt.timedelta(days=1)


@pytest.fixture
def post(cast):
    return factories.PostFactory(compound=cast.hefengyuan, name="东门")


def test_the_week_shows_who_stands_where_and_what_is_short(cast, post, sign_in):
    today = timezone.localdate()
    night = {"starts": dt.time(22), "ends": dt.time(6), "kind": Shift.Kind.NIGHT}
    factories.AssignmentFactory(shift=factories.ShiftFactory(post=post, day=today, **night), cadre=cast.cadre)
    factories.ShiftFactory(post=factories.PostFactory(compound=cast.yushu_rental, name="别处"), day=today)
    response = sign_in(cast.worker).get(ROSTER)
    text = response.content.decode()
    assert response.context["days"] == week_of(today)
    assert ("马骏" in text, "1 short" in text, "别处" in text) == (True, True, False)


def test_an_officer_reads_masked_names(cast, post, sign_in):
    factories.AssignmentFactory(shift=factories.ShiftFactory(post=post), cadre=cast.cadre)
    text = sign_in(cast.officer).get(ROSTER, {"community": cast.qinghe.pk}).content.decode()
    assert ("马骏" in text, "马*" in text) == (False, True)


def test_the_week_costs_the_same_at_one_and_three_rows(cast, sign_in, queries):
    client, counts = sign_in(cast.secretary), []
    for more in (1, 2):
        for _n in range(more):
            shift = factories.ShiftFactory(post=factories.PostFactory(compound=cast.hefengyuan))
            factories.AssignmentFactory(shift=shift)
        with queries() as seen:
            client.get(ROSTER)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 12


def test_making_shifts_from_the_page(cast, post, sign_in):
    first = timezone.localdate() + DAY
    sent = {"community": cast.qinghe.pk, "first": first, "last": first + 6 * DAY, "pattern": "round_the_clock"}
    text = sign_in(cast.secretary).post(f"{ROSTER}make/", sent, follow=True).content.decode()
    assert "Shifts made: 21; stood already: 0; left out because the post is sealed: 0" in text
    assert Shift.objects.count() == 21


@pytest.mark.parametrize(
    "wrong",
    [
        {"first": "2020-01-01"},
        {"first": "x"},
        {"last": "2099-12-31"},
        {"last": "9999-99-99"},
        {"pattern": "x"},
        {"first": "\x00"},
    ],
)
def test_wrong_days_are_answered_kindly(cast, post, sign_in, wrong):
    first = timezone.localdate() + DAY
    sent = {"community": cast.qinghe.pk, "first": first, "last": first, "pattern": "day"} | wrong
    assert sign_in(cast.secretary).post(f"{ROSTER}make/", sent).status_code == 422
    assert Shift.objects.count() == 0


def test_making_without_posts_says_what_to_do(cast, sign_in):
    first = timezone.localdate() + DAY
    sent = {"community": cast.qinghe.pk, "first": first, "last": first, "pattern": "day"}
    response = sign_in(cast.secretary).post(f"{ROSTER}make/", sent)
    assert response.status_code == 422
    assert "Set up the posts first" in response.content.decode()


def test_strangers_and_wrong_roles(cast, post, sign_in):
    sent = {"community": cast.qinghe.pk, "first": timezone.localdate(), "last": timezone.localdate(), "pattern": "day"}
    assert sign_in(cast.other_secretary).get(ROSTER, {"community": cast.qinghe.pk}).status_code == 404
    assert sign_in(cast.other_secretary).post(f"{ROSTER}make/", sent).status_code == 404
    assert sign_in(cast.worker).post(f"{ROSTER}make/", sent).status_code == 403
    assert sign_in(cast.supervisor).get(ROSTER).status_code == 403
    assert Shift.objects.count() == 0
