"""Hand-over from shift to shift."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from checkpoints.models import Handover, Post
from checkpoints.services import handovers
from portal.accounts.models import Event
from portal.lib.errors import Refused
from tests.factories import (
    AssignmentFactory,
    CadreFactory,
    MembershipFactory,
    PassageFactory,
    PostFactory,
    ShiftFactory,
    UserFactory,
)


@pytest.fixture
def shift(cast):
    """马骏 leads the shift that ends now; the next one follows."""
    now = timezone.now()
    post = PostFactory(compound=cast.hefengyuan)
    shift = ShiftFactory(post=post, starts_at=now - dt.timedelta(hours=8), ends_at=now)
    AssignmentFactory(shift=shift, cadre=cast.cadre, is_lead=True)
    PassageFactory(post=post, shift=shift, community=cast.qinghe)
    return shift


@pytest.fixture
def following(shift):
    return ShiftFactory(post=shift.post, starts_at=shift.ends_at, ends_at=shift.ends_at + dt.timedelta(hours=8))


def written(shift, by):
    return handovers.hand_over(shift=shift, open_items="快递两件", note="", by=by)


def test_the_sheet_keeps_the_totals_of_its_moment(cast, shift):
    sheet = written(shift, cast.cadre_user)
    PassageFactory(post=shift.post, shift=shift)

    sheet.refresh_from_db()
    assert sheet.totals["in"] == 1
    assert handovers.counted(shift)["in"] == 2
    assert sheet.totals == handovers.counted(shift) | handovers.left(shift) | {
        "in": 1,
        "by_kind": sheet.totals["by_kind"],
        "by_hour": sheet.totals["by_hour"],
    }


def test_it_may_be_written_again_until_it_is_confirmed(cast, shift):
    written(shift, cast.cadre_user)
    PassageFactory(post=shift.post, shift=shift)
    sheet = written(shift, cast.cadre_user)
    assert (Handover.objects.count(), sheet.totals["in"]) == (1, 2)

    handovers.confirm(handover=sheet, by=cast.secretary)
    with pytest.raises(Refused, match="confirmed already"):
        written(shift, cast.cadre_user)


def test_who_wrote_it_does_not_confirm_it(cast, shift):
    sheet = written(shift, cast.cadre_user)

    with pytest.raises(Refused, match="second person"):
        handovers.confirm(handover=sheet, by=cast.cadre_user)
    first = handovers.confirm(handover=sheet, by=cast.secretary)
    second = handovers.confirm(handover=sheet, by=cast.worker)

    assert first.confirmed_by == second.confirmed_by == cast.secretary
    assert list(Event.objects.values_list("kind", flat=True)) == ["handover.confirmed", "handover.written"]
    line = Event.objects.get(kind="handover.confirmed")
    assert line.before == {"confirmed_at": None, "confirmed_by": None}
    assert line.after == {"confirmed_at": str(first.confirmed_at), "confirmed_by": cast.secretary.pk, "in": 1, "out": 0}


def test_a_shift_that_has_not_begun_hands_nothing_over(cast, following):
    with time_machine.travel(following.starts_at - dt.timedelta(hours=1)), pytest.raises(Refused, match="has not begun"):
        written(following, cast.secretary)


def test_the_page_counts_takes_the_note_and_shows_what_came_later(cast, sign_in, shift):
    client = sign_in(cast.cadre_user)
    address = f"/checkpoints/shifts/{shift.pk}/handover/"
    assert client.get(address).context["totals"]["in"] == 1

    client.post(address, {"open_items": "发热一人等车", "note": ""})
    PassageFactory(post=shift.post, shift=shift)
    response = client.get(address)

    assert "发热一人等车" in response.content.decode()
    assert (response.context["totals"]["in"], response.context["later"]["in"]) == (1, 2)


@pytest.mark.parametrize("field", ["open_items", "note"])
@pytest.mark.parametrize("value", ["\x00", "x" * 2001, "\u202e"])
def test_bad_text_is_said_at_its_field(cast, sign_in, shift, field, value):
    body = {"open_items": "", "note": "", field: value}
    response = sign_in(cast.cadre_user).post(f"/checkpoints/shifts/{shift.pk}/handover/", body)

    assert list(response.context["form"].errors) == [field]
    assert not Handover.objects.exists()


def test_the_next_crew_and_the_community_confirm(cast, sign_in, shift, following):
    written(shift, cast.cadre_user)
    address = f"/checkpoints/shifts/{shift.pk}/handover/confirm/"

    assert sign_in(cast.cadre_user).post(address).status_code == 404
    assert sign_in(cast.other_secretary).post(address).status_code == 404
    AssignmentFactory(shift=following, cadre=cast.cadre)
    Handover.objects.update(handed_over_by=UserFactory())
    assert sign_in(cast.cadre_user).post(address).status_code == 302

    assert Handover.objects.get().confirmed_by == cast.cadre_user


def test_the_list_shows_what_waits(cast, sign_in, shift):
    sheet = written(shift, cast.cadre_user)
    client = sign_in(cast.secretary)
    assert list(client.get("/checkpoints/handovers/").context["page"]) == [sheet]

    handovers.confirm(handover=sheet, by=cast.secretary)
    assert list(client.get("/checkpoints/handovers/").context["page"]) == []
    assert list(client.get("/checkpoints/handovers/?state=all").context["page"]) == [sheet]
    assert list(sign_in(cast.other_secretary).get("/checkpoints/handovers/?state=all").context["page"]) == []


@pytest.mark.parametrize("address", ["/checkpoints/handovers/", "/checkpoints/shifts/{}/", "/checkpoints/shifts/{}/handover/"])
def test_pages_take_the_same_statements_for_one_row_and_for_three(cast, sign_in, shift, queries, address):
    client = sign_in(cast.secretary)
    written(shift, cast.cadre_user)

    def count():
        with queries() as seen:
            assert client.get(address.format(shift.pk)).status_code == 200
        return len(seen)

    one = count()
    for _ in range(2):
        AssignmentFactory(shift=shift)
        PassageFactory(post=shift.post, shift=shift, community=cast.qinghe)
        written(
            ShiftFactory(post=PostFactory(compound=cast.hefengyuan), starts_at=shift.starts_at, ends_at=shift.ends_at),
            cast.worker,
        )
    assert one == count() <= 16


def test_a_shift_shows_its_log_to_those_who_stand_there(cast, sign_in, shift):
    address = f"/checkpoints/shifts/{shift.pk}/"

    assert len(sign_in(cast.cadre_user).get(address).context["page"]) == 1
    shift.crew.update(released_at=timezone.now())
    assert len(sign_in(cast.cadre_user).get(address).context["page"]) == 0


def test_whoever_confirms_hears_whether_the_gate_is_theirs_now(cast, sign_in, shift, following):
    AssignmentFactory(shift=following, cadre=cast.cadre)
    address = f"/checkpoints/shifts/{shift.pk}/handover/"
    said = []
    for user in (cast.secretary, cast.cadre_user):
        Handover.objects.all().delete()
        written(shift, UserFactory())
        said.append(sign_in(user).post(f"{address}confirm/", follow=True).content.decode())
    assert ["It is your gate now." in page for page in said] == [False, True]


@pytest.mark.parametrize("kind", ["tent", "service_desk", "patrol", "sampling_point"])
def test_every_post_is_handed_over_a_gate_with_its_figures(cast, sign_in, shift, following, kind):
    Post.objects.update(kind=kind)
    AssignmentFactory(shift=shift)
    address = f"/checkpoints/shifts/{shift.pk}/handover/"
    before = sign_in(cast.cadre_user).get(address)
    assert (before.context["totals"], before.context["form"] is None) == ({}, False)
    assert "Passages of the shift" not in before.content.decode()

    after = sign_in(cast.cadre_user).post(address, {"open_items": "两位老人没做核酸", "note": ""}, follow=True)
    sheet = Handover.objects.get()
    assert "两位老人没做核酸" in after.content.decode()
    assert (sheet.totals, sheet.handed_over_by) == ({}, cast.cadre_user)
    assert sign_in(cast.secretary).get("/checkpoints/handovers/").status_code == 200

    AssignmentFactory(shift=following, cadre=cast.cadre)
    Handover.objects.update(handed_over_by=cast.worker)
    said = sign_in(cast.cadre_user).post(f"{address}confirm/", follow=True).content.decode()
    assert "It is your post now." in said
    assert Handover.objects.get().confirmed_by == cast.cadre_user


def test_who_may_write_is_the_same_at_a_tent_as_at_a_gate(cast, sign_in, shift):
    second = CadreFactory(user=UserFactory())
    MembershipFactory(user=second.user, community=cast.qinghe, role="cadre")
    AssignmentFactory(shift=shift, cadre=second)
    stranger = MembershipFactory(community=cast.qinghe, role="cadre").user
    address = f"/checkpoints/shifts/{shift.pk}/handover/"
    for kind in ("checkpoint", "tent"):
        Post.objects.update(kind=kind)
        users = [cast.cadre_user, second.user, cast.secretary, cast.worker, stranger]
        assert [sign_in(user).get(address).context["form"] is not None for user in users] == [True] * 4 + [False]
        assert sign_in(cast.other_secretary).get(address).status_code == 404


@pytest.fixture
def running(cast, shift):
    """The shift of 马骏 with seven and a half hours still to go."""
    minutes = dt.timedelta(minutes=30)
    shift.starts_at, shift.ends_at = timezone.now() - minutes, timezone.now() + 15 * minutes
    shift.save()
    return shift


def test_what_is_written_ahead_is_confirmed_only_when_the_shift_ends_and_counts_all_of_it(cast, running):
    sheet = written(running, cast.cadre_user)
    with time_machine.travel(running.ends_at - dt.timedelta(minutes=31)), pytest.raises(Refused, match="still runs"):
        handovers.confirm(handover=sheet, by=cast.secretary)
    PassageFactory.create_batch(2, post=running.post, shift=running, community=cast.qinghe)
    PassageFactory(post=running.post, shift=running, community=cast.qinghe, person="visitor")

    with time_machine.travel(running.ends_at - dt.timedelta(minutes=30), tick=False):
        handovers.confirm(handover=sheet, by=cast.secretary)
        now = handovers.counted(running) | handovers.left(running)
    sheet.refresh_from_db()
    assert (sheet.totals, sheet.totals["in"], sheet.totals["inside"]) == (now, 4, 1)
    line = Event.objects.get(kind="handover.confirmed").after
    assert (line["in"], line["out"]) == (4, 0)


def test_what_is_written_at_the_end_keeps_what_stood_there_then(cast, shift):
    sheet = written(shift, cast.cadre_user)
    PassageFactory(post=shift.post, shift=shift, community=cast.qinghe, person="visitor")

    handovers.confirm(handover=sheet, by=cast.secretary)

    sheet.refresh_from_db()
    assert (sheet.totals["in"], sheet.totals["inside"], handovers.left(shift)["inside"]) == (2, 0, 1)


def test_the_page_says_from_when_it_can_be_taken_over(cast, sign_in, running):
    written(running, cast.cadre_user)
    client, address = sign_in(cast.secretary), f"/checkpoints/shifts/{running.pk}/handover/"
    page = client.get(address).content.decode()
    assert ("Prepared. It can be taken over from" in page, "I take over" in page) == (True, False)

    said = client.post(f"{address}confirm/", follow=True).content.decode()
    assert ("This shift still runs." in said, Handover.objects.get().confirmed_at) == (True, None)
    with time_machine.travel(running.ends_at):
        page = sign_in(cast.secretary).get(address).content.decode()
    assert ("Prepared. It can be taken over from" in page, "I take over" in page) == (False, True)
