"""The log of the gates at the desk: found, corrected, struck, printed."""

import datetime as dt

import pytest
from django.utils import timezone

from checkpoints.models import Passage
from portal.accounts.models import Event
from tests.factories import (
    AssignmentFactory,
    DwellingFactory,
    EntryPassFactory,
    PassageFactory,
    PassUseFactory,
    PostFactory,
    ShiftFactory,
)

LIST = "/checkpoints/passages/"


@pytest.fixture
def post(cast):
    return PostFactory(compound=cast.hefengyuan)


def shown(response):
    return {row.pk for row in response.context["page"].object_list}


def test_the_list_shows_a_day_of_ones_own_community(cast, sign_in, post):
    mine = PassageFactory(post=post)
    struck = PassageFactory(post=post)
    PassageFactory(post=post, voids=struck, is_void=True)
    PassageFactory(post=post, happened_at=timezone.now() - dt.timedelta(days=2))
    PassageFactory(post=PostFactory(compound=cast.yushu_rental))

    assert shown(sign_in(cast.secretary).get(LIST)) == {mine.pk}


@pytest.mark.parametrize("asked", ["direction=out", "person=visitor", "result=held"])
def test_the_list_is_filtered(cast, sign_in, post, asked):
    name, value = asked.split("=")
    PassageFactory(post=post)
    wanted = PassageFactory(post=post, **{name: value})

    assert shown(sign_in(cast.worker).get(f"{LIST}?{asked}")) == {wanted.pk}


def test_the_list_is_filtered_by_day_and_post(cast, sign_in, post):
    before = PassageFactory(post=post, happened_at=timezone.now() - dt.timedelta(days=2))
    PassageFactory(post=PostFactory(compound=cast.hefengyuan), happened_at=before.happened_at)

    assert shown(sign_in(cast.worker).get(f"{LIST}?day={before.day}&post={post.pk}")) == {before.pk}


@pytest.mark.parametrize(
    "asked",
    ["day=2022-02-30", "day=%00", "post=x", "post=99999999999999999999", "direction=up", "page=-1", "page=x", "result[]=1"],
)
def test_nonsense_in_the_address_asks_nothing(cast, sign_in, post, asked):
    mine = PassageFactory(post=post)

    assert shown(sign_in(cast.secretary).get(f"{LIST}?{asked}")) == {mine.pk}


def test_personal_values_are_masked(cast, sign_in, post):
    PassageFactory(post=post, written_name="王建国", written_phone="19900001234", plate_no="鄂A12345")
    client = sign_in(cast.secretary)

    for address in (LIST, f"{LIST}print/"):
        text = client.get(address).content.decode()
        assert "王**" in text
        assert not any(value in text for value in ("王建国", "19900001234", "鄂A12345"))


@pytest.mark.parametrize("address", [LIST, f"{LIST}print/"])
def test_lists_take_the_same_statements_for_one_row_and_for_three(cast, sign_in, post, queries, address):
    client = sign_in(cast.secretary)

    def count():
        with queries() as seen:
            client.get(address)
        return len(seen)

    PassageFactory(post=post)
    one = count()
    PassageFactory.create_batch(2, post=post)
    assert one == count() <= 12


def test_the_printed_register_says_by_which_pass_somebody_went_out(cast, sign_in, post):
    card = EntryPassFactory(dwelling=DwellingFactory(entrance__building__compound=cast.hefengyuan), number=42)
    PassUseFactory(entry_pass=card, post=post)

    assert "<td>000042</td>" in sign_in(cast.secretary).get(f"{LIST}print/").content.decode()


@pytest.mark.parametrize(("minutes", "said"), [(180, "180 minutes fast"), (-60, "60 minutes slow"), (0, ""), (None, "")])
def test_a_wrong_clock_is_said_on_the_list_and_on_the_page(cast, sign_in, post, minutes, said):
    at = timezone.now()
    clock = None if minutes is None else at + dt.timedelta(minutes=minutes)
    row = PassageFactory(post=post, happened_at=at, phone_at=clock)
    client = sign_in(cast.secretary)

    for address in (LIST, f"{LIST}{row.pk}/"):
        text = client.get(address).content.decode()
        assert said in text
        assert ("its clock is" in text) == bool(said)


def test_the_empty_register_has_lines_to_write_on(cast, sign_in, post):
    PassageFactory(post=post)
    response = sign_in(cast.worker).get(f"{LIST}print/?blank=1")

    assert (len(response.context["rows"]), len(response.context["blank"])) == (0, 18)


CORRECTION = {"direction": "out", "person": "resident", "home": "1-1-101", "result": "passed", "why": "楼栋记错"}


def test_a_correction_keeps_what_was_shown_masked(cast, sign_in, post):
    old = PassageFactory(post=post, written_name="王建国", written_phone="19900001234")

    response = sign_in(cast.secretary).post(f"{LIST}{old.pk}/", CORRECTION)

    new = Passage.objects.standing().get()
    assert response.url == f"{LIST}{new.pk}/"
    assert (new.direction, new.written_home, new.written_name, new.written_phone) == ("out", "1-1-101", "王建国", "19900001234")
    assert Passage.objects.get(voids=old).result_note == "楼栋记错"


@pytest.mark.parametrize(
    ("changed", "field"), [({"why": ""}, "why"), ({"temperature": "366"}, "temperature"), ({"person": "ghost"}, "person")]
)
def test_a_correction_that_cannot_be_is_said_at_its_field(cast, sign_in, post, changed, field):
    old = PassageFactory(post=post)

    response = sign_in(cast.secretary).post(f"{LIST}{old.pk}/", {**CORRECTION, **changed})

    assert list(response.context["form"].errors) == [field]
    assert Passage.objects.count() == 1


def test_striking_needs_a_reason_and_leaves_a_line(cast, sign_in, post):
    row = PassageFactory(post=post)
    client = sign_in(cast.secretary)

    client.post(f"{LIST}{row.pk}/void/", {"why": " "})
    assert Passage.objects.standing().count() == 1
    client.post(f"{LIST}{row.pk}/void/", {"why": "没有此事"})

    assert Passage.objects.standing().count() == 0
    assert Event.objects.get(kind="passage.voided").after == {"result_note": "***"}
    assert client.get(f"{LIST}{row.pk}/").status_code == 200


def test_the_lead_of_the_shift_corrects_and_the_crew_does_not(cast, sign_in, post):
    shift = ShiftFactory(post=post)
    row = PassageFactory(post=post, shift=shift)
    assignment = AssignmentFactory(shift=shift, cadre=cast.cadre)

    assert sign_in(cast.cadre_user).get(f"{LIST}{row.pk}/").status_code == 404
    type(assignment).objects.update(is_lead=True)
    assert sign_in(cast.cadre_user).get(f"{LIST}{row.pk}/").status_code == 200
    assert sign_in(cast.other_secretary).get(f"{LIST}{row.pk}/").status_code == 404
