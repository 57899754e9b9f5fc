"""The resident's own pages: no account, nothing told to strangers, nothing lost, nothing twice."""

import datetime as dt
import uuid
from collections import Counter

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from portal.accounts.services.attempts import Limit
from portal.lib.errors import Refused
from portal.reports.exports.errands import errand_rows
from portal.reports.exports.tables import Asked
from residents.models import Community, Errand, ErrandKind, ErrandLine, ErrandState
from residents.services import asks, errand_kinds, errands
from residents.services.ask_sheets import Sheet
from residents.services.asks import Crowd
from tests import factories


@pytest.fixture
def entrance(cast):
    errand_kinds.ensure()
    return factories.EntranceFactory(number="3", building__number="17", building__compound=cast.hefengyuan)


@pytest.fixture
def home(entrance):
    return factories.DwellingFactory(entrance=entrance, floor=7, room_no="702")


@pytest.fixture
def resident():
    return Client(headers={"accept-language": "en"})


def page_of(token):
    return reverse("residents:ask", args=[token])


def sheet_of(entrance):
    return Sheet(entrance.building.compound, entrance)


def filled(client, address, **more):
    """The form as a phone sends it."""
    page = client.get(address, {"kind": "groceries"})
    return {
        "kind": "groceries", "key": str(page.context["key"]), "home": "702", "name": "王建国", "phone": "19900021234",
        "what": "大米 10 斤", **more,
    }  # fmt: skip


def test_from_the_sheet_to_the_thanks(cast, resident, home, sign_in):
    address = page_of(asks.sheet_link(sheet_of(home.entrance)))
    assert resident.get(address).status_code == 200
    answer = resident.post(address, filled(resident, address))
    errand = Errand.objects.get()
    assert (errand.dwelling, errand.channel, errand.lines.count()) == (home, "own", 1)
    private = answer.headers["Location"]
    assert b"We have your request" in resident.get(private).content

    resident.post(private, {"do": "add", "text": "要新米"})
    errands.claim(errand_id=errand.pk, by=cast.cadre_user)
    assert b"Somebody has it" in resident.get(private).content
    errands.deliver(errand_id=errand.pk, outcome="handed", by=cast.cadre_user)
    resident.post(private, {"do": "confirm", "text": "谢谢"})
    errand.refresh_from_db()
    assert errand.confirmed_at
    assert list(errand.notes.values_list("text", flat=True)) == ["要新米", "谢谢"]
    # What was asked for and the word of thanks stand apart, for the resident and at the desk.
    for page, said in (
        (resident.get(private), "said"),
        (sign_in(cast.secretary).get(f"/residents/errands/{errand.pk}/"), "notes"),
    ):
        assert [[note.text for note in page.context[name]] for name in (said, "thanks")] == [["要新米"], ["谢谢"]]


def test_an_impatient_thumb_asks_once_and_other_words_are_another_request(resident, home):
    address = page_of(asks.sheet_link(sheet_of(home.entrance)))
    sent = filled(resident, address)
    first = [resident.post(address, sent).headers["Location"].split(".")[0] for _ in range(3)]
    resident.post(address, sent | {"what": "盐"})
    assert (len(set(first)), Errand.objects.count()) == (1, 2)


def test_a_room_that_is_not_in_the_ledger_is_answered_the_same(resident, home):
    address = page_of(asks.sheet_link(sheet_of(home.entrance)))
    answers = [resident.post(address, filled(resident, address, home=room)).status_code for room in ("702", "9999")]
    assert answers == [302, 302]
    assert list(Errand.objects.order_by("id").values_list("dwelling", flat=True)) == [home.pk, None]


def test_the_pages_show_nothing_of_a_home(cast, resident, entrance):
    home = factories.DwellingFactory(entrance=entrance, room_no="1904")
    known = factories.ResidentFactory(dwelling=home, name="赵钱孙", phone="19900029876")
    address = page_of(asks.sheet_link(sheet_of(home.entrance)))
    private = resident.post(address, filled(resident, address, home="1904", name="赵钱孙")).headers["Location"]
    assert Errand.objects.get().resident == known
    seen = resident.get(address, {"kind": "medicine"}).content + Client().get(private).content
    for told in ("1904", "赵钱孙", "19900029876", "19900021234"):
        assert told.encode() not in seen


def test_a_link_that_was_altered_or_made_up_leads_nowhere(resident, home):
    errand = factories.ErrandFactory(dwelling=home)
    good = asks.errand_link(errand)
    key, stamp, mark = good.split(".")
    other = f"e{errand.pk + 1}-1"
    bad = [
        f"{other}.{stamp}.{mark}",
        f"{key}.{stamp}.{mark[:-1]}",
        f"{key}.{stamp[:-1]}{'y' if stamp.endswith('x') else 'x'}.{mark}",
        key,
        "..",
        "%00",
        "e1-1",
        "\u202e",
    ]
    assert resident.get(page_of(good)).status_code == 200
    assert {resident.get(page_of(token)).status_code for token in bad} == {404}
    # Whoever has no account is shown the way in, not the way to a sign-in.
    lost = resident.get(page_of(bad[1])).content.decode()
    assert ("Scan the sheet at the door" in lost, "/login/" in lost) == (True, False)
    assert {resident.post(page_of(token), {"do": "cancel"}).status_code for token in bad} == {404}


def test_a_private_link_reused_for_another_home_shows_and_changes_nothing_of_it(resident, home):
    other_home = factories.DwellingFactory(entrance=home.entrance, room_no="802")
    mine, other = (factories.ErrandFactory(dwelling=one, what=what) for one, what in ((home, "大米"), (other_home, "李家的药")))
    _key, rest = asks.errand_link(mine).split(".", 1)
    reused = page_of(f"e{other.pk}-1.{rest}")
    assert [resident.get(reused).status_code, resident.post(reused, {"do": "cancel", "text": "x"}).status_code] == [404, 404]
    link = page_of(asks.errand_link(mine))
    assert "李家的药" not in resident.get(link).content.decode()
    resident.post(link, {"do": "cancel", "text": "x", "errand": other.pk, "home": "802"})
    states = [Errand.objects.get(pk=row.pk).state for row in (mine, other)]
    assert states == [ErrandState.CANCELLED, ErrandState.REQUESTED]


def test_a_form_sent_again_from_the_sheet_of_another_home_is_a_request_of_its_own(resident, home):
    """The same key and the same words at another entrance never lead to the page of the first."""
    there = factories.EntranceFactory(number="1", building__number="9", building__compound=home.entrance.building.compound)
    sheets = [page_of(asks.sheet_link(sheet_of(entrance))) for entrance in (home.entrance, there)]
    sent = filled(resident, sheets[0])
    links = [resident.post(sheet, sent).headers["Location"] for sheet in sheets]
    assert len({link.split(".")[0] for link in links}) == 2
    rows = Errand.objects.order_by("id").values_list("entrance", "dwelling")
    assert list(rows) == [(home.entrance.pk, home.pk), (there.pk, None)]


def test_a_thousand_guesses_find_nothing_and_break_nothing(resident, home):
    errand = factories.ErrandFactory(dwelling=home)
    key, stamp, mark = asks.errand_link(errand).split(".")
    guesses = {f"{mark[:-3]}{number:03}" for number in range(1000)} - {mark}
    answers = {asks.opened(f"{key}.{stamp}.{guess}") for guess in guesses}
    assert answers == {None}


def test_a_sheet_ends_after_the_days_of_the_policy(resident, home):
    token = asks.sheet_link(sheet_of(home.entrance))
    with time_machine.travel(timezone.now() + dt.timedelta(days=91)):
        page = resident.get(page_of(token))
    assert (page.status_code, b"This link has ended" in page.content) == (410, True)


def test_a_private_link_ends_two_weeks_after_its_errand(resident, home):
    errand = factories.ErrandFactory(dwelling=home)
    token = asks.errand_link(errand)
    errands.cancel(errand_id=errand.pk, reason="x", by=None)
    assert resident.get(page_of(token)).status_code == 200
    with time_machine.travel(timezone.now() + dt.timedelta(days=15)):
        assert resident.get(page_of(token)).status_code == 410


def test_a_new_version_makes_the_old_link_worthless(resident, home):
    errand = factories.ErrandFactory(dwelling=home)
    token = asks.errand_link(errand)
    Errand.objects.update(link_version=2)
    assert resident.get(page_of(token)).status_code == 404


def test_one_phone_asks_so_often_and_then_waits(resident, home):
    address = page_of(asks.sheet_link(sheet_of(home.entrance)))
    sent = filled(resident, address)
    answers = [resident.post(address, sent | {"what": f"盐 {number}"}).status_code for number in range(12)]
    assert answers == [302] * 8 + [429] * 4
    assert Errand.objects.count() == 8
    # Another phone of the same stairwell is still heard.
    assert resident.post(address, sent | {"phone": "19900021235"}).status_code == 302


@pytest.mark.parametrize(
    "bad", [{"home": ""}, {"name": ""}, {"phone": ""}, {"phone": "<script>"}, {"what": "x" * 1001}, {"home": "7" * 41},
            {"what": "\x00"}, {"by": "yesterday"}],
)  # fmt: skip
def test_what_cannot_be_is_answered_at_its_field(resident, home, bad):
    address = page_of(asks.sheet_link(sheet_of(home.entrance)))
    page = resident.post(address, filled(resident, address) | bad)
    assert (page.status_code, list(page.context["form"].errors), Errand.objects.count()) == (422, list(bad), 0)


@pytest.mark.parametrize("key", ["", "x", "\x00", "1" * 4000])
def test_a_missing_or_broken_key_still_stores(resident, home, key):
    address = page_of(asks.sheet_link(sheet_of(home.entrance)))
    assert resident.post(address, filled(resident, address, key=key)).status_code == 302


@pytest.mark.parametrize(("bad", "words"), [({"what": "盐" * 1001}, "最多1000个字"), ({"by": "never"}, "请重新选择")])
def test_what_is_refused_is_said_as_people_say_it(resident, home, bad, words):
    address = page_of(asks.sheet_link(sheet_of(home.entrance)))
    page = Client(headers={"accept-language": "zh-CN"}).post(address, filled(resident, address) | bad)
    assert (page.status_code, words in page.content.decode()) == (422, True)


def test_script_in_a_request_is_only_text(resident, home):
    address = page_of(asks.sheet_link(sheet_of(home.entrance)))
    private = resident.post(address, filled(resident, address, what="<script>alert(1)</script>")).headers["Location"]
    assert b"<script>" not in resident.get(private).content


def test_a_substitute_is_answered_only_for_ones_own_request(cast, home):
    mine, other = (factories.ErrandFactory(dwelling=home, assignee=cast.cadre_user, state=ErrandState.ACCEPTED) for _ in "ab")
    line = ErrandLine.objects.create(errand=other, position=1, name="米", state="asked", substitute="面")
    with pytest.raises(Refused, match="not part of your request"):
        asks.answer(errand=mine, line_id=line.pk, agreed=True)
    assert asks.answer(errand=other, line_id=line.pk, agreed=False).state == "declined"


def test_a_complaint_tells_the_desk(cast, resident, home):
    errand = factories.ErrandFactory(dwelling=home)
    errands.claim(errand_id=errand.pk, by=cast.cadre_user)
    errands.deliver(errand_id=errand.pk, outcome="handed", by=cast.cadre_user)
    resident.post(page_of(asks.errand_link(errand)), {"do": "wrong", "text": "少了一盒"})
    errand.refresh_from_db()
    assert (errand.state, [m.kind for m in cast.secretary.inbox.all()]) == (ErrandState.REOPENED, ["errand_wrong"])


@pytest.mark.parametrize("do", ["", "explode", "agree", "cancel", "confirm", "wrong", "add"])
def test_whatever_is_pressed_is_answered_kindly(resident, home, do):
    errand = factories.ErrandFactory(dwelling=home)
    for line in ("", "x", "²", "9" * 40):
        assert resident.post(page_of(asks.errand_link(errand)), {"do": do, "line": line, "text": "\x00"}).status_code == 302


def test_the_kind_page_and_the_form_ask_few_statements(resident, home, queries):
    address = page_of(asks.sheet_link(sheet_of(home.entrance)))
    with queries() as seen:
        resident.get(address)
        resident.get(address, {"kind": "groceries"})
    assert len(seen) <= 10


def flood(client, address, sent, count, **more):
    """So many different requests, each from a phone of its own."""
    return [
        client.post(address, {**sent, "key": str(uuid.uuid4()), "phone": f"1990003{number:04}"}, **more).status_code
        for number in range(count)
    ]


@pytest.fixture
def tight(monkeypatch):
    """The same limits, reached sooner."""
    monkeypatch.setattr(asks, "PER_ADDRESS", Limit(5, 10))
    monkeypatch.setattr(asks, "MOST_PER_ADDRESS", Limit(9, 10))


def test_a_flood_is_asked_to_count_and_a_person_behind_the_same_address_is_heard(tight, resident, home):
    address = page_of(asks.sheet_link(sheet_of(home.entrance)))
    sent = filled(resident, address)
    assert flood(resident, address, sent, 20) == [302] * 5 + [429] * 15
    assert Errand.objects.count() == 5
    page = resident.post(address, sent)
    form = page.context["form"]
    assert (page.status_code, form["what"].value(), form["key"].value()) == (429, sent["what"], sent["key"])
    counted = sum(asks.riddle(uuid.UUID(sent["key"])))
    wrong = resident.post(address, sent | {"sum": str(counted + 1)})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (429, ["sum"])
    full_width = str(counted).translate({48 + n: 0xFF10 + n for n in range(10)})
    assert resident.post(address, sent | {"sum": full_width}).status_code == 302
    assert Errand.objects.count() == 6


def test_even_who_counts_right_is_no_crowd_of_thousands(tight, resident, home):
    address = page_of(asks.sheet_link(sheet_of(home.entrance)))
    sent, answers = filled(resident, address), []
    for number in range(14):
        key = uuid.uuid4()
        counted = {"key": str(key), "sum": str(sum(asks.riddle(key))), "phone": f"1990003{number:04}"}
        answers.append(resident.post(address, sent | counted).status_code)
    assert answers == [302] * 9 + [429] * 5
    # From another address, asked as before.
    assert resident.post(address, sent, REMOTE_ADDR="192.0.2.9").status_code == 302


def test_the_same_request_again_is_answered_even_in_a_flood(tight, resident, home):
    address = page_of(asks.sheet_link(sheet_of(home.entrance)))
    sent = filled(resident, address)
    first = resident.post(address, sent)
    flood(resident, address, sent, 6)
    again = [resident.post(address, sent) for _ in range(12)]
    assert {answer.headers["Location"].split(".")[0] for answer in again} == {first.headers["Location"].split(".")[0]}


def test_five_hundred_in_a_minute_leave_thirty(resident, home):
    sheet = sheet_of(home.entrance)
    key = [asks.crowd(sheet=sheet, address="192.0.2.1", phone=f"199{n}", is_person=False) for n in range(500)]
    assert Counter(key) == {Crowd.FEW: 30, Crowd.MANY: 470}


def test_the_helper_hears_of_what_is_added(cast, home):
    errand = factories.ErrandFactory(dwelling=home, assignee=cast.cadre_user, state=ErrandState.ACCEPTED)
    asks.add(errand_id=errand.pk, text="再要一袋盐")
    message = cast.cadre_user.inbox.get()
    assert (message.kind, "盐" in str(message.facts)) == ("errand_added", False)


@pytest.mark.parametrize(("said", "urgency"), [("1", 1), ("2", 2), ("3", 3), ("4", 4), ("", 4)])
def test_how_bad_it_is_sets_the_promise(resident, home, said, urgency):
    address = page_of(asks.sheet_link(sheet_of(home.entrance)))
    private = resident.post(address, filled(resident, address, urgency=said)).headers["Location"]
    errand = Errand.objects.get()
    minutes = (errand.promised_by - errand.waits_since).total_seconds() / 60
    assert (errand.urgency, minutes) == (urgency, 15 if urgency <= 2 else 60)
    assert (b"tel:120" in resident.get(private).content) is (urgency <= 2)


def test_every_page_for_asking_begins_with_the_emergency_number(resident, home):
    address = page_of(asks.sheet_link(sheet_of(home.entrance)))
    for page in (reverse("residents:ask_start"), address, f"{address}?kind=medicine", f"{address}?kind=medical_trip"):
        text = resident.get(page).content.decode()
        assert 0 < text.index("tel:120") < text.index("</main>")
        assert text.find("<form", 0, text.index("tel:120")) == -1


def test_full_width_digits_are_digits(resident, home):
    address = page_of(asks.sheet_link(sheet_of(home.entrance)))
    sent = filled(resident, address, home="７０２", phone="１９９０００２１２３４")
    assert resident.post(address, sent).status_code == 302
    errand = Errand.objects.get()
    assert (errand.dwelling, errand.written_phone) == (home, "19900021234")


def test_whoever_goes_shopping_must_know_for_what(resident, home):
    address = page_of(asks.sheet_link(sheet_of(home.entrance)))
    page = resident.post(address, filled(resident, address, what=""))
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["what"])


def test_the_desk_gives_a_new_link_and_the_old_shows_nothing(cast, sign_in, resident, home):
    errand = factories.ErrandFactory(dwelling=home)
    old = page_of(asks.errand_link(errand))
    assert sign_in(cast.cadre_user).post(reverse("residents:errand_step", args=[errand.pk, "link"])).status_code == 403
    sign_in(cast.worker).post(reverse("residents:errand_step", args=[errand.pk, "link"]))
    errand.refresh_from_db()
    assert [resident.get(page).status_code for page in (old, page_of(asks.errand_link(errand)))] == [404, 200]


def test_what_it_cost_is_shown(cast, resident, home):
    errand = factories.ErrandFactory(dwelling=home, assignee=cast.cadre_user, state=ErrandState.IN_DELIVERY)
    errand.payments.create(kind="paid", amount="12.50", helper=cast.cadre_user, recorded_by=cast.cadre_user)
    errand.payments.create(kind="advanced", amount="7.50", helper=cast.cadre_user, recorded_by=cast.cadre_user, receipt="x.jpg")
    address = page_of(asks.errand_link(errand))
    shown = resident.get(address).content
    assert (b"It cost 20.00 yuan." in shown, b"7.50 yuan of it were advanced" in shown) == (True, True)
    errands.fail(errand_id=errand.pk, outcome="no_answer", note="SECRET", by=cast.cadre_user)
    shown = resident.get(address).content
    assert (b"Last time: nobody answers." in shown, b"SECRET" in shown) == (True, False)


def test_a_kind_that_was_changed_is_drawn_anew_and_in_the_readers_language(resident, home):
    """The fields of an empty form are kept between requests."""
    address = page_of(asks.sheet_link(sheet_of(home.entrance))) + "?kind=parcel"
    chinese = {"accept-language": "zh-hans"}
    read = resident.get(address).content.decode(), resident.get(address, headers=chinese).content.decode()
    assert ["pick-up code 3-2-1108" in read[0], "取件码 3-2-1108" in read[1]] == [True, True]
    ErrandKind.objects.filter(code="parcel").update(example="东门货架", example_en="", asks=[])
    changed = resident.get(address).content.decode()
    assert ("东门货架" in changed, "pick-up code" in changed) == (True, False)
    assert "Your room" in resident.get(address, headers={"accept-language": "en"}).content.decode()
    ErrandKind.objects.filter(code="parcel").update(in_use=False)
    assert "东门货架" not in resident.get(address).content.decode()


def test_a_letter_is_read_whole_by_the_resident_and_by_who_brings_it(cast, resident, home, sign_in):
    letter = "降压药一盒" + "医保卡在门口的红色信封里面" * 5 + "对青霉素过敏"
    address = page_of(asks.sheet_link(sheet_of(home.entrance)))
    own = resident.post(address, filled(resident, address, what=letter), follow=True)
    errand = Errand.objects.get()
    helper = sign_in(cast.cadre_user)
    helper.post(reverse("residents:errand_step", args=[errand.pk, "claim"]))
    seen = [helper.get(reverse(f"residents:{name}", args=keys)) for name, keys in
            (("errand_detail", [errand.pk]), ("errand_mine", []))]  # fmt: skip
    assert [answer.content.decode().count("对青霉素过敏") > 0 for answer in (own, *seen)] == [True] * 3


def test_a_reason_the_portal_gave_is_read_in_each_language(cast, resident, home, sign_in):
    address = page_of(asks.sheet_link(sheet_of(home.entrance)))
    resident.post(address, filled(resident, address))
    errand = Errand.objects.get()
    resident.post(page_of(asks.errand_link(errand)), {"do": "cancel"})
    errand.refresh_from_db()
    with translation.override("zh-hans"):
        assert errand.why_ended == "居民取消"
    assert errand.why_ended == "cancelled by the resident"
    # The register is a Chinese paper, whoever takes it out.
    today = timezone.localdate()
    asked = Asked(communities=Community.objects.all(), first=today, last=today, full=True)
    assert [row[-1] for row in errand_rows(asked)] == ["居民取消"]


@pytest.mark.parametrize(
    ("phone", "taken"),
    [("1380000", False), ("138 0000 000", False), ("1990002123", False), ("19900021234", True), ("116114", True),
     ("82345678", True), ("+86 19900021234", True), ("1", False)],
)  # fmt: skip
def test_a_mobile_number_with_digits_missing_is_asked_again(cast, resident, home, phone, taken):
    address = page_of(asks.sheet_link(sheet_of(home.entrance)))
    answer = resident.post(address, filled(resident, address, phone=phone))
    assert (answer.status_code == 302, Errand.objects.count()) == (taken, int(taken))
