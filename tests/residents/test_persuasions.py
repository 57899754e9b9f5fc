"""Talks with those who refuse: attempts are counted, pages show them to whom they concern."""

import pytest
from django.urls import reverse

from residents.models import Persuasion
from residents.services import persuasions
from residents.services.tasks import Place
from tests import factories

LIST, NEW = reverse("residents:persuasion_list"), reverse("residents:persuasion_create")


@pytest.fixture
def home(cast):
    entrance = factories.EntranceFactory(number="3", building__number="17", building__compound=cast.hefengyuan)
    return factories.DwellingFactory(entrance=entrance, room_no="702")


def talk(cast, place, topic="mask", result="refused", by=None):
    return persuasions.record(place=place, topic=topic, method="door", result=result, by=by or cast.cadre_user)


def test_attempts_are_counted_by_home_and_topic(cast, home):
    at_home, at_gate = Place(cast.qinghe, dwelling=home), Place(cast.qinghe, words="东门")
    numbers = [talk(cast, at_home).attempt_no, talk(cast, at_home).attempt_no, talk(cast, at_home, "test").attempt_no,
               talk(cast, at_gate).attempt_no, talk(cast, at_gate).attempt_no]  # fmt: skip
    assert numbers == [1, 2, 1, 1, 2]


def test_an_attempt_of_a_case_written_by_older_code_belongs_to_its_community(cast):
    case = factories.QuarantineCaseFactory(community=cast.qinghe)
    old = Persuasion.objects.create(
        case=case, topic="register", attempt_no=1, method="door", result="agreed", spoken_by=cast.worker,
        spoken_at=case.community.persuasions.model._meta.get_field("spoken_at").to_python("2022-04-10T08:00:00+08:00"),
    )  # fmt: skip
    own = type(cast.qinghe).objects.filter(pk=cast.qinghe.pk)
    assert list(Persuasion.objects.within(own)) == [old]


def test_written_down_at_the_door_and_read_by_the_desk(cast, sign_in, home, queries):
    client = sign_in(cast.cadre_user)
    good = {"compound": cast.hefengyuan.pk, "where": "17-3-702", "topic": "mask", "method": "door", "result": "agreed"}
    for bad in ({"topic": "x"}, {"result": ""}, {"note": "\x00"}, {"compound": cast.yushu_rental.pk}, {"where": "\u202e"}):
        assert client.post(NEW, good | bad).status_code == 422
    assert client.post(NEW, good | {"note": "<script>alert(1)</script>"}).status_code == 302
    desk, seen = sign_in(cast.worker), []
    for count in (1, 2):
        for _ in range(count):
            talk(cast, Place(cast.qinghe, dwelling=home))
        with queries() as asked:
            page = desk.get(LIST)
        seen.append(len(asked))
    assert seen[0] == seen[1] <= 12
    assert b"<script>alert" not in page.content
    assert len(sign_in(cast.worker).get(LIST, {"result": "agreed"}).context["rows"]) == 1
    assert len(sign_in(cast.cadre2_user).get(LIST).context["rows"]) == 0
