"""Errands in numbers, for the offices above: where homes wait, and never who."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from residents.models import Community
from tests import factories

PAGE = reverse("residents:errand_count")
NOW = timezone.now


def asked(compound, *, minutes, taken=None, promise=60, **facts):
    """An errand asked so many minutes ago, and taken after so many; promised within the hour."""
    since = NOW() - dt.timedelta(minutes=minutes)
    if taken is not None:
        facts |= {"first_accepted_at": since + dt.timedelta(minutes=taken)}
    return factories.ErrandFactory(
        dwelling__entrance__building__compound=compound, requested_at=since, waits_since=since,
        promised_by=since + dt.timedelta(minutes=promise), **facts,
    )  # fmt: skip


@pytest.fixture
def queue(cast):
    """Of 清荷 two wait, one in vain, two are in hand; of 榆树 nobody waits any more, and of days ago nothing counts."""
    Community.objects.update(active_from=timezone.localdate())
    done = {"delivered_at": NOW(), "outcome": "handed", "ended_at": NOW(), "state": "closed"}
    asked(cast.hefengyuan, minutes=90)
    asked(cast.hefengyuan, minutes=5, urgency=1)
    asked(cast.hefengyuan, minutes=70, taken=10, state="accepted", assignee=cast.cadre_user)
    asked(cast.hefengyuan, minutes=80, taken=75, state="in_progress", assignee=cast.cadre_user)
    asked(cast.yushu_rental, minutes=50, taken=5, assignee=cast.cadre2_user, delivered_by=cast.cadre2_user, **done)
    asked(cast.yushu_rental, minutes=60 * 30, taken=5, assignee=cast.cadre2_user, delivered_by=cast.cadre2_user, **done)
    # Called off before anybody had to have it.
    asked(cast.yushu_rental, minutes=10, state="cancelled", end_reason="x", ended_at=NOW())
    return cast


def numbers(row):
    return (
        row.name,
        row.numbers["overdue"],
        row.numbers["waiting"],
        row.numbers["urgent"],
        row.numbers["in_hand"],
        row.kept_percent,
    )


def test_an_officer_sees_by_community_who_waits_how_long_and_what_was_kept(queue, sign_in):
    page = sign_in(queue.officer).get(PAGE)
    assert [numbers(row) for row in page.context["rows"]] == [("清荷社区", 1, 2, 1, 2, 33), ("榆树社区", 0, 0, 0, 0, 100)]
    assert numbers(page.context["sum"]) == ("", 1, 2, 1, 2, 50)
    assert (NOW() - page.context["sum"].waits_since) // dt.timedelta(minutes=90) == 1


def test_levels_up_and_kinds_down_and_no_home_or_name_on_any(queue, sign_in):
    client = sign_in(queue.district_officer)
    errand = asked(queue.hefengyuan, minutes=3, written_name="王建国", written_phone="19900021234", what="创伤药两盒")
    for query, count in (({"level": "subdistrict"}, 1), ({"level": "district"}, 1), ({"community": queue.qinghe.pk}, 1)):
        page = client.get(PAGE, query)
        assert (len(page.context["rows"]), page.context["sum"].numbers["waiting"]) == (count, 3)
        said = page.content.decode()
        assert not any(
            one in said for one in ("王建国", "19900021234", "创伤药", f"/errands/{errand.pk}", str(errand.dwelling))
        )
    assert [row.name for row in page.context["rows"]] in ([errand.kind.name], [errand.kind.name_en])


def test_numbers_are_of_ones_own_communities_and_helpers_have_none(queue, sign_in):
    client = sign_in(queue.other_secretary)
    assert [row.name for row in client.get(PAGE).context["rows"]] == ["榆树社区"]
    assert client.get(PAGE, {"community": queue.qinghe.pk}).status_code == 404
    assert sign_in(queue.cadre_user).get(PAGE).status_code == 403
    assert sign_in(queue.officer).get(reverse("residents:errand_list")).status_code == 403


def test_a_community_where_nothing_was_asked_says_so(cast, sign_in):
    client = sign_in(cast.officer)
    assert list(client.get(PAGE).context["rows"]) == []
    Community.objects.filter(pk=cast.qinghe.pk).update(active_from=timezone.localdate())
    (row,) = client.get(PAGE).context["rows"]
    assert numbers(row) == ("清荷社区", 0, 0, 0, 0, None)


@pytest.mark.parametrize("query", ["level=x", "community=x", "community=%C2%B2", "page=x", "community=%00", "level=kind"])
def test_nonsense_in_the_address_is_the_plain_page(cast, sign_in, query):
    assert sign_in(cast.officer).get(f"{PAGE}?{query}").status_code == 200


def test_more_errands_and_communities_cost_no_more_statements_and_the_first_page_says_how_many(queue, sign_in, queries):
    client = sign_in(queue.officer)
    seen = []
    for _turn in range(2):
        with queries() as statements:
            client.get(PAGE)
        seen.append(len(statements))
        asked(queue.yushu_rental, minutes=99)
        asked(queue.hefengyuan, minutes=99)
    assert seen[0] == seen[1] <= 8
    stats = {str(stat.label): (stat.value, stat.address) for stat in client.get(reverse("home")).context["overview"]["stats"]}
    assert (5, PAGE) in stats.values()
