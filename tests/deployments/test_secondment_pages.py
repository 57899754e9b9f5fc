"""The pages of secondments: what is asked before a move, and who may make it."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from deployments.models import Secondment
from portal.accounts.models import Event
from tests.factories import SecondmentFactory

LIST = reverse("deployments:secondment_list")
OVERDUE = reverse("deployments:secondment_overdue")


def at(name: str, row: Secondment, *more: str) -> str:
    return reverse(f"deployments:{name}", args=[row.pk, *more])


def day(offset: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=offset)


@pytest.mark.parametrize(
    ("state", "move", "post"),
    [
        ("submitted", "approved", {}),
        ("submitted", "refused", {"reason": "满员"}),
        ("submitted", "cancelled", {"reason": "改派"}),
        ("approved", "on_duty", {"identity_checked": "on"}),
        ("approved", "no_show", {}),
        ("on_duty", "completed", {"last_day": "today", "report": "圆满完成"}),
        ("on_duty", "recalled", {"last_day": "today", "reason": "单位急事"}),
    ],
)
def test_a_move_asks_first_and_then_happens(cast, sign_in, state, move, post):
    row = SecondmentFactory(community=cast.qinghe, state=state)
    client, address = sign_in(cast.secretary), at("secondment_move", row, move)

    asked = client.get(address)
    row.refresh_from_db()
    assert (asked.status_code, row.state) == (200, state)

    answer = client.post(address, {k: day(0) if v == "today" else v for k, v in post.items()})
    row.refresh_from_db()
    assert (answer.status_code, row.state) == (302, move)
    assert Event.objects.filter(kind=f"secondment.{move}", row=str(row.pk), by=cast.secretary).count() == 1


def test_a_move_that_came_too_late_says_why(cast, sign_in):
    answer = sign_in(cast.secretary).post(at("secondment_move", cast.secondment, "approved"), follow=True)

    assert "Only a submitted secondment can be approved" in answer.content.decode()


@pytest.mark.parametrize(
    ("move", "post"),
    [
        ("on_duty", {}),
        ("completed", {"last_day": "0001-01-01", "report": "x"}),
        ("completed", {"last_day": "31/31/9999", "report": "x"}),
        ("recalled", {"last_day": "2022-01-01"}),
        ("refused", {"reason": "x" * 100_000}),
        ("refused", {"reason": "\x00"}),
    ],
)
def test_bad_input_stays_on_the_question(cast, sign_in, move, post):
    answer = sign_in(cast.secretary).post(at("secondment_move", cast.secondment, move), post)

    assert answer.status_code == 200
    assert Secondment.objects.get(pk=cast.secondment.pk).state == "on_duty"


def test_an_unknown_move_is_not_found(cast, sign_in):
    assert sign_in(cast.secretary).get(at("secondment_move", cast.secondment, "nonsense")).status_code == 404


def test_redeployment_by_the_page(cast, sign_in):
    post = {"community": cast.yushu.pk, "starts_on": day(2), "ends_on": day(9)}

    sign_in(cast.secretary).post(at("secondment_redeploy", cast.secondment), post)

    new = Secondment.objects.get(previous=cast.secondment)
    assert (new.community, new.starts_on) == (cast.yushu, day(2))
    assert cast.yushu.name in sign_in(cast.secretary).get(at("secondment_detail", cast.secondment)).content.decode()


def test_days_change_by_the_page(cast, sign_in):
    post = {"starts_on": cast.secondment.starts_on, "ends_on": day(40)}

    sign_in(cast.secretary).post(at("secondment_days", cast.secondment), post)

    assert Secondment.objects.get(pk=cast.secondment.pk).ends_on == day(40)


def test_a_bus_arrives(cast, sign_in):
    rows = SecondmentFactory.create_batch(3, community=cast.qinghe, state="approved")
    stranger = SecondmentFactory(community=cast.yushu, state="approved")
    client, address = sign_in(cast.secretary), reverse("deployments:secondment_arrivals")

    client.post(address, {"secondment": [r.pk for r in rows], "identity_checked": "1"})
    client.post(address, {"secondment": [stranger.pk], "identity_checked": "1"})
    client.post(address, {"secondment": ["x", "99999999999999999999"]})
    client.post(address, {})

    assert list(Secondment.objects.filter(reported_by=cast.secretary).order_by("pk")) == rows


def test_what_is_over_is_completed_together(cast, sign_in, queries):
    past = {"community": cast.qinghe, "starts_on": day(-30)}
    never_came = SecondmentFactory(**past, ends_on=day(-9), state="approved", cadre__name="没来的")
    first = SecondmentFactory(**past, ends_on=day(-2))
    client = sign_in(cast.secretary)
    client.get(OVERDUE)
    with queries() as one:
        client.get(OVERDUE)
    second = SecondmentFactory(**past, ends_on=day(-1))
    SecondmentFactory(community=cast.yushu, starts_on=day(-30), ends_on=day(-1))
    with queries() as more:
        shown = client.get(OVERDUE)
    assert (list(shown.context["rows"]), len(more)) == ([first, second, never_came], len(one))
    assert "3 secondments are past" in client.get(LIST).content.decode()

    post = {"secondment": [first.pk, second.pk, never_came.pk, cast.secondment.pk], "report": "值守期满"}
    assert client.post(OVERDUE, post | {"report": " "}).status_code == 422
    asked = client.post(OVERDUE, post).content.decode()
    assert "Complete 4 secondments?" in asked
    assert Secondment.objects.overdue().filter(community=cast.qinghe).count() == 3

    said = client.post(OVERDUE, post | {"sure": "1"}, follow=True).content.decode()
    assert "2 secondments completed." in said
    assert "没来的: Only who is on duty can complete" in said
    assert "马骏: It is not over yet." in said
    done = Secondment.objects.filter(state="completed").order_by("id")
    assert [(row.pk, row.ends_on, row.end_reason) for row in done] == [
        (first.pk, day(-2), "值守期满"),
        (second.pk, day(-1), "值守期满"),
    ]
    assert Event.objects.filter(kind="secondment.completed", by=cast.secretary).count() == 2


def test_only_who_manages_secondments_ends_them_together(cast, sign_in):
    assert sign_in(cast.worker).get(OVERDUE).status_code == 403
    strange = {"secondment": [cast.secondment.pk], "report": "x", "sure": "1"}
    assert sign_in(cast.other_secretary).post(OVERDUE, strange).status_code == 422
    assert Secondment.objects.get(pk=cast.secondment.pk).state == "on_duty"


def test_the_list_by_state(cast, sign_in):
    SecondmentFactory(community=cast.qinghe, state="approved", cadre__name="甲")
    SecondmentFactory(community=cast.yushu, state="approved", cadre__name="外人")
    client = sign_in(cast.secretary)

    assert [r.cadre.name for r in client.get(LIST + "?state=approved").context["rows"]] == ["甲"]
    assert [r.cadre.name for r in client.get(LIST + "?q=马").context["rows"]] == ["马骏"]
    assert len(client.get(LIST + "?state=%00&compound=x&page=-1").context["rows"]) == 2


PAGES = [
    ("secondment_detail", []),
    ("secondment_move", ["recalled"]),
    ("secondment_days", []),
    ("secondment_redeploy", []),
]


@pytest.mark.parametrize(("name", "more"), PAGES)
def test_strangers_find_nothing_and_workers_only_read(cast, sign_in, name, more):
    address = at(name, cast.secondment, *more)

    assert sign_in(cast.other_secretary).get(address).status_code == 404
    assert sign_in(cast.worker).get(address).status_code == (200 if name == "secondment_detail" else 403)
    assert sign_in(cast.cadre_user).get(address).status_code == 403


def test_the_trail_costs_one_query(cast, sign_in, queries):
    client, address = sign_in(cast.secretary), at("secondment_detail", cast.secondment)
    with queries() as before:
        client.get(address)
    for offset in (20, 21, 22):
        post = {"starts_on": cast.secondment.starts_on, "ends_on": day(offset)}
        client.post(at("secondment_days", cast.secondment), post)
    client.get(address)
    with queries() as after:
        answer = client.get(address)

    assert [label for label, _line in answer.context["trail"]] == ["days changed"] * 3
    assert len(after) == len(before)
