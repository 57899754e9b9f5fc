"""The assignment board: its page, its steps, its cost."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from checkpoints.models import Assignment, PostStatus, Shift
from checkpoints.services import rosters
from checkpoints.services.board import board_of
from portal.accounts.models import Message
from portal.lib.dates import moment
from residents.models import Role
from tests import factories

BOARD = "/deployments/board/"
DAY = dt.timedelta(days=1)


@pytest.fixture
def tomorrow():
    return timezone.localdate() + DAY


@pytest.fixture
def shift(cast, tomorrow):
    post = factories.PostFactory(compound=cast.hefengyuan, name="东门")
    return factories.ShiftFactory(post=post, day=tomorrow, required=2)


def htmx(target):
    return {"HX-Request": "true", "HX-Target": target}


def fill(cast, day, posts=10, cadres=60):
    """Three shifts a post, two people each as far as they reach, and everybody else in the pool."""
    people = [row.cadre for row in factories.SecondmentFactory.create_batch(cadres, community=cast.qinghe)]
    shifts = []
    for n in range(posts):
        post = factories.PostFactory(compound=factories.CompoundFactory(community=cast.qinghe) if n % 2 else cast.hefengyuan)
        for starts, ends in ((6, 14), (14, 22), (22, 6)):
            hours = {"starts": dt.time(starts), "ends": dt.time(ends)}
            shifts.append(factories.ShiftFactory(post=post, day=day, **hours))
    for shift, cadre in zip(shifts, people, strict=False):
        factories.AssignmentFactory(shift=shift, cadre=cadre, is_lead=True)
    return shifts, people


# --- The page -----------------------------------------------------------------------------------------------------


def test_the_board_shows_gaps_crew_pool_and_numbers(cast, shift, tomorrow, sign_in):
    placed = factories.SecondmentFactory(community=cast.qinghe).cadre
    factories.AssignmentFactory(shift=shift, cadre=placed)
    response = sign_in(cast.secretary).get(BOARD, {"day": tomorrow})
    text = response.content.decode()
    assert response.status_code == 200
    assert f'id="gap-{shift.pk}"' in text
    assert [stat.value for stat in response.context["stats"]] == [1, 1, 1, 1, 1, 0]
    assert [person.cadre for person in response.context["pool"]] == [cast.cadre]
    assert placed.name in text


def test_an_empty_board_says_what_to_do_first(cast, sign_in):
    text = sign_in(cast.secretary).get(BOARD).content.decode()
    assert "No shift on this day yet" in text
    assert 'href="/checkpoints/posts/"' in text
    assert 'href="/checkpoints/roster/?day=' in text


@pytest.mark.parametrize("who", ["worker", "officer", "district_officer"])
def test_others_read_the_board_but_change_nothing(cast, shift, tomorrow, sign_in, who):
    client = sign_in(getattr(cast, who))
    text = client.get(BOARD, {"day": tomorrow, "community": cast.qinghe.pk}).content.decode()
    assert "board-publish" not in text
    assert "data-drops" not in text
    steps = ("assign", "unassign", "move", "swap", "lead", "copy", "publish")
    assert [client.post(f"{BOARD}{step}/").status_code for step in steps] == [403] * 7


@pytest.mark.parametrize("who", ["cadre_user", "supervisor", "operator"])
def test_the_board_is_not_for_everybody(cast, sign_in, who):
    assert sign_in(getattr(cast, who)).get(BOARD).status_code == 403


def test_an_officer_chooses_a_community_and_reads_masked_names(cast, shift, tomorrow, sign_in):
    factories.AssignmentFactory(shift=shift, cadre=cast.cadre)
    factories.LeaveFactory(secondment=cast.secondment, starts_at=shift.starts_at, ends_at=shift.ends_at)
    response = sign_in(cast.officer).get(BOARD, {"day": tomorrow, "community": cast.qinghe.pk, "gap": shift.pk})
    text = response.content.decode()
    assert response.context["communities"] == [cast.qinghe, cast.yushu]
    assert "马骏" not in text
    assert "马*" in text


def test_a_strangers_community_is_not_found(cast, sign_in):
    assert sign_in(cast.secretary).get(BOARD, {"community": cast.yushu.pk}).status_code == 404
    assert sign_in(cast.secretary).get(BOARD, {"community": "1 or 1"}).status_code == 404


@pytest.mark.parametrize("nonsense", ["x", "2022-13-45", "-1", "9" * 30, "\x00", "<script>", "99999999999999999999-1-1"])
def test_nonsense_in_the_address_is_answered_kindly(cast, shift, sign_in, nonsense):
    asked = dict.fromkeys(("day", "gap", "person", "pool", "since", "undo"), nonsense)
    response = sign_in(cast.secretary).get(BOARD, asked)
    assert response.status_code == 200
    assert "<script>" not in response.content.decode().replace("<script src", "")


def test_the_board_costs_at_most_twelve_statements_with_sixty_cadres_and_thirty_shifts(cast, tomorrow, sign_in, queries):
    shifts, _people = fill(cast, tomorrow)
    client = sign_in(cast.secretary)
    with queries() as seen:
        response = client.get(BOARD, {"day": tomorrow, "gap": shifts[0].pk})
    assert response.status_code == 200
    assert len(response.context["suggestions"]) > 0
    assert len(seen) <= 12, "\n".join(q["sql"][:150] for q in seen)


def test_the_number_of_statements_does_not_grow(cast, tomorrow, sign_in, queries):
    client, counts = sign_in(cast.secretary), []
    for _round in range(2):
        fill(cast, tomorrow, posts=1 + _round, cadres=3 + _round)
        with queries() as seen:
            client.get(BOARD, {"day": tomorrow})
        counts.append(len(seen))
    assert counts[0] == counts[1]


# --- Parts and polling --------------------------------------------------------------------------------------------


def test_a_part_equals_its_place_on_the_page(cast, shift, tomorrow, sign_in):
    client = sign_in(cast.secretary)
    whole = client.get(BOARD, {"day": tomorrow, "gap": shift.pk}).content.decode()
    for part in ("board-live", "board-inspector"):
        alone = client.get(BOARD, {"day": tomorrow, "gap": shift.pk}, headers=htmx(part)).content.decode()
        assert alone.count(f'id="{part}"') == 1
        assert "<html" not in alone
        tag = alone.strip().splitlines()[0]
        assert tag in whole


def test_polling_answers_nothing_while_nothing_changes(cast, shift, tomorrow, sign_in):
    client = sign_in(cast.secretary)
    seen = client.get(BOARD, {"day": tomorrow}).context["digest"]
    assert client.get(BOARD, {"day": tomorrow, "since": seen}, headers=htmx("board-live")).status_code == 204
    factories.AssignmentFactory(shift=shift, cadre=cast.cadre)
    answer = client.get(BOARD, {"day": tomorrow, "since": seen}, headers=htmx("board-live"))
    assert answer.status_code == 200
    assert cast.cadre.name in answer.content.decode()


# --- Steps --------------------------------------------------------------------------------------------------------


def test_assign_without_script_and_undo(cast, shift, tomorrow, sign_in):
    client = sign_in(cast.secretary)
    response = client.post(f"{BOARD}assign/", {"shift": shift.pk, "cadre": cast.cadre.pk}, follow=True)
    stand = Assignment.objects.get()
    assert (stand.shift, stand.cadre) == (shift, cast.cadre)
    undo = response.context["undo"]
    assert (undo.text, undo.action, undo.fields) == (
        "马骏 now stands at 东门, 08:30–17:30.",
        f"{BOARD}unassign/",
        {"assignment": stand.pk},
    )
    response = client.post(undo.action, undo.fields, follow=True)
    assert Assignment.objects.standing().count() == 0
    client.post(response.context["undo"].action, response.context["undo"].fields)
    assert Assignment.objects.standing().get().cadre == cast.cadre


def test_assign_with_htmx_changes_only_what_changed(cast, shift, tomorrow, sign_in):
    other = factories.ShiftFactory(post=factories.PostFactory(compound=cast.hefengyuan), day=tomorrow)
    data = {"shift": shift.pk, "cadre": cast.cadre.pk}
    text = sign_in(cast.secretary).post(f"{BOARD}assign/", data, headers=htmx("board-flash")).content.decode()
    for part in (f"board-cell-{shift.pk}", "board-pool", "board-stats", "board-inspector", "board-flash", "board-publish"):
        assert text.count(f'id="{part}"') == 1
    assert f'id="board-cell-{other.pk}"' not in text
    assert "<html" not in text


def test_a_refusal_is_told_in_words(cast, shift, sign_in):
    client, data = sign_in(cast.secretary), {"shift": shift.pk, "cadre": cast.cadre.pk}
    client.post(f"{BOARD}assign/", data)
    words = "马骏 is already on this shift."
    assert words in client.post(f"{BOARD}assign/", data, follow=True).content.decode()
    assert words in client.post(f"{BOARD}assign/", data, headers=htmx("board-flash")).content.decode()
    assert Assignment.objects.count() == 1


def test_after_a_refusal_the_person_it_was_about_stays_in_view(cast, shift, sign_in):
    client = sign_in(cast.secretary)
    stand = factories.AssignmentFactory(shift=shift, cadre=cast.cadre, is_lead=True)
    assert "Lead of the shift" not in client.get(f"{BOARD}?day={shift.day}").text

    refused = client.post(f"{BOARD}swap/", {"assignment": stand.pk, "other": stand.pk}, headers=htmx("board-flash"))

    assert refused.context["refusal"]
    assert refused.context["chip"].assignment == stand
    stand.delete()
    # Where another took them off meanwhile, the gap is what is left of it.
    assert client.get(f"{BOARD}?day={shift.day}&person={stand.pk}&gap={shift.pk}").context["cell"].shift == shift


def test_move_swap_and_lead(cast, shift, tomorrow, sign_in):
    client = sign_in(cast.secretary)
    second = factories.SecondmentFactory(community=cast.qinghe).cadre
    other = factories.ShiftFactory(post=factories.PostFactory(compound=cast.hefengyuan), day=tomorrow, required=2)
    client.post(f"{BOARD}assign/", {"shift": shift.pk, "cadre": cast.cadre.pk})
    client.post(f"{BOARD}assign/", {"shift": other.pk, "cadre": second.pk})
    first_id, second_id = Assignment.objects.order_by("pk").values_list("pk", flat=True)
    response = client.post(f"{BOARD}swap/", {"assignment": first_id, "other": second_id}, follow=True)
    assert [a.cadre for a in shift.crew.standing()] == [second]
    client.post(response.context["undo"].action, response.context["undo"].fields)
    stand = shift.crew.standing().get()
    assert stand.cadre == cast.cadre
    response = client.post(f"{BOARD}move/", {"assignment": stand.pk, "shift": other.pk}, follow=True)
    moved = other.crew.standing().get(cadre=cast.cadre)
    client.post(f"{BOARD}lead/", {"assignment": moved.pk})
    assert other.crew.standing().get(is_lead=True).cadre == cast.cadre
    client.post(response.context["undo"].action, response.context["undo"].fields)
    assert shift.crew.standing().get().cadre == cast.cadre


def test_rows_of_another_community_are_not_found(cast, shift, sign_in):
    stranger = sign_in(cast.other_secretary)
    stand = factories.AssignmentFactory(shift=shift, cadre=cast.cadre)
    sent = {"shift": shift.pk, "cadre": cast.cadre.pk, "assignment": stand.pk, "other": stand.pk}
    sent |= {"community": cast.qinghe.pk, "day": shift.day}
    for step in ("assign", "unassign", "move", "swap", "lead", "copy", "publish"):
        assert stranger.post(f"{BOARD}{step}/", sent).status_code == 404
    # Their cadre on my shift is not found either.
    mine = sign_in(cast.secretary)
    assert mine.post(f"{BOARD}assign/", {"shift": shift.pk, "cadre": cast.cadre2.pk}).status_code == 404
    assert Assignment.objects.standing().count() == 1


@pytest.mark.parametrize("nonsense", ["", "x", "-1", "9" * 40, "\x00", "1.5"])
def test_nonsense_in_a_step_is_not_found(cast, shift, sign_in, nonsense):
    client = sign_in(cast.secretary)
    assert client.post(f"{BOARD}assign/", {"shift": nonsense, "cadre": nonsense}).status_code == 404
    assert client.post(f"{BOARD}publish/", {"community": nonsense, "day": nonsense}).status_code == 404
    assert client.get(f"{BOARD}assign/").status_code == 405


def test_copy_and_publish_from_the_page(cast, shift, tomorrow, sign_in):
    client = sign_in(cast.secretary)
    factories.AssignmentFactory(shift=shift, cadre=cast.cadre)
    day = {"community": cast.qinghe.pk, "day": tomorrow + DAY}
    text = client.post(f"{BOARD}copy/", day, follow=True).content.decode()
    assert "Copied from the day before: 1 shift, 1 person." in text
    assert "1 not told" in text
    text = client.post(f"{BOARD}publish/", day, follow=True).content.decode()
    assert "Published. 1 person has been told." in text
    assert "1 not told" not in text
    assert "Nobody had to be told anew." in client.post(f"{BOARD}publish/", day, follow=True).content.decode()
    assert list(Message.objects.values_list("to", "kind")) == [(cast.cadre_user.pk, "shift_assigned")]
    assert Shift.objects.get(day=tomorrow + DAY).state == Shift.State.PUBLISHED


def test_whoever_cannot_be_copied_is_named_in_one_note(cast, tomorrow, sign_in, monkeypatch):
    refusals = [f"王{number}在休假" for number in range(14)]
    monkeypatch.setattr(rosters, "copy_day", lambda **_said: rosters.Copied(shifts=1, refusals=refusals))

    page = sign_in(cast.secretary).post(
        f"{BOARD}copy/", {"community": cast.qinghe.pk, "day": tomorrow + DAY}, follow=True
    )  # fmt: skip

    copied, kept = (str(message) for message in page.context["messages"])
    assert copied == "Copied from the day before: 1 shift, 0 people."
    assert kept.splitlines() == [*refusals[:12], "And 2 more."]


@pytest.mark.parametrize("copied", [(0, 0, "0 shifts, 0 people"), (1, 2, "1 shift, 2 people"), (2, 1, "2 shifts, 1 person")])
def test_what_was_copied_is_counted_in_words(cast, tomorrow, sign_in, monkeypatch, copied):
    monkeypatch.setattr(rosters, "copy_day", lambda **_said: rosters.Copied(*copied[:2]))
    page = sign_in(cast.secretary).post(f"{BOARD}copy/", {"community": cast.qinghe.pk, "day": tomorrow}, follow=True)
    assert [str(message) for message in page.context["messages"]] == [f"Copied from the day before: {copied[2]}."]


FILLED = "Every place is filled and nothing is in conflict."
MISSED = "Nothing is left to fill and nothing is in conflict. 1 place stayed empty in shifts that are over."


def test_a_place_that_stayed_empty_is_not_called_filled(cast, shift, sign_in):
    factories.AssignmentFactory(shift=shift, cadre=cast.cadre)
    address, seen = f"{BOARD}?day={shift.day}", []
    for required, now in ((1, shift.ends_at), (2, shift.ends_at - DAY / 24), (2, shift.ends_at)):
        Shift.objects.update(required=required)
        with time_machine.travel(now, tick=False):
            text = sign_in(cast.secretary).get(address).text
        seen.append((FILLED in text, MISSED in text))
    assert seen == [(True, False), (False, False), (False, True)]


def test_on_a_shift_that_is_over_the_board_offers_nothing_and_the_steps_are_refused(cast, shift, sign_in):
    other = factories.SecondmentFactory(community=cast.qinghe).cadre
    stand = factories.AssignmentFactory(shift=shift, cadre=cast.cadre)
    with time_machine.travel(shift.ends_at, tick=False):
        client = sign_in(cast.secretary)
        for undone in (f"off-{stand.pk}", f"on-{shift.pk}-{other.pk}"):
            assert client.get(f"{BOARD}?day={shift.day}&undo={undone}").context["undo"] is None
        text = client.get(f"{BOARD}?day={shift.day}&gap={shift.pk}").text
        assert ("its crew stays as it was" in text, "Change or cancel the shift" in text) == (True, False)
        for step, fields in (("assign", {"shift": shift.pk, "cadre": other.pk}), ("unassign", {"assignment": stand.pk})):
            assert "This shift is over: its crew stays." in client.post(f"{BOARD}{step}/", fields, follow=True).text
    assert list(shift.crew.standing()) == [stand]


# --- What is read -------------------------------------------------------------------------------------------------


def read(cast, day):
    return board_of(cast.qinghe, day, full_names=True)


def test_leave_approved_later_shows_as_a_conflict(cast, shift, tomorrow):
    factories.AssignmentFactory(shift=shift, cadre=cast.cadre)
    assert read(cast, tomorrow).conflicts == []
    factories.LeaveFactory(secondment=cast.secondment, starts_at=shift.starts_at, ends_at=shift.ends_at)
    assert [chip.conflict.split(".")[0][:21] for chip in read(cast, tomorrow).conflicts] == ["马骏 is on leave until "[:21]]


def test_sealing_a_post_later_shows_as_a_conflict_and_closes_the_gap(cast, shift, tomorrow):
    factories.AssignmentFactory(shift=shift, cadre=cast.cadre)
    PostStatus.objects.create(post=shift.post, status=PostStatus.Status.SEALED, starts_on=tomorrow)
    board = read(cast, tomorrow)
    assert [chip.conflict for chip in board.conflicts] == ["东门 is sealed on this day. Take the crew off, or open it."]
    assert board.gaps == 0


def test_who_is_on_leave_is_last_in_the_pool_and_says_until_when(cast, shift, tomorrow):
    other = factories.SecondmentFactory(community=cast.qinghe).cadre
    until = moment(tomorrow, dt.time(18))
    factories.LeaveFactory(secondment=cast.secondment, starts_at=shift.starts_at, ends_at=until)
    assert [(p.cadre, p.away_until, p.nights) for p in read(cast, tomorrow).pool] == [
        (other, None, True),
        (cast.cadre, until, True),
    ]


def test_a_night_shift_stands_on_the_day_it_starts(cast, shift, tomorrow):
    night = factories.ShiftFactory(post=shift.post, day=tomorrow, starts=dt.time(22), ends=dt.time(6))
    assert [band.key for band in read(cast, tomorrow).bands] == ["early", "night"]
    assert list(read(cast, tomorrow + DAY).cells) == []
    assert night.pk in read(cast, tomorrow).cells


def test_the_pool_is_filtered(cast, shift, tomorrow, sign_in):
    skilled = factories.CadreFactory(skills=["护士证"], political_status="member")
    factories.SecondmentFactory(cadre=skilled, community=cast.qinghe)
    client = sign_in(cast.secretary)
    found = {
        key: [p.cadre for p in client.get(BOARD, {"day": tomorrow, "pool": key}).context["pool"]]
        for key in ("nights", "skilled", "party", "nonsense")
    }
    assert found == {
        "nights": [cast.cadre, skilled],
        "skilled": [skilled],
        "party": [skilled],
        "nonsense": [cast.cadre, skilled],
    }


def test_a_secretary_of_two_communities_sees_one_at_a_time(cast, shift, tomorrow, sign_in):
    factories.MembershipFactory(user=cast.secretary, community=cast.yushu, role=Role.SECRETARY)
    client = sign_in(cast.secretary)
    assert client.get(BOARD, {"day": tomorrow}).context["community"] == cast.qinghe
    other = client.get(BOARD, {"day": tomorrow, "community": cast.yushu.pk})
    assert [p.cadre for p in other.context["pool"]] == [cast.cadre2]


def test_who_will_not_come_leaves_a_gap_that_can_be_filled(cast, shift, tomorrow, sign_in):
    for cadre in (cast.cadre, factories.SecondmentFactory(community=cast.qinghe).cadre):
        factories.AssignmentFactory(shift=shift, cadre=cadre, told_at=timezone.now(), is_lead=cadre == cast.cadre)
    assert read(cast, tomorrow).gaps == 0
    factories.LeaveFactory(secondment=cast.secondment, starts_at=shift.starts_at, ends_at=shift.ends_at)
    other = factories.SecondmentFactory(community=cast.qinghe).cadre
    board = read(cast, tomorrow)
    assert (board.gaps, len(board.conflicts), [one.cadre for one in board.suggest(shift)]) == (1, 1, [other])

    sign_in(cast.secretary).post(f"{BOARD}assign/", {"shift": shift.pk, "cadre": other.pk})

    board = read(cast, tomorrow)
    assert (board.gaps, board.conflicts) == (0, [])
    crew = shift.crew.standing().order_by("seat")
    assert [(stand.cadre == other, stand.seat) for stand in crew] == [(True, 1), (False, 2)]
    assert list(Message.objects.values_list("to", "kind")) == [(cast.cadre_user.pk, "shift_released")]


def test_too_little_rest_is_a_conflict_and_no_gap(cast, shift, tomorrow):
    night = factories.ShiftFactory(post=shift.post, day=tomorrow, starts=dt.time(18), ends=dt.time(23))
    for one in (shift, night):
        factories.AssignmentFactory(shift=one, cadre=cast.cadre)
    board = read(cast, tomorrow)
    assert (len(board.conflicts), board.gaps) == (2, shift.required + night.required - 2)


def test_publishing_tells_nobody_who_will_not_come(cast, shift, tomorrow, sign_in):
    factories.AssignmentFactory(shift=shift, cadre=cast.cadre)
    factories.LeaveFactory(secondment=cast.secondment, starts_at=shift.starts_at, ends_at=shift.ends_at)
    sign_in(cast.secretary).post(f"{BOARD}publish/", {"community": cast.qinghe.pk, "day": tomorrow})
    assert list(Message.objects.all()) == []
    assert read(cast, tomorrow).waiting == 0
