"""Cadres: taken up once, masked, kept right by two people at once, shown in full only on record."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from deployments.forms.cadres import CadreForm
from deployments.models import Cadre, Secondment
from deployments.services import accounts, cadres
from deployments.services.secondments import Terms
from portal.accounts.models import Event, User
from portal.lib.crypto import lookup_hash
from portal.lib.errors import Refused
from residents.models import Community, Membership
from tests.factories import CadreFactory, MembershipFactory, SecondmentFactory, UserFactory

GOOD = "990101199001010019"
OTHER = "990101198505120020"
LIST = reverse("deployments:cadre_list")


def here(cast, **values) -> Cadre:
    return SecondmentFactory(
        community=cast.qinghe, cadre__unit=cast.unit, **{f"cadre__{k}": v for k, v in values.items()}
    ).cadre


def sheet(cast, **values) -> dict:
    return {
        "name": "张伟",
        "kind": "cadre",
        "unit": cast.unit.pk,
        "phone": "19900001234",
        "id_number": GOOD,
        "community": cast.qinghe.pk,
        "starts_on": timezone.localdate().isoformat(),
        **values,
    }


def form_of(cadre) -> dict:
    form = CadreForm(instance=cadre, communities=Community.objects.all(), submit="", cancel="")
    return {name: form[name].value() or "" for name in form.fields}


def test_a_new_cadre_is_sent_and_on_the_roster(cast, sign_in):
    answer = sign_in(cast.secretary).post(reverse("deployments:cadre_create"), sheet(cast))

    cadre = Cadre.objects.get(name="张伟")
    assert answer.status_code == 302
    assert (cadre.id_number, cadre.id_hash) == (GOOD, lookup_hash(GOOD))
    assert (str(cadre.born_on), cadre.sex) == ("1990-01-01", "male")
    assert cadre.secondments.get().state == Secondment.State.APPROVED
    assert Event.objects.get(kind="cadre.created").after["id_number"] == "99*************019"


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("phone", "12345", "11 digits"),
        ("phone", "199****1234", "in full"),
        ("id_number", "990101199001010010", "wrong check digit"),
        ("id_number", "3.3E+17", "shortened by Excel"),
        ("id_number", "99010119900101001", "has 17 characters"),
        ("unit", "", "has a sending unit"),
        ("name", "", "required"),
        ("name", "张\x00伟", "cannot be read"),
        ("name", "x" * 100_000, "at most 40"),
        ("starts_on", "0001-01-01", "after 1900"),
        ("ends_on", "2020-01-01", "ends before it starts"),
        ("born_on", "1991-01-01", "another birth date"),
        ("sex", "female", "another sex"),
        ("skills", ",".join("abcdefghijklm"), "at most 12"),
        ("skills", "长" * 21, "at most 20"),
        ("community", "999999", "not one of the available"),
    ],
)
def test_bad_input_is_answered_at_the_field(cast, sign_in, field, value, why):
    answer = sign_in(cast.secretary).post(reverse("deployments:cadre_create"), sheet(cast, **{field: value}))

    assert answer.status_code == 200
    assert why in answer.content.decode()
    assert not Cadre.objects.filter(phone="19900001234").exists()


def test_full_width_digits_are_read(cast, sign_in):
    sign_in(cast.secretary).post(reverse("deployments:cadre_create"), sheet(cast, phone="１９９ ００００ １２３４"))

    assert Cadre.objects.get(name="张伟").phone == "19900001234"


def test_a_known_person_is_sent_not_doubled(cast):
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    gone = SecondmentFactory(community=cast.yushu, ends_on=yesterday, state="completed")
    cadre = gone.cadre

    row, left = cadres.register(
        values={"name": cadre.name, "phone": cadre.phone, "kind": "cadre"},
        terms=Terms(cast.qinghe, timezone.localdate()),
        by=cast.secretary,
    )

    assert (row.cadre, left) == (cadre, [])


def test_what_a_roster_took_can_be_edited(cast, sign_in):
    skills = [f"{n:02}" + "长" * 18 for n in range(12)]
    cadre = here(cast, id_number="H12345678", skills=skills)
    form = form_of(cadre)

    answer = sign_in(cast.secretary).post(reverse("deployments:cadre_edit", args=[cadre.pk]), {**form, "position": "科员"})

    cadre.refresh_from_db()
    assert (answer.status_code, cadre.position, cadre.id_number, cadre.skills) == (302, "科员", "H12345678", skills)


ANOTHER = "known with another name or phone"


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"name": "李强", "phone": "19900009999"}, ANOTHER),
        ({"phone": "19900009999"}, ANOTHER),
        ({"name": "李强"}, ANOTHER),
        ({"id_number": "990101198505120022"}, "known with another ID number"),
    ],
)
def test_the_number_of_somebody_else_sends_nobody(cast, sign_in, typed, why):
    someone = CadreFactory(name="张伟", phone="19900001234", id_number=GOOD, id_hash=lookup_hash(GOOD))

    answer = sign_in(cast.secretary).post(reverse("deployments:cadre_create"), sheet(cast, **typed))

    assert (answer.status_code, why in answer.content.decode()) == (200, True)
    assert (someone.secondments.count(), Cadre.objects.filter(phone="19900009999").count()) == (0, 0)


def test_what_is_not_taken_over_of_a_known_person_is_said(cast, sign_in):
    someone = CadreFactory(name="张伟", phone="19900001234", id_number=GOOD, id_hash=lookup_hash(GOOD), unit=cast.unit)

    values = sheet(cast, position="科长")
    answer = sign_in(cast.secretary).post(reverse("deployments:cadre_create"), values, follow=True)

    someone.refresh_from_db()
    said = "The person was known already; not taken over: Sex, Born in, Position."
    assert (someone.position, someone.secondments.count()) == ("", 1)
    assert [str(message) for message in answer.context["messages"]] == ["张伟 is on the roster.", said]


def test_a_person_of_another_community_is_refused_while_she_is_there(cast, sign_in):
    values = sheet(cast, name=cast.cadre2.name, phone=cast.cadre2.phone, id_number="")

    answer = sign_in(cast.secretary).post(reverse("deployments:cadre_create"), values)

    assert "already seconded on some of these days" in answer.content.decode()


def test_saving_what_was_masked_changes_nothing(cast, sign_in):
    cadre = here(cast, id_number=GOOD, id_hash=lookup_hash(GOOD), address="荷风苑17-3-702", health_note="高血压")
    values = form_of(cadre)
    assert (values["id_number"], values["address"], values["health_note"]) == ("99*************019", "***", "***")

    sign_in(cast.secretary).post(reverse("deployments:cadre_edit", args=[cadre.pk]), {**values, "position": "科长"})

    again = Cadre.objects.get(pk=cadre.pk)
    assert (again.position, again.phone, again.id_number) == ("科长", cadre.phone, GOOD)
    assert (again.address, again.health_note) == ("荷风苑17-3-702", "高血压")
    assert Event.objects.get(kind="cadre.changed").after["position"] == "科长"


def test_a_half_masked_value_is_refused(cast, sign_in):
    cadre = here(cast)

    answer = sign_in(cast.secretary).post(
        reverse("deployments:cadre_edit", args=[cadre.pk]), {**form_of(cadre), "phone": "198****0000"}
    )

    assert "exactly as it was" in answer.content.decode()


def test_of_two_who_edit_the_second_sees_both_values(cast, sign_in):
    cadre = here(cast, position="科员")
    opened = form_of(cadre)
    address = reverse("deployments:cadre_edit", args=[cadre.pk])
    client = sign_in(cast.secretary)
    client.post(address, {**opened, "position": "科长", "phone": "19900008888"})

    answer = client.post(address, {**opened, "position": "处长"})

    assert answer.context["differences"] == [("Position", "科长", "处长")]
    assert "since you opened the page" in answer.content.decode()
    assert Cadre.objects.get(pk=cadre.pk).position == "科长"
    seen = answer.context["form"].data
    client.post(address, {name: seen.get(name, "") for name in opened})
    again = Cadre.objects.get(pk=cadre.pk)
    assert (again.position, again.phone) == ("处长", "19900008888")


def test_an_id_number_belongs_to_one(cast):
    here(cast, id_number=GOOD, id_hash=lookup_hash(GOOD))
    cadre = here(cast)

    with pytest.raises(Refused, match="Another person"):
        cadres.update(
            cadre_id=cadre.pk,
            values={"id_number": GOOD},
            seen=cadres.fingerprint(cadre),
            community=cast.qinghe,
            by=cast.secretary,
        )


def test_one_value_is_shown_once_and_goes_on_record(cast, sign_in):
    cadre = here(cast, id_number=GOOD, address="荷风苑17-3-702")
    client = sign_in(cast.secretary)
    address = reverse("deployments:cadre_reveal", args=[cadre.pk])

    shown = client.post(address, {"field": "id_number", "reason": "核对身份"})

    assert GOOD in shown.content.decode()
    assert "荷风苑17-3-702" not in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert GOOD not in client.get(reverse("deployments:cadre_detail", args=[cadre.pk])).content.decode()
    line = Event.objects.get(kind="cadre.revealed")
    assert (line.by, line.community, line.after) == (cast.secretary, cast.qinghe, {"field": "id_number", "reason": "核对身份"})


@pytest.mark.parametrize("post", [{"field": "id_number", "reason": " "}, {"field": "user", "reason": "x"}, {}])
def test_without_reason_or_with_another_field_nothing_is_shown(cast, sign_in, post):
    cadre = here(cast, id_number=GOOD)

    answer = sign_in(cast.secretary).post(reverse("deployments:cadre_reveal", args=[cadre.pk]), post)

    assert answer.status_code == 302
    assert not Event.objects.filter(kind="cadre.revealed").exists()


PAGES = ["cadre_detail", "cadre_edit", "account_close"]


@pytest.mark.parametrize("name", PAGES)
def test_a_stranger_finds_nobody(cast, sign_in, name):
    cadre = here(cast)

    assert sign_in(cast.other_secretary).get(reverse(f"deployments:{name}", args=[cadre.pk])).status_code == 404


@pytest.mark.parametrize("name", ["cadre_reveal", "account_open"])
def test_a_stranger_moves_nothing(cast, sign_in, name):
    cadre = here(cast)

    assert sign_in(cast.other_secretary).post(reverse(f"deployments:{name}", args=[cadre.pk])).status_code == 404


@pytest.mark.parametrize("name", ["cadre_edit", "account_close"])
def test_a_worker_only_reads(cast, sign_in, name):
    cadre = here(cast)

    assert sign_in(cast.worker).get(reverse(f"deployments:{name}", args=[cadre.pk])).status_code == 403
    assert sign_in(cast.worker).get(reverse("deployments:cadre_detail", args=[cadre.pk])).status_code == 200
    assert sign_in(cast.cadre_user).get(LIST).status_code == 403


def test_whoever_has_left_is_read_but_not_changed(cast, sign_in):
    row = SecondmentFactory(community=cast.qinghe, state="cancelled")
    client = sign_in(cast.secretary)

    assert client.get(reverse("deployments:cadre_detail", args=[row.cadre_id])).status_code == 200
    assert client.get(reverse("deployments:cadre_edit", args=[row.cadre_id])).status_code == 404


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"马骏", "甲", "乙"}),
        ("?skill=驾驶", {"甲"}),
        ("?group=arriving", {"乙"}),
        ("?group=left", {"丙"}),
        ("?account=yes", {"马骏"}),
        ("?account=no", {"甲", "乙"}),
        ("?q=甲", {"甲"}),
        ("?q=8888", {"乙"}),
        ("?group=nonsense&sort=-nonsense&page=x&unit=abc&skill=%00", {"马骏", "甲", "乙"}),
        ("?sort=-last&page=999999999999", {"马骏", "甲", "乙"}),
    ],
)
def test_the_list_shows_whom_one_asks_for(cast, sign_in, query, names):
    here(cast, name="甲", skills=["驾驶"])
    SecondmentFactory(community=cast.qinghe, cadre__name="乙", cadre__phone="19900008888", state="approved")
    SecondmentFactory(community=cast.qinghe, cadre__name="丙", state="refused")

    answer = sign_in(cast.secretary).get(LIST + query)

    assert answer.status_code == 200
    assert {cadre.name for cadre in answer.context["rows"]} == names
    assert "19900008888" not in answer.content.decode()


@pytest.mark.parametrize("name", ["cadre_list", "secondment_list", "unit_list"])
def test_as_many_queries_for_three_as_for_one(cast, sign_in, queries, name):
    client, address = sign_in(cast.secretary), reverse(f"deployments:{name}")
    with queries() as one:
        client.get(address)
    for _ in range(2):
        SecondmentFactory(community=cast.qinghe)
    with queries() as three:
        client.get(address)

    assert len(three) == len(one)


# Sign-ins


def test_a_sign_in_is_handed_over_once(cast, sign_in, client):
    cadre = here(cast)

    answer = sign_in(cast.secretary).post(reverse("deployments:account_open", args=[cadre.pk]))

    slip = answer.context["slips"][0]
    user = User.objects.get(phone=cadre.phone)
    assert (user.must_change_password, user.check_password(slip.password), slip.login) == (True, True, cadre.phone)
    assert Membership.objects.live().filter(user=user, community=cast.qinghe, role="cadre").count() == 1
    assert slip.password not in str(list(Event.objects.values()))
    assert "no-store" in answer["Cache-Control"]


def test_many_sign_ins_at_once_leave_alone_who_has_one(cast, sign_in):
    first, second = here(cast), here(cast)

    answer = sign_in(cast.secretary).post(
        reverse("deployments:account_open_many"), {"cadre": [first.pk, second.pk, cast.cadre.pk]}
    )

    assert sorted(slip.cadre.pk for slip in answer.context["slips"]) == [first.pk, second.pk]


@pytest.mark.parametrize("ticked", [[], ["abc"], ["stranger"]])
def test_nobody_or_a_stranger_ticked_opens_nothing(cast, sign_in, ticked):
    ticked = [cast.cadre2.pk if t == "stranger" else t for t in ticked]

    answer = sign_in(cast.secretary).post(reverse("deployments:account_open_many"), {"cadre": ticked})

    assert answer.status_code == 302
    assert not Event.objects.filter(kind="cadre.account_opened").exists()


def test_a_closed_sign_in_is_dead_at_once(cast, sign_in):
    phone, desk = sign_in(cast.cadre_user), sign_in(cast.secretary)
    assert phone.get(reverse("deployments:leave_mine")).status_code == 200

    desk.post(reverse("deployments:account_close", args=[cast.cadre.pk]))

    assert phone.get(reverse("deployments:leave_mine")).status_code == 302


def test_a_recalled_cadre_is_signed_out_with_the_next_request(cast, sign_in):
    phone, desk = sign_in(cast.cadre_user), sign_in(cast.secretary)
    yesterday = timezone.localdate() - dt.timedelta(days=1)

    desk.post(
        reverse("deployments:secondment_move", args=[cast.secondment.pk, "recalled"]), {"last_day": yesterday, "reason": "急"}
    )

    assert phone.get(reverse("deployments:leave_mine")).status_code == 302


def test_an_account_with_further_roles_is_not_taken_over(cast):
    MembershipFactory(user=cast.cadre_user, community=cast.yushu)

    with pytest.raises(Refused, match="further roles"):
        accounts.open_account(cadre_id=cast.cadre.pk, community=cast.qinghe, by=cast.secretary)


def test_a_number_somebody_signs_in_with_is_refused(cast):
    cadre = CadreFactory()
    UserFactory(phone=cadre.phone)

    with pytest.raises(Refused, match="already signs in"):
        accounts.open_account(cadre_id=cadre.pk, community=cast.qinghe, by=cast.secretary)


def test_everybody_on_the_page_without_a_sign_in_gets_one_at_once(cast, sign_in):
    fresh = [row.cadre for row in SecondmentFactory.create_batch(2, community=cast.qinghe)]
    client = sign_in(cast.secretary)
    page = client.get(reverse("deployments:cadre_list")).content.decode()
    shown = [int(key) for key in re.findall(r'name="shown" value="(\d+)"', page)]
    assert sorted(shown) == sorted(cadre.pk for cadre in fresh)

    answer = client.post(reverse("deployments:account_open_many"), {"shown": shown, "everybody": "1"})

    assert sorted(slip.cadre.pk for slip in answer.context["slips"]) == sorted(shown)
