"""Posts and their status: the rules, by service."""

import datetime as dt
import io
import json

import pytest
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from checkpoints.models import Post, PostStatus, Shift
from checkpoints.services import posts
from portal.accounts.models import Event
from portal.lib.errors import Refused
from tests import factories

DAY = dt.timedelta(days=1)
SEALED, OPEN = PostStatus.Status.SEALED, PostStatus.Status.OPEN


@pytest.fixture
def gates(cast):
    return [factories.PostFactory(compound=cast.hefengyuan, name=name) for name in ("东门", "西门")]


def seal(post, by, starts_on=None, **more):
    today = timezone.localdate()
    return posts.set_status(post_id=post.pk, status=SEALED, starts_on=starts_on or today, by=by, **more)


def rows(post):
    return list(post.statuses.order_by("starts_on").values_list("status", "starts_on", "ends_on"))


def test_add_refuses_a_name_twice(cast):
    values = {"name": "东门", "kind": Post.Kind.CHECKPOINT, "crew_required": 2, "opens_at": None, "closes_at": None}
    post = posts.add(compound_id=cast.hefengyuan.pk, by=cast.secretary, **values)
    assert Event.objects.get().community == cast.qinghe
    assert len(post.code) == 20
    with pytest.raises(Refused, match="already has a post of this name"):
        posts.add(compound_id=cast.hefengyuan.pk, by=cast.secretary, **values)


def test_one_gate_may_be_sealed_but_not_the_last(cast, gates):
    seal(gates[0], cast.secretary)
    with pytest.raises(Refused, match="荷风苑 would have no open gate"):
        seal(gates[1], cast.secretary)
    assert rows(gates[1]) == []


def test_a_sealed_gate_has_a_named_keeper_who_stays_when_days_are_taken_from_it(cast, sign_in, gates):
    today, client = timezone.localdate(), sign_in(cast.secretary)
    sent = {
        "status": "sealed",
        "starts_on": today.isoformat(),
        "reason": "围挡",
        "keeper": "赵守门",
        "keeper_phone": "19900000017",
    }
    address = reverse("checkpoints:post_status", args=[gates[0].pk])
    assert client.post(address, sent | {"keeper": ""}).status_code == 422
    assert client.post(address, sent | {"keeper_phone": "x"}).status_code == 422
    assert client.post(address, sent).status_code == 302
    posts.set_status(post_id=gates[0].pk, status=OPEN, starts_on=today + DAY, ends_on=today + DAY, by=cast.secretary)

    kept = gates[0].statuses.order_by("starts_on").values_list("status", "keeper", "keeper_phone")
    assert list(kept) == [("sealed", "赵守门", "19900000017"), ("open", "", ""), ("sealed", "赵守门", "19900000017")]
    assert "赵守门" in client.get(reverse("checkpoints:post_list")).text
    assert 'href="tel:19900000017"' in client.get(reverse("checkpoints:post_detail", args=[gates[0].pk])).text
    assert "赵守门" not in json.dumps([event.after for event in Event.objects.all()])


def test_gates_sealed_on_different_days_are_fine_until_the_days_meet(cast, gates):
    today = timezone.localdate()
    seal(gates[0], cast.secretary, ends_on=today + 2 * DAY)
    seal(gates[1], cast.secretary, starts_on=today + 3 * DAY)
    with pytest.raises(Refused, match="no open gate"):
        seal(gates[0], cast.secretary, starts_on=today + 5 * DAY)


def test_a_tent_does_not_stand_in_for_a_gate(cast, gates):
    factories.PostFactory(compound=cast.hefengyuan, kind=Post.Kind.TENT)
    seal(gates[0], cast.secretary)
    with pytest.raises(Refused, match="no open gate"):
        seal(gates[1], cast.secretary)
    with pytest.raises(Refused, match="no open gate"):
        posts.give_up(post_id=gates[1].pk, by=cast.secretary)
    with pytest.raises(Refused, match="no open gate"):
        posts.change(post_id=gates[1].pk, kind=Post.Kind.TENT, by=cast.secretary)


def test_a_new_status_takes_its_days_and_leaves_the_rest(cast, gates):
    today = timezone.localdate()
    seal(gates[0], cast.secretary)
    posts.set_status(post_id=gates[0].pk, status=OPEN, starts_on=today + 2 * DAY, ends_on=today + 3 * DAY, by=cast.secretary)
    assert rows(gates[0]) == [
        (SEALED, today, today + DAY),
        (OPEN, today + 2 * DAY, today + 3 * DAY),
        (SEALED, today + 4 * DAY, None),
    ]


def test_the_past_is_not_changed_afterwards(cast, gates):
    with pytest.raises(Refused, match="not changed afterwards"):
        seal(gates[0], cast.secretary, starts_on=timezone.localdate() - DAY)


def test_give_up_cancels_what_was_planned(cast, gates):
    shift = factories.ShiftFactory(post=gates[0], day=timezone.localdate() + DAY)
    stand = factories.AssignmentFactory(shift=shift)
    assert posts.coming_shifts(gates[0]) == 1
    posts.give_up(post_id=gates[0].pk, by=cast.secretary)
    shift.refresh_from_db()
    stand.refresh_from_db()
    assert (shift.state, stand.released_at is not None) == (Shift.State.CANCELLED, True)
    assert list(Post.objects.in_use()) == [gates[1]]
    with pytest.raises(Refused, match="already been given up"):
        posts.give_up(post_id=gates[0].pk, by=cast.secretary)


def test_with_status_tells_the_day(cast, gates):
    today = timezone.localdate()
    seal(gates[0], cast.secretary, starts_on=today + DAY)
    assert [p.status for p in Post.objects.with_status(today)] == [OPEN, OPEN]
    assert [p.status for p in Post.objects.with_status(today + DAY)] == [SEALED, OPEN]


# --- Pages --------------------------------------------------------------------------------------------------------


def typed(**more):
    return {"name": "南门", "kind": "checkpoint", "crew_required": "2", "opens_at": "", "closes_at": "", **more}


def test_the_list_shows_ones_own_posts_and_costs_the_same_at_one_and_three(cast, sign_in, queries):
    client, counts = sign_in(cast.secretary), []
    factories.PostFactory(compound=cast.yushu_rental, name="别处的门")
    for wanted in (1, 3):
        while Post.objects.within([cast.qinghe]).count() < wanted:
            factories.PostFactory(compound=cast.hefengyuan)
        with queries() as seen:
            response = client.get("/checkpoints/posts/", {"kind": "nonsense"})
        counts.append(len(seen))
        assert response.context["page"].paginator.count == wanted
        assert "别处的门" not in response.content.decode()
    assert counts[0] == counts[1]


def test_an_empty_list_says_what_to_do(cast, sign_in):
    assert "Set up the first one" in sign_in(cast.secretary).get("/checkpoints/posts/").content.decode()


def test_set_up_and_change_a_post(cast, sign_in):
    client = sign_in(cast.secretary)
    client.post("/checkpoints/posts/new/", typed(compound=cast.hefengyuan.pk))
    post = Post.objects.get()
    assert (post.name, post.crew_required, post.compound) == ("南门", 2, cast.hefengyuan)
    client.post(f"/checkpoints/posts/{post.pk}/change/", typed(opens_at="06:00", closes_at="22:00"))
    post.refresh_from_db()
    assert (post.opens_at, post.closes_at) == (dt.time(6), dt.time(22))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"opens_at": "06:00"}, "Give both times, or none."),
        ({"crew_required": "0"}, "greater than or equal to 1"),
        ({"crew_required": "9" * 30}, "less than or equal to 50"),
        ({"name": "a\x00b"}, "cannot be read"),
        ({"name": "字" * 100000}, "at most 40 characters"),
        ({"name": ""}, "required"),
        ({"kind": "castle"}, "not one of the available choices"),
        ({"opens_at": "25:00", "closes_at": "26:00"}, "Enter a valid time"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(cast, sign_in, wrong, words):
    response = sign_in(cast.secretary).post("/checkpoints/posts/new/", typed(compound=cast.hefengyuan.pk) | wrong)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert Post.objects.count() == 0


def test_a_compound_of_another_community_cannot_be_chosen(cast, sign_in):
    response = sign_in(cast.secretary).post("/checkpoints/posts/new/", typed(compound=cast.yushu_rental.pk))
    assert response.status_code == 422
    assert Post.objects.count() == 0


def test_sealing_from_the_page_and_its_refusal(cast, gates, sign_in):
    client, today = sign_in(cast.secretary), timezone.localdate()
    for n, gate in enumerate(gates):
        sent = {"status": SEALED, "starts_on": today, "ends_on": "", "reason": "封闭管理"}
        response = client.post(f"/checkpoints/posts/{gate.pk}/status/", sent, follow=True)
        assert response.status_code == (200, 422)[n]
    assert "would have no open gate" in response.content.decode()
    assert rows(gates[0]) == [(SEALED, today, None)]
    sent = {"status": OPEN, "starts_on": "0001-01-01", "ends_on": "9999-12-31"}
    assert client.post(f"/checkpoints/posts/{gates[0].pk}/status/", sent).status_code == 422
    sent = {"status": OPEN, "starts_on": today, "ends_on": ""}
    assert client.post(f"/checkpoints/posts/{gates[0].pk}/status/", sent).status_code == 302


def test_the_poster_shows_a_code_drawn_by_the_portal(cast, gates, sign_in):
    client = sign_in(cast.secretary)
    page = client.get(f"/checkpoints/posts/{gates[0].pk}/poster/")
    assert f'src="/checkpoints/posts/{gates[0].pk}/code.svg"' in page.content.decode()
    code = client.get(f"/checkpoints/posts/{gates[0].pk}/code.svg")
    assert code["Content-Type"] == "image/svg+xml"
    assert code.content.startswith(b"<svg xmlns=")
    assert gates[0].code not in page.content.decode()


def test_giving_up_asks_first(cast, gates, sign_in):
    client = sign_in(cast.secretary)
    assert "Give up 东门 of 荷风苑?" in client.get(f"/checkpoints/posts/{gates[0].pk}/give-up/").content.decode()
    assert Post.objects.in_use().count() == 2
    client.post(f"/checkpoints/posts/{gates[0].pk}/give-up/")
    assert list(Post.objects.in_use()) == [gates[1]]


PAGES = ("", "change/", "status/", "give-up/", "poster/", "code.svg", "shifts/new/")


def test_a_stranger_finds_no_post(cast, gates, sign_in):
    client = sign_in(cast.other_secretary)
    for page in PAGES:
        address = f"/checkpoints/posts/{gates[0].pk}/{page}"
        assert client.post(address).status_code in (404, 405), page
        assert client.get(address).status_code in (404, 405), page


def test_a_cadre_reads_posts_but_neither_changes_nor_prints_them(cast, gates, sign_in):
    client = sign_in(cast.cadre_user)
    assert client.get("/checkpoints/posts/").status_code == 200
    assert client.get(f"/checkpoints/posts/{gates[0].pk}/").status_code == 200
    for page in PAGES[1:]:
        address = f"/checkpoints/posts/{gates[0].pk}/{page}"
        assert {client.post(address).status_code, client.get(address).status_code} <= {403, 405}, page


def test_the_list_is_taken_along_as_a_sheet(cast, sign_in):
    gate = factories.PostFactory(compound=cast.hefengyuan, name="=东门", opens_at=dt.time(6), closes_at=dt.time(22))
    factories.PostFactory(compound=cast.hefengyuan, name="帐篷", kind="tent")
    factories.PostFactory(compound=cast.yushu_rental, name="别处")

    sent = sign_in(cast.secretary).post("/checkpoints/posts/export/?kind=checkpoint")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(sent))).get_sheet_by_index(0).to_python()

    assert [line[1:9] for line in rows if line and line[0] == 1] == [
        ["清荷社区", "荷风苑", "=东门", "checkpoint", "06:00–22:00", float(gate.crew_required), 0.0, "open"]
    ]
    line = Event.objects.get(kind="post.exported")
    assert (line.by, line.community, line.after) == (cast.secretary, cast.qinghe, {"rows": 1})
    assert sign_in(cast.cadre_user).post("/checkpoints/posts/export/").status_code == 403
