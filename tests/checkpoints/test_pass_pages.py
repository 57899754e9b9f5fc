"""Entry passes by page: the desk, the rules, the gate's one screen, paper, the public page."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from checkpoints.models import EntryPass, Passage, PassPolicy, PassUse
from checkpoints.services import pass_codes, pass_policies, pass_words, passages, passes
from checkpoints.services.pass_lookup import ELSEWHERE
from portal.accounts.models import Event
from portal.lib.crypto import lookup_hash
from portal.lib.dates import moment
from residents.models import Dwelling
from tests import factories
from tests.checkpoints.test_pass_rules import TABLE

DAY = dt.date(2022, 4, 10)
NINE = moment(DAY, dt.time(9))


@pytest.fixture(autouse=True)
def nine():
    with time_machine.travel(NINE, tick=False) as clock:
        yield clock


@pytest.fixture
def home(cast) -> Dwelling:
    building = factories.BuildingFactory(compound=cast.hefengyuan, number="17")
    home = factories.DwellingFactory(entrance__building=building, entrance__number="3", room_no="702")
    factories.ResidentFactory(dwelling=home, name="王建国", initials=" wjg")
    return home


@pytest.fixture
def card(home) -> EntryPass:
    return factories.EntryPassFactory(dwelling=home, number=70007)


@pytest.fixture
def shift(cast):
    shift = factories.ShiftFactory(post__compound=cast.hefengyuan, day=DAY)
    factories.AssignmentFactory(shift=shift, cadre=cast.cadre, is_lead=True)
    return shift


@pytest.fixture
def once_a_day(cast):
    return factories.PassPolicyFactory(community=cast.qinghe, max_minutes=120)


def code(card) -> str:
    return pass_codes.code_of(card.pk, card.key)


# Rules


RULE = {
    "level": "", "starts_on": "2022-04-10", "ends_on": "", "scope": "household", "trips": "2", "period_days": "7",
    "persons": "1", "days": "every", "from_time": "06:00", "until_time": "18:00", "max_minutes": "240",
    "proofs": ["antigen_24_or_pcr_48"], "exempt": ["special"], "voids": ["returnee"], "name": "嘉定", "document_no": "",
}  # fmt: skip


def test_the_secretary_puts_a_rule_down_as_a_sentence_and_reads_it_as_one(cast, sign_in):
    client = sign_in(cast.secretary)
    data = {**RULE, "place": f"k{cast.hefengyuan.pk}", "weekdays": ["1"]}

    answer = client.post(reverse("checkpoints:pass_policy_add"), data, follow=True)

    policy = PassPolicy.objects.get()
    assert (policy.community, policy.compound, policy.trips, policy.weekdays) == (cast.qinghe, cast.hefengyuan, 2, "")
    assert pass_words.sentence(policy) == (
        "Each household may go out 2 times in 7 days, 1 at a time, 06:00–18:00, for at most 240 minutes. "
        "Looked at: antigen test of 24 hours or PCR test of 48. Trips are not counted for: special need pass. "
        "A returnee in the home voids its pass."
    )
    assert pass_words.sentence(policy) in answer.content.decode()
    assert Event.objects.filter(kind="passpolicy.added").count() == 1


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [
        ("ends_on", "2022-04-09", "The last day lies before the first."),
        ("until_time", "", "Write both hours, or neither."),
        ("trips", "-1", "greater than or equal to 0"),
        ("trips", "51", "less than or equal to 50"),
        ("persons", "0", "greater than or equal to 1"),
        ("period_days", "32", "less than or equal to 31"),
        ("max_minutes", "0", "greater than or equal to 1"),
        ("max_minutes", "1e3", "Enter a whole number"),
        ("days", "weekdays", "Choose the days of the week"),
        ("proofs", ["x"], "Select a valid choice"),
        ("place", "k999999", "Select a valid choice"),
        ("name", "", "required"),
        ("starts_on", "2022-02-30", "Enter a valid date"),
    ],
)
def test_a_rule_that_cannot_be_is_answered_at_its_gap(cast, sign_in, field, value, word):
    data = {**RULE, "place": f"c{cast.qinghe.pk}", field: value}
    answer = sign_in(cast.secretary).post(reverse("checkpoints:pass_policy_add"), data)
    assert answer.status_code == 422
    assert word in answer.content.decode()
    assert PassPolicy.objects.count() == 0


def test_two_rules_from_one_day_on_are_refused(cast, sign_in):
    data = {**RULE, "place": f"c{cast.qinghe.pk}"}
    client = sign_in(cast.secretary)
    client.post(reverse("checkpoints:pass_policy_add"), data)
    answer = client.post(reverse("checkpoints:pass_policy_add"), data)
    assert (answer.status_code, PassPolicy.objects.count()) == (422, 1)
    assert "There is already a rule from this day on" in answer.content.decode()


def test_a_rule_of_another_community_cannot_be_chosen_or_ended(cast, sign_in):
    client = sign_in(cast.secretary)
    answer = client.post(reverse("checkpoints:pass_policy_add"), {**RULE, "place": f"c{cast.yushu.pk}"})
    assert answer.status_code == 422
    theirs = factories.PassPolicyFactory(community=cast.yushu)
    address = reverse("checkpoints:pass_policy_end", args=[theirs.pk])
    assert client.post(address, {"on": "2022-04-10"}).status_code == 404
    assert theirs.name not in client.get(reverse("checkpoints:pass_policy_list")).content.decode()


def test_a_rule_is_ended_once(cast, sign_in, once_a_day):
    client = sign_in(cast.secretary)
    address = reverse("checkpoints:pass_policy_end", args=[once_a_day.pk])
    for day in ("x", "2019-12-31", "2022-04-10", "2022-04-12"):
        client.post(address, {"on": day})
    once_a_day.refresh_from_db()
    assert once_a_day.ends_on == DAY


@pytest.mark.parametrize("name", TABLE["rules"])
def test_each_local_rule_is_put_down_by_the_form_and_judged_as_the_table_has_it(cast, sign_in, name):
    rule = TABLE["rules"][name]["rule"]
    data = {
        **{key: "" if value is None else value for key, value in rule.items()},
        "place": f"k{cast.hefengyuan.pk}", "level": "", "ends_on": "", "name": TABLE["rules"][name]["name"], "document_no": "",
        "from_time": rule["from"], "until_time": rule["until"],
        "max_minutes": "" if rule["minutes"] is None else rule["minutes"],
    }  # fmt: skip
    answer = sign_in(cast.secretary).post(reverse("checkpoints:pass_policy_add"), data)
    assert answer.status_code == 302, answer.context["form"].errors
    policy = PassPolicy.objects.get()
    assert {**pass_policies.as_rule(policy), "id": None} == {**rule, "id": None}
    with translation.override("zh-hans"):
        assert pass_words.sentence(policy)


# The desk


def test_a_pass_is_written_down_and_issued_at_the_desk(cast, sign_in, home):
    client = sign_in(cast.worker)
    data = {"compound": cast.hefengyuan.pk, "kind": "household", "home": "17号楼3单元702", "person": "", "purpose": "",
            "valid_from": "2022-04-10", "valid_until": ""}  # fmt: skip
    answer = client.post(reverse("checkpoints:pass_add"), {**data, "issue": "1"}, follow=True)
    card = EntryPass.objects.get()
    assert (card.dwelling, card.resident, card.state) == (home, None, "active")
    assert pass_codes.shown(code(card)) in answer.content.decode()
    # A carer for the day, only asked for.
    client.post(reverse("checkpoints:pass_add"), {**data, "kind": "carer", "person": "陈阿姨", "valid_until": "2022-04-10"})
    assert EntryPass.objects.order_by("-id")[0].state == "requested"
    client.post(reverse("checkpoints:pass_add"), {**data, "kind": "special", "person": "王建国", "purpose": "透析"})
    assert EntryPass.objects.order_by("-id")[0].resident.name == "王建国"


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [
        ("home", "", "Write the home, such as 17-3-702."),
        ("home", "99-9-999", "has no such home"),
        ("home", "<script>", "has no such home"),
        ("person", "李四", "Nobody of this name lives in this home."),
        ("valid_until", "2022-04-09", "The last day lies before the first."),
        ("kind", "carer", "Write the name of whoever comes."),
        ("kind", "x", "Select a valid choice"),
        ("purpose", "a\u202eb", "characters that cannot be read"),
    ],
)
@pytest.mark.usefixtures("home")
def test_a_pass_that_cannot_be_is_answered_kindly(cast, sign_in, field, value, word):
    data = {"compound": cast.hefengyuan.pk, "kind": "household", "home": "17-3-702", "person": "", "purpose": "",
            "valid_from": "2022-04-10", "valid_until": "", field: value}  # fmt: skip
    answer = sign_in(cast.worker).post(reverse("checkpoints:pass_add"), data)
    assert answer.status_code == 422
    assert word in answer.content.decode()
    assert EntryPass.objects.count() == 0


def test_every_home_gets_its_pass_by_one_button(cast, sign_in, home):
    data = {"compound": cast.hefengyuan.pk, "valid_from": "2022-04-10"}
    answer = sign_in(cast.worker).post(reverse("checkpoints:pass_issue_all"), data, follow=True)
    assert "1 pass is issued. Print it next." in answer.content.decode()
    assert EntryPass.objects.get().dwelling == home


def test_the_list_counts_filters_and_says_what_each_pass_is_now(cast, sign_in, card, once_a_day):
    voided = factories.EntryPassFactory(dwelling__entrance=card.dwelling.entrance, state="voided", state_reason="lost")
    factories.EntryPassFactory(dwelling__entrance__building__compound=cast.yushu_rental, number=424242)
    factories.PassUseFactory(entry_pass=card, happened_at=NINE - dt.timedelta(hours=3))
    client = sign_in(cast.worker)

    text = client.get(reverse("checkpoints:pass_list")).content.decode()
    assert ("070007" in text, str(voided) in text, "424242" in text) == (True, False, False)
    assert "overdue" in text
    only = client.get(reverse("checkpoints:pass_list"), {"list": "out", "q": "17-3-702"}).context
    assert [line[0].pk for line in only["lines"]] == [card.pk]
    assert {name: count for name, _label, count in client.get(reverse("checkpoints:pass_list")).context["pills"]} == {
        "active": 1, "requested": 0, "out": 1, "suspended": 0, "expired": 0, "voided": 1,
    }  # fmt: skip
    for nonsense in ("?list=x", "?q=%00", "?compound=999&kind=z", "?q=" + "9" * 30, "?page=x"):
        assert client.get(reverse("checkpoints:pass_list") + nonsense).status_code == 200


@pytest.mark.parametrize("view", ["pass_list", "pass_policy_list", "pass_use_list"])
@pytest.mark.usefixtures("once_a_day")
def test_three_rows_cost_as_many_statements_as_one(cast, sign_in, card, queries, view):
    client = sign_in(cast.worker)
    address = reverse(f"checkpoints:{view}")

    def row():
        use = factories.PassUseFactory(
            entry_pass__dwelling__entrance=card.dwelling.entrance, happened_at=NINE - dt.timedelta(hours=3), found="trips"
        )
        factories.PassPolicyFactory(community=cast.qinghe, starts_on=dt.date(2021, 1, use.pk % 28 + 1))

    row()
    client.get(address)
    with queries() as one:
        client.get(address)
    row()
    row()
    with queries() as three:
        client.get(address)
    assert len(one) == len(three) <= 12


def test_a_step_says_what_it_does_and_asks_for_a_reason(cast, sign_in, card):
    client = sign_in(cast.worker)
    address = reverse("checkpoints:pass_step", args=[card.pk, "suspend"])
    assert "The gate refuses it until it is restored." in client.get(address).content.decode()
    assert client.post(address, {"reason": ""}).status_code == 422
    client.post(address, {"reason": "聚集"})
    card.refresh_from_db()
    assert (card.state, card.state_reason) == ("suspended", "聚集")
    assert client.get(reverse("checkpoints:pass_step", args=[card.pk, "nonsense"])).status_code == 404
    client.post(reverse("checkpoints:pass_step", args=[card.pk, "replace"]), {"reason": "丢失"})
    assert EntryPass.objects.get(replaces=card).state == "suspended"


def test_the_sheet_takes_out_rooms_but_no_names(cast, sign_in, home):
    factories.EntryPassFactory(dwelling=home, kind="special", resident=home.residents.get())
    answer = sign_in(cast.secretary).post(reverse("checkpoints:pass_export"))
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/vnd.openxmlformats")


# Paper


def test_cards_are_drawn_with_codes_and_it_is_on_record(cast, sign_in, card, once_a_day):
    factories.ResidentFactory.create_batch(2, dwelling=card.dwelling)
    client = sign_in(cast.worker)
    answer = client.post(reverse("checkpoints:pass_print"), {"compound": cast.hefengyuan.pk, "size": "card"})
    text = answer.content.decode()
    assert (pass_codes.shown(code(card)) in text, "<svg" in text, "17-3-702" in text, "style=" in text) == (
        True,
        True,
        True,
        False,
    )
    assert "the household · 3 people" in text
    assert Event.objects.get(kind="compound.passes_printed").after == {"count": 1}
    large = client.post(reverse("checkpoints:pass_print_one", args=[card.pk]), {"size": "large"})
    assert "p-pass-size-large" in large.content.decode()
    assert client.post(reverse("checkpoints:pass_print"), {"compound": cast.yushu_rental.pk, "size": "card"}).status_code == 422


def test_a_card_whose_key_is_given_up_is_replaced_not_printed(cast, sign_in, card, settings):
    # One key in 32 shares its letter with the card's.
    settings.PASS_KEYS = [next(key for key in ("another key", "a third key") if pass_codes.key_letter(key) != card.key)]
    text = sign_in(cast.worker).post(reverse("checkpoints:pass_print_one", args=[card.pk])).content.decode()
    assert "Its key is no longer in use: replace the pass." in text


# The gate


def ask(client, shift, q, way="out"):
    return client.post(reverse("checkpoints:pass_check", args=[shift.pk]), {"q": q, "way": way}).context["found"]


@pytest.mark.parametrize("how", ["code", "groups", "small", "address", "number", "room", "name", "initials", "id"])
@pytest.mark.usefixtures("once_a_day")
def test_a_pass_is_found_by_whatever_is_at_hand(cast, sign_in, shift, card, how):
    person = card.dwelling.residents.get()
    person.id_number, person.id_hash = "990101199001010019", lookup_hash("990101199001010019")
    person.save()
    said = {
        "code": code(card), "groups": pass_codes.shown(code(card)), "small": code(card).lower(), "number": "070007",
        "address": f"https://portal.example.org/pass/{code(card)}/", "room": "17-3-702", "name": "王建国", "initials": "wjg",
        "id": "990101199001010019",
    }[how]  # fmt: skip
    found = ask(sign_in(cast.cadre_user), shift, said)
    assert [(hit.card, hit.said.answer) for hit in found.hits] == [(card, "yes")]


@pytest.mark.usefixtures("once_a_day")
def test_the_same_room_of_another_compound_stands_below_and_says_where_it_is(cast, sign_in, shift, card):
    there = factories.DwellingFactory(
        entrance__building__compound=factories.CompoundFactory(community=cast.qinghe, name="春分里"),
        entrance__building__number="17", entrance__number="3", room_no="702",
    )  # fmt: skip
    theirs = factories.EntryPassFactory(dwelling=there, number=70001)
    answer = sign_in(cast.cadre_user).post(reverse("checkpoints:pass_check", args=[shift.pk]), {"q": "17-3-702", "way": "out"})
    assert [hit.card for hit in answer.context["found"].hits] == [card, theirs]
    assert answer.content.decode().count("春分里") == 1


def wrong_codes(card, cast):
    theirs = factories.EntryPassFactory(dwelling__entrance__building__compound=cast.yushu_rental)
    good = code(card)
    swaps = (good[:place] + good[place + 1] + good[place] + good[place + 2 :] for place in range(5, 13))
    body = good[:-2] + ("0" if good[-2] != "0" else "1")
    return {
        "of another community": (code(theirs), str(ELSEWHERE)),
        "altered, with a check letter that fits": (body + pass_codes.check_letter(body), str(pass_codes.FORGED)),
        "one letter wrong": (good[:3] + ("A" if good[3] != "A" else "B") + good[4:], "One letter is wrong"),
        # Two that are alike change nothing, and 0 beside Z is not found (Luhn).
        "two changed places": (next(s for s in swaps if pass_codes.check_letter(s[:-1]) != s[-1]), "One letter is wrong"),
        "of another program": ("https://qr.example.com/u/8a7sd87", "the code of another program"),
        "a payment code": ("wxp://f2f0abcdefg", "the code of another program"),
        "torn": (f"https://x.org/pass/{good[:9]}/", "A code has 16 letters and digits"),
    }


@pytest.mark.parametrize("kind", ["of another community", "altered, with a check letter that fits", "one letter wrong",
                                  "two changed places", "of another program", "a payment code", "torn"])  # fmt: skip
def test_a_bad_code_is_answered_in_words_and_opens_nothing(cast, sign_in, shift, card, kind):
    text, why = wrong_codes(card, cast)[kind]
    found = ask(sign_in(cast.cadre_user), shift, text)
    assert found.hits == []
    assert why in str(found.problem)


def test_every_single_wrong_letter_and_swap_is_told_from_a_forgery():
    good = pass_codes.code_of(123456, pass_codes.newest_key())
    for place in range(len(good)):
        for letter in pass_codes.LETTERS:
            if letter != good[place]:
                with pytest.raises(pass_codes.Unreadable) as bad:
                    pass_codes.read(good[:place] + letter + good[place + 1 :])
                assert bad.value.code == "check"


def test_letters_that_an_eye_misreads_are_understood():
    for pk in range(1, 200):
        good = pass_codes.code_of(pk, pass_codes.newest_key())
        seen = good.replace("0", "O").replace("1", "l")
        assert pass_codes.read(f" {seen[:4]} - {seen[4:8]}—{seen[8:12]} {seen[12:]} ") == pk


def test_a_new_key_signs_and_the_old_one_is_still_understood(settings):
    old = pass_codes.code_of(7, pass_codes.newest_key())
    fresh = next(f"key {n}" for n in range(99) if pass_codes.key_letter(f"key {n}") != old[0])
    settings.PASS_KEYS = [fresh, *settings.PASS_KEYS]
    assert pass_codes.read(old) == 7
    assert pass_codes.read(pass_codes.code_of(7, pass_codes.newest_key())) == 7
    settings.PASS_KEYS = [fresh]
    with pytest.raises(pass_codes.Unreadable):
        pass_codes.read(old)


def test_a_home_without_a_pass_is_told_where_one_is_to_be_had(cast, sign_in, shift, home, once_a_day):
    hits = ask(sign_in(cast.cadre_user), shift, "17-3-702").hits
    assert [(hit.card, hit.said.answer, hit.said.codes) for hit in hits] == [(None, "no", ["no_pass"])]


@pytest.mark.parametrize("text", ["", "\x00", "' OR 1=1", "😀" * 300, "99-9-999", "{{ 7*7 }}", "999999999999999999999"])
def test_nonsense_finds_nobody_and_breaks_nothing(cast, sign_in, shift, card, text):
    answer = sign_in(cast.cadre_user).post(reverse("checkpoints:pass_check", args=[shift.pk]), {"q": text})
    assert answer.status_code == 200
    assert answer.context["found"] is None or answer.context["found"].hits == []


def test_one_press_lets_out_and_the_next_is_refused_until_the_lead_answers_for_it(cast, sign_in, shift, card, once_a_day):
    client = sign_in(cast.cadre_user)
    address = reverse("checkpoints:pass_use", args=[shift.pk, card.pk])

    def press(way="out", **facts):
        data = {"passage": str(passages.new_id()), "way": way, **facts}
        return client.post(address, data, follow=True).content.decode()

    assert "Let out with pass 070007, and logged." in press()
    assert "late" not in press("in")
    assert "Trips are used up" in press()
    assert PassUse.objects.count() == 2
    assert "Let out with pass 070007" in press(override="生产")
    assert [(use.override_reason, use.found) for use in PassUse.objects.overridden()] == [("生产", "trips")]
    assert Passage.objects.filter(dwelling=card.dwelling).count() == 3
    desk = sign_in(cast.worker).get(reverse("checkpoints:pass_use_list"), {"list": "overridden"}).content.decode()
    assert ("生产" in desk, "trips used up" in desk) == (True, True)


@pytest.mark.parametrize("data", [{}, {"passage": "x", "way": "out"}, {"way": "up"}, {"persons": "21"}, {"proofs": ["x"]}])
def test_a_press_that_cannot_be_read_is_answered_kindly(cast, sign_in, shift, card, data):
    whole = {"passage": str(passages.new_id()), "way": "out"} if "passage" not in data else {}
    address = reverse("checkpoints:pass_use", args=[shift.pk, card.pk])
    answer = sign_in(cast.cadre_user).post(address, {**whole, **data} if data else {}, follow=True)
    assert "Look the pass up again." in answer.content.decode()
    assert PassUse.objects.count() == 0


@pytest.mark.usefixtures("once_a_day")
def test_who_is_late_is_shown_at_the_gate_and_at_the_desk(cast, sign_in, shift, card, nine):
    factories.PassUseFactory(entry_pass=card, happened_at=NINE)
    nine.shift(121 * 60)
    for who, address in (
        (cast.cadre_user, reverse("checkpoints:pass_check", args=[shift.pk])),
        (cast.worker, reverse("checkpoints:pass_use_list")),
    ):
        assert "expected 04-10 11:00" in sign_in(who).get(address).content.decode()


# The public page


def test_the_public_page_says_what_the_pass_is_and_nothing_of_whose(client, card, once_a_day):
    factories.PassUseFactory(entry_pass=card, happened_at=NINE)
    factories.PassUseFactory(entry_pass=card, happened_at=NINE, direction="in")
    text = client.get(reverse("checkpoints:pass_public", args=[code(card)]), headers={"accept-language": "en"}).content.decode()
    assert ("used up" in text, "Next possible: 04-11 00:00" in text) == (True, True)
    for secret in ("702", "王", "17-3", "荷风苑", str(card)):
        assert secret not in text


@pytest.mark.parametrize("bad", ["x", "A" * 16, "%00", "0" * 40])
def test_a_guessed_code_is_no_page(client, db, bad):
    assert client.get(f"/pass/{bad}/").status_code == 404


def test_sixty_guesses_from_one_address_are_enough_also_where_the_cache_forgets(client, card, settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    guesser, good = {"REMOTE_ADDR": "2001:db8::7"}, f"/pass/{code(card)}/"
    # What is right costs nothing: a whole estate scans its cards behind one address.
    answers = [client.get(f"/pass/{pass_codes.code_of(2**29 - n, card.key)}/", **guesser).status_code for n in range(60)]
    assert (client.get(good).status_code, set(answers)) == (200, {404})

    over = client.get(good, headers={"accept-language": "en"}, **guesser)
    assert (over.status_code, over["Retry-After"], "show the card at the gate" in over.content.decode()) == (429, "600", True)
    assert "used up" not in over.content.decode()
    with time_machine.travel(NINE + dt.timedelta(minutes=11)):
        assert client.get(good, **guesser).status_code == 200


def test_why_a_home_is_held_is_not_told_to_who_finds_its_card(client, card):
    passes.suspend(pass_id=card.pk, reason="阳性", by=factories.UserFactory())
    text = client.get(reverse("checkpoints:pass_public", args=[code(card)]), headers={"accept-language": "en"}).content.decode()
    assert ("Suspended" in text, "阳性" in text, "quarantine" in text) == (True, False, False)
