"""The public board: what holds, who is on duty, whom to ring; no room and no name."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from residents.models import Community
from tests import factories


@pytest.fixture
def board(cast):
    Community.objects.update(active_from=timezone.localdate(), phone="027-88880000")
    return reverse("checkpoints:notice_board", args=[cast.hefengyuan.pk])


def on_duty(cast):
    now = timezone.now()
    hours = {"starts_at": now - dt.timedelta(hours=2), "ends_at": now + dt.timedelta(hours=2)}
    shift = factories.ShiftFactory(post__compound=cast.hefengyuan, post__name="东门", **hours)
    return factories.AssignmentFactory(shift=shift, cadre=cast.cadre, **hours)


def test_a_passer_by_sees_what_holds_and_how_many_stand_there(cast, client, board):
    on_duty(cast)
    now = timezone.now()
    for title, more in {
        "全社区": {}, "本小区": {"compound": cast.hefengyuan, "pinned": True}, "内部": {"audience": "staff"},
        "以后": {"effective_from": now + dt.timedelta(hours=1)}, "过去": {"effective_from": now - dt.timedelta(days=2),
        "effective_until": now - dt.timedelta(days=1)}, "撤回": {"withdrawn_at": now, "withdrawn_by": cast.secretary},
    }.items():  # fmt: skip
        factories.NoticeFactory(community=cast.qinghe, title=title, **more)
    factories.NoticeFactory(community=cast.yushu, title="别处")
    page = client.get(board)

    assert [notice.title for notice in page.context["notices"]] == ["本小区", "全社区"]
    assert [(line["post"].name, line["now"]["people"], line["next"]) for line in page.context["posts"]] == [("东门", 1, None)]
    assert "027-88880000" in page.content.decode()


def test_no_name_no_room_and_no_mobile_number_stand_on_it(cast, client, board):
    on_duty(cast)
    home = factories.DwellingFactory(entrance__building__compound=cast.hefengyuan, room_no="7788")
    factories.ResidentFactory(dwelling=home, name="王建国", phone="19900009876")
    page = client.get(board).content.decode()

    assert [word for word in ("王建国", "7788", "9876", cast.cadre.name, cast.secretary.name) if word in page] == []


def test_a_compound_that_is_not_on_duty_has_no_board(cast, client):
    assert client.get(reverse("checkpoints:notice_board", args=[cast.hefengyuan.pk])).status_code == 404
    assert client.get(reverse("checkpoints:notice_board", args=[999_999])).status_code == 404


def test_it_refreshes_as_the_same_part(cast, client, board):
    part = client.get(board, headers={"hx-request": "true", "hx-target": "board-live"}).content.decode()

    assert part.strip().startswith('<div class="p-wall-body" id="board-live"')


def test_more_rows_cost_no_more_statements(cast, client, board, queries):
    counts = []
    for _turn in range(2):
        on_duty(cast) if not counts else factories.NoticeFactory.create_batch(3, community=cast.qinghe)
        with queries() as seen:
            client.get(board)
        counts.append(len(seen))

    assert counts[0] == counts[1] <= 4
