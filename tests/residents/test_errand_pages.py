"""The pages of errands: the queue, one errand, the phone, the money."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from residents.models import Errand, ErrandLine, ErrandState, Payment
from residents.services import errand_kinds, errands
from tests import factories

LIST = reverse("residents:errand_list")


@pytest.fixture
def home(cast):
    errand_kinds.ensure()
    entrance = factories.EntranceFactory(number="3", building__number="17", building__compound=cast.hefengyuan)
    return factories.DwellingFactory(entrance=entrance, floor=7, room_no="702")


def waiting(home, count=1, **more):
    return [factories.ErrandFactory(dwelling=home, **more) for _ in range(count)]


def url(name, *args):
    return reverse(f"residents:errand_{name}", args=args)


def test_the_queue_shows_names_masked_and_the_home(cast, sign_in, home):
    waiting(home)
    page = sign_in(cast.cadre_user).get(LIST)
    assert [row.home for row in page.context["rows"]] == ["荷风苑 17-3-702"]
    assert b"\xe7\x8e\x8b\xe5\xbb\xba\xe5\x9b\xbd" not in page.content  # 王建国
    assert b"19900021234" not in page.content


@pytest.mark.parametrize("view", ["waiting", "overdue", "in_hand", "to_settle", "ended", "'; DROP", "\x00"])
def test_every_view_of_the_queue_opens(cast, sign_in, home, view):
    waiting(home)
    answers = [sign_in(cast.worker).get(LIST, {"view": view, "kind": "groceries", "compound": bad}).status_code for bad in
               ("", "x", "9" * 30, "²", str(cast.hefengyuan.pk))]  # fmt: skip
    assert answers == [200] * 5


def test_the_queue_asks_a_fixed_number_of_statements(cast, sign_in, home, queries):
    client = sign_in(cast.worker)
    seen = []
    for count in (1, 2):
        waiting(home, count)
        with queries() as asked:
            client.get(LIST)
        seen.append(len(asked))
    assert seen[0] == seen[1]
    assert seen[0] <= 12


def test_the_queue_refreshes_as_the_same_part(cast, sign_in, home):
    waiting(home)
    part = sign_in(cast.worker).get(LIST, headers={"hx-request": "true", "hx-target": "errand-rows"})
    assert part.content.strip().startswith(b'<div id="errand-rows"')


def test_the_printed_queue_names_what_was_chosen(cast, sign_in, home):
    asked = {"kind": "medicine", "compound": cast.hefengyuan.pk, "building": "17"}
    named = sign_in(cast.worker).get(LIST, asked, headers={"accept-language": "zh-Hans"}).context["named"]
    assert named == ["买药", "荷风苑", "17"]
    assert sign_in(cast.worker).get(LIST, {"kind": "nonsense", "compound": "²"}).context["named"] == []


def test_the_link_of_one_reader_is_shown_to_the_desk_and_stands_on_no_paper(cast, sign_in, home):
    address = reverse("residents:errand_detail", args=[waiting(home)[0].pk])
    before, _link, _after = sign_in(cast.worker).get(address).content.decode().partition("/ask/e")
    assert before.rpartition("<section ")[2].startswith('class="p-panel p-screen"')


SCREEN = reverse("residents:errand_screen")


def test_the_screen_counts_and_shows_buildings_but_no_room_and_no_resident(cast, sign_in, home):
    old, late = (timezone.now() - dt.timedelta(hours=n) for n in (3, 1))
    waiting(home, urgency=2, waits_since=late, promised_by=late)
    waiting(home, waits_since=old)
    # What was written by hand may name a room, and names no building for sure.
    factories.ErrandFactory(dwelling=None, entrance=None, community=cast.qinghe, written_home="9栋1-903", what="给李奶奶")
    hers = {"assignee": cast.cadre_user, "accepted_at": old, "accepted_by": cast.cadre_user}
    waiting(home, state=ErrandState.ACCEPTED, **hers)
    waiting(home, state=ErrandState.IN_PROGRESS, started_at=late, **hers)
    page = sign_in(cast.worker).get(SCREEN)
    screen, text = page.context["screen"], page.content.decode()
    assert {name: screen.counts[name] for name in ("waiting", "overdue", "taken", "on_the_way")} == {
        "waiting": 3, "overdue": 2, "taken": 1, "on_the_way": 1,
    }  # fmt: skip
    assert [count for _label, _urgent, count in screen.urgencies] == [0, 1, 0, 2]
    assert [row.building for row in screen.longest] == ["荷风苑 17栋", "荷风苑 17栋", ""]
    assert [row.assignee for row in screen.on_the_way] == [cast.cadre_user]
    assert ("荷风苑 17栋" in text, f'<noscript><a href="{SCREEN}">' in text) == (True, True)
    # An old television without script asks again by itself.
    assert page["Refresh"] == "60"
    assert not any(told in text for told in ("3-702", "17-3", "1-903", "王建国", "19900021234", "李奶奶", "<form"))


def test_the_screen_is_of_ones_own_communities_and_of_a_compound_that_is_asked_for(cast, sign_in, home):
    waiting(home)
    other = factories.CompoundFactory(community=cast.qinghe)
    waits = [sign_in(who).get(SCREEN, asked).context["screen"].counts["waiting"] for who, asked in (
        (cast.worker, {}), (cast.worker, {"compound": other.pk}), (cast.worker, {"compound": "²"}), (cast.other_secretary, {}),
    )]  # fmt: skip
    assert waits == [1, 0, 1, 0]


def test_the_screen_refreshes_as_a_part_and_asks_a_fixed_number_of_statements(cast, sign_in, home, queries):
    client, seen = sign_in(cast.worker), []
    hers = {"assignee": cast.cadre_user, "accepted_at": timezone.now(), "accepted_by": cast.cadre_user}
    for count in (1, 2):
        waiting(home, count)
        waiting(home, count, state=ErrandState.IN_PROGRESS, **hers)
        with queries() as asked:
            part = client.get(SCREEN, headers={"hx-request": "true", "hx-target": "errand-screen"})
        seen.append(len(asked))
    assert part.content.strip().startswith(b'<div id="errand-screen"')
    assert seen[0] == seen[1] <= 8


def test_a_cadre_takes_one_and_brings_it(cast, sign_in, home):
    (errand,) = waiting(home)
    line = ErrandLine.objects.create(errand=errand, position=1, name="盐")
    client = sign_in(cast.cadre_user)
    client.post(url("step", errand.pk, "claim"))
    assert b"19900021234" in client.get(url("detail", errand.pk)).content
    assert [row.pk for row in client.get(url("mine")).context["rows"]] == [errand.pk]
    client.post(url("step", errand.pk, "start"))
    client.post(url("line", line.pk), {"state": "bought", "back": "mine"})
    client.post(url("step", errand.pk, "bought"))
    client.post(url("step", errand.pk, "deliver"), {"outcome": "handed"})
    client.post(url("step", errand.pk, "settle"))
    errand.refresh_from_db()
    assert (errand.state, errand.lines.get().state) == (ErrandState.CLOSED, "bought")


@pytest.mark.parametrize("step", ["deliver", "fail", "hand-over", "give-back", "note", "assign", "urgency", "merge", "refer",
                                  "cancel", "claim"])  # fmt: skip
def test_every_step_has_a_page_that_answers_kindly(cast, sign_in, home, step):
    (errand,) = waiting(home, assignee=cast.worker, state=ErrandState.ACCEPTED)
    client = sign_in(cast.worker)
    assert client.get(url("step", errand.pk, step)).status_code == 200
    if step != "claim":
        assert client.post(url("step", errand.pk, step), {"outcome": "x", "helper": "x", "urgency": "9"}).status_code == 422


def test_an_unknown_step_is_not_there(cast, sign_in, home):
    (errand,) = waiting(home)
    assert sign_in(cast.worker).post(url("step", errand.pk, "explode")).status_code == 404


def test_taken_down_by_phone(cast, sign_in, home):
    client = sign_in(cast.worker)
    form = client.get(url("create"), {"kind": "groceries"}).context["form"]
    sent = {
        "kind": "groceries", "key": str(form["key"].value()), "compound": cast.hefengyuan.pk, "home": "17号楼3单元702",
        "name": "王建国", "phone": "19900021234", "what": "大米 10 斤\n鸡蛋30个\n盐", "urgency": "4", "channel": "phone",
    }  # fmt: skip
    for _ in range(3):
        assert client.post(url("create"), sent).status_code == 302
    errand = Errand.objects.get()
    assert (errand.dwelling, [str(line) for line in errand.lines.all()]) == (home, ["大米 10斤", "鸡蛋 30个", "盐 1"])


@pytest.mark.parametrize(
    "bad", [{"home": ""}, {"phone": "call me"}, {"what": "\u202e"}, {"what": "\x00"}, {"urgency": "7"},
            {"need_by": "2001-01-01T00:00"},
            {"compound": "999999"}, {"what": "\n".join("abcdefghijklmnopqrstuvwxyzABCDEFGHIJ")}],
)  # fmt: skip
def test_a_request_that_cannot_be_is_answered_at_its_field(cast, sign_in, home, bad):
    good = {
        "kind": "groceries",
        "compound": cast.hefengyuan.pk,
        "home": "17-3-702",
        "what": "盐",
        "urgency": "4",
        "channel": "phone",
    }
    page = sign_in(cast.worker).post(url("create"), good | bad)
    assert (page.status_code, list(page.context["form"].errors), Errand.objects.count()) == (422, list(bad), 0)


def test_script_is_shown_as_it_was_typed(cast, sign_in, home):
    nasty = "<script>alert(1)</script>{{ 7|add:7 }}"
    (errand,) = waiting(home, what=nasty, written_name=nasty, assignee=cast.worker, state=ErrandState.ACCEPTED)
    page = sign_in(cast.worker).get(url("detail", errand.pk)).content.decode()
    assert "<script>alert" not in page
    assert "{{ 7|add:7 }}" in page


def test_money_needs_a_receipt_and_has_cents(cast, sign_in, home):
    (errand,) = waiting(home, assignee=cast.cadre_user, state=ErrandState.ACCEPTED)
    client = sign_in(cast.cadre_user)
    for amount in ("-1", "0", "0.001", "1000000000", "1e9", "NaN", "12,50x", ""):
        page = client.post(url("pay", errand.pk), {"kind": "paid", "amount": amount})
        assert (amount, page.status_code) == (amount, 422)
    assert client.post(url("pay", errand.pk), {"kind": "advanced", "amount": "12.50"}).status_code == 422
    assert client.post(url("pay", errand.pk), {"kind": "reimbursed", "amount": "12.50"}).status_code == 422
    sent = {"kind": "paid", "amount": "12.50", "key": str(uuid.uuid4())}
    assert [client.post(url("pay", errand.pk), sent).status_code for _ in range(2)] == [302, 302]
    assert list(Payment.objects.values_list("amount", flat=True)) == [Decimal("12.50")]


def test_the_ledger_and_ones_own_book_open(cast, sign_in, home):
    (errand,) = waiting(home, assignee=cast.cadre_user, state=ErrandState.ACCEPTED)
    sign_in(cast.cadre_user).post(url("pay", errand.pk), {"kind": "paid", "amount": "3.20"})
    assert [(user, row.paid) for user, row in sign_in(cast.worker).get(url("ledger")).context["rows"]] == [
        (cast.cadre_user, Decimal("3.20"))
    ]
    assert len(sign_in(cast.cadre_user).get(url("book", cast.cadre_user.pk)).context["rows"]) == 1
    assert sign_in(cast.worker).get(url("book", cast.cadre_user.pk)).status_code == 200


def test_a_sheet_for_every_stairwell_and_one_for_the_group(cast, sign_in, home):
    page = sign_in(cast.secretary).get(url("sheets"), {"compound": cast.hefengyuan.pk})
    assert len(page.context["sheets"]) == 2


def test_a_chat_message_becomes_a_request_after_a_look(cast, sign_in, home):
    client = sign_in(cast.worker)
    text = "王大妈:17号楼3单元702,降压药没了,帮忙买两盒,电话 199 0002 1234 谢谢🙏"
    page = client.post(url("paste"), {"compound": cast.hefengyuan.pk, "text": text})
    found = {name: page.context["form"].initial[name] for name in ("home", "name", "phone", "kind")}
    assert (found, Errand.objects.count()) == (
        {"home": "17-3-702", "name": "王大妈", "phone": "19900021234", "kind": "medicine"}, 0
    )  # fmt: skip


@pytest.mark.parametrize("text", ["😀" * 5000, "a" * 20_000, "没有门牌", "17-3-702 和 9-1-101 都要菜", "-" * 19_999 + "1"])
def test_any_message_can_be_pasted(cast, sign_in, home, text):
    page = sign_in(cast.worker).post(url("paste"), {"compound": cast.hefengyuan.pk, "text": text})
    assert page.status_code == 200
    if "和" in text:
        assert page.context["guess"].others == ["9-1-101"]


def test_hand_over_offers_only_who_does_errands_here(cast, sign_in, home):
    (errand,) = waiting(home, assignee=cast.cadre_user, state=ErrandState.ACCEPTED)
    page = sign_in(cast.cadre_user).get(url("step", errand.pk, "hand-over"))
    offered = set(page.context["form"].fields["helper"].queryset)
    assert offered == {cast.worker, cast.secretary}
    errands.hand_over(errand_id=errand.pk, helper=cast.worker, by=cast.cadre_user)
