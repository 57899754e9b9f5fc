"""What a pasted message of the chat group says: homes, people, kinds; of any message, in no time."""

import time

import pytest
from django.urls import reverse

from residents.models import Errand
from residents.services import errand_chat, errand_kinds
from residents.services.errand_requests import things_in
from tests import factories


@pytest.fixture
def home(cast):
    errand_kinds.ensure()
    entrance = factories.EntranceFactory(number="3", building__number="17", building__compound=cast.hefengyuan)
    return factories.DwellingFactory(entrance=entrance, floor=7, room_no="702")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("17-3-702 买盐", [("17-3-702", "17-3-702 买盐")]),
        ("17-3-702 和 9-1-101 都要菜", [("17-3-702", "17-3-702 都要菜"), ("9-1-101", "9-1-101 都要菜")]),
        ("17-3-702李大妈和9-1-101王大爷都要买菜 19900021234",
         [("17-3-702", "17-3-702李大妈 都要买菜"), ("9-1-101", "9-1-101王大爷都要买菜 19900021234")]),
        ("17-3-702 要降压药 19900021234 9-1-101 王大爷要米",
         [("17-3-702", "17-3-702 要降压药 19900021234"), ("9-1-101", "9-1-101 王大爷要米")]),
        ("李大妈17-3-702要药,王建国 9-1-101要米", [("17-3-702", "李大妈17-3-702要药"), ("9-1-101", "王建国 9-1-101要米")]),
        ("17-3-702 买盐\n9-1-101 倒垃圾\n17-3-702 还要糖 19900021234",
         [("17-3-702", "17-3-702 买盐\n17-3-702 还要糖 19900021234"), ("9-1-101", "9-1-101 倒垃圾")]),
        ("大家好\n17-3-702 买盐\n两袋\n9-1-101 倒垃圾",
         [("17-3-702", "大家好\n17-3-702 买盐\n两袋"), ("9-1-101", "9-1-101 倒垃圾")]),
        ("17号楼3单元702,再说一次 17-3-702", [("17-3-702", "17号楼3单元702,再说一次 17-3-702")]),
        ("没有门牌,电话 19900021234", [("", "没有门牌,电话 19900021234")]),
        ("199-0002-1234", [("", "199-0002-1234")]),
        ("", [("", "")]),
        # Full-width marks are written by number here: they look like ours, and were once taken for them.
        ("李大妈17-3-702要药\uff0c王建国9-1-101要米", [("17-3-702", "李大妈17-3-702要药"), ("9-1-101", "王建国9-1-101要米")]),
    ],
)  # fmt: skip
def test_each_home_has_the_words_that_speak_of_it(text, found):
    assert errand_chat.parts(text) == found


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("17-3-702 家里没菜了\uff0c青菜 3 斤、鸡蛋 30 个🥚\uff0c电话 19900031234", ["青菜 3斤", "鸡蛋 30个"]),
        ("李大妈\uff1a17号楼3单元702\uff0c麻烦帮忙买大米10斤\uff1b油一桶\uff0c谢谢🙏", ["大米 10斤", "油一桶 1"]),
        ("\uff11\uff17\uff0d3\uff0d702 青菜3斤 鸡蛋 30个 盐2袋", ["青菜 3斤", "鸡蛋 30个", "盐 2袋"]),
        ("买点菜 特仑苏 250ml 牛奶 2箱", ["菜 特仑苏 250ml 牛奶 2箱"]),
        ("家里没菜了 17-3-702", ["家里没菜了 1"]),
    ],
)  # fmt: skip
def test_the_list_of_the_shop_has_the_things_alone(cast, home, text, things):
    guess = errand_chat.read(text, community=cast.qinghe)
    assert guess.name in {"", "李大妈"}
    assert [f"{one.name} {one.quantity}{one.unit}" for one in things_in(guess.wish)] == things


def test_another_kind_keeps_what_was_typed(cast, sign_in, home):
    client, paste = sign_in(cast.worker), reverse("residents:errand_paste")
    form = client.post(paste, {"compound": cast.hefengyuan.pk, "text": "17-3-702 青菜 3 斤 19900021234"}).context["form"]
    answer = client.post(reverse("residents:errand_create"), sent_back(form, other="medicine", what="<script>1\x00"))
    other = answer.context["form"]
    assert (other.asked.code, Errand.objects.count(), b"<script>1" in answer.content) == ("medicine", 0, False)
    assert {name: other[name].value() for name in ("home", "phone", "what")} == {
        "home": "17-3-702", "phone": "19900021234", "what": "<script>1"
    }  # fmt: skip
    assert client.post(reverse("residents:errand_create"), sent_back(form, other="x")).status_code == 302


@pytest.mark.parametrize(
    "text",
    ["谢谢" * 10_000, "a1个 " * 4_000 + "b", "1" + " " * 19_999, "1-" * 10_000, "17 " * 6_666, "1号楼" * 5_000, "👵🏽" * 4_000],
)
def test_no_message_takes_long(text):
    begun = time.perf_counter()
    errand_chat.parts(text)
    things_in(errand_chat.goods(text))
    assert time.perf_counter() - begun < 2


def test_two_homes_in_a_message_are_taken_down_one_after_the_other(cast, sign_in, home):
    other = factories.DwellingFactory(entrance=home.entrance, room_no="703")
    client, paste = sign_in(cast.worker), reverse("residents:errand_paste")
    text = "王大妈 17-3-702 降压药 2 盒 19900021234,17-3-703 倒垃圾"
    form = client.post(paste, {"compound": cast.hefengyuan.pk, "text": text}).context["form"]
    assert (form.initial["what"], form.initial["phone"]) == ("降压药 2 盒", "19900021234")
    first = sent_back(form, detail_patient="王大妈", detail_drug="降压药")
    answer = client.post(reverse("residents:errand_create"), first)
    assert answer.status_code == 200
    following = answer.context["form"]
    # Nothing that the neighbour wrote, and not the neighbour's phone.
    assert {name: following.initial[name] for name in ("home", "what", "name", "phone")} == {
        "home": "17-3-703", "what": "17-3-703 倒垃圾", "name": "", "phone": ""
    }  # fmt: skip
    # The same page sent again makes nothing twice.
    client.post(reverse("residents:errand_create"), first)
    assert client.post(reverse("residents:errand_create"), sent_back(following)).status_code == 302
    assert list(Errand.objects.order_by("id").values_list("dwelling", "kind__code")) == [
        (home.pk, "medicine"), (other.pk, "rubbish")
    ]  # fmt: skip


def sent_back(form, **more):
    """The form as the page sends it when nothing is changed."""
    values = {name: form[name].value() for name in form.fields}
    values["compound"] = form.initial["compound"].pk
    return {name: value for name, value in values.items() if value is not None} | more


@pytest.mark.parametrize(
    "rest", ["x", "[1]", '[["a"]]', '{"a": 1}', '[["17-3-702", 5]]', "[" * 500, '[["<script>", "<script>"]]']
)
def test_a_forged_rest_breaks_nothing(cast, sign_in, home, rest):
    sent = {"kind": "rubbish", "compound": cast.hefengyuan.pk, "home": "17-3-702", "what": "两袋", "urgency": "4",
            "channel": "chat", "rest": rest}  # fmt: skip
    page = sign_in(cast.worker).post(reverse("residents:errand_create"), sent)
    assert page.status_code in {200, 302, 422}
    assert b'<script>"' not in page.content
