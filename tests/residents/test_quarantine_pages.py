"""The pages of quarantine: the file of one person, its steps, its papers, its sheets."""

import datetime as dt
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from portal.accounts.models import Event
from residents.models import CaseState, QuarantineCase, Transfer
from residents.services import quarantine, quarantine_policies
from residents.services.quarantine_sheet import HEADINGS
from tests import factories


def case_in(compound, **facts) -> QuarantineCase:
    home = factories.DwellingFactory(entrance__building__compound=compound)
    return factories.QuarantineCaseFactory(resident__dwelling=home, **facts)


@pytest.fixture
def case(cast) -> QuarantineCase:
    return case_in(cast.hefengyuan, state=CaseState.REGISTERED, is_fit=None)


def step(case, name) -> str:
    return reverse("residents:quarantine_step", args=[case.pk, name])


def test_the_worker_registers_somebody_and_leads_the_case_to_its_start(cast, sign_in):
    quarantine_policies.ensure()
    home = factories.DwellingFactory(entrance__building__compound=cast.hefengyuan, room_no="702")
    resident = factories.ResidentFactory(dwelling=home)
    client = sign_in(cast.worker)
    for asked in ("702", str(home), resident.name):
        found = client.get(reverse("residents:quarantine_find"), {"q": asked})
        assert list(found.context["rows"]) == [resident]

    client.post(
        reverse("residents:quarantine_register", args=[resident.pk]),
        {"contact_class": "secondary", "reason": "secondary", "starts_on": timezone.localdate()},
    )
    case = QuarantineCase.objects.get()
    assert case.policy.name == "7 天居家 次密接"
    client.post(step(case, "notice"))
    client.post(step(case, "assess"), {"ticked": list(quarantine.FITNESS)})
    client.post(step(case, "start"), {"committed": "on", "door_sign": "yellow"})

    case.refresh_from_db()
    assert case.state == CaseState.ACTIVE
    assert case.tests.count() == 3
    assert list(client.get(reverse("residents:quarantine_list"), {"q": str(home)}).context["rows"]) == [case]
    assert client.get(reverse("residents:dwelling_detail", args=[home.pk])).context["cases"] == [case]


def test_a_case_is_in_the_chat_group_of_its_compound(cast, sign_in, case):
    compound = case.dwelling.entrance.building.compound
    facts = {"level": "quarantine", "community": case.community}
    ours = factories.ChatGroupFactory(**facts, compound=compound)
    others = factories.ChatGroupFactory(**facts, compound=factories.CompoundFactory(community=case.community))
    client, said = sign_in(cast.secretary), {"follow_up": "under", "needs": "老花镜"}

    assert client.post(step(case, "plan"), {**said, "chat_group": others.pk}).status_code == 422
    client.post(step(case, "plan"), {**said, "chat_group": ours.pk})

    case.refresh_from_db()
    assert case.chat_group == ours
    listed = client.get(f"{reverse('residents:quarantine_list')}?group={ours.pk}")
    assert list(listed.context["rows"]) == [case]
    assert f"?group={ours.pk}" in client.get(reverse("residents:chat_group_list")).content.decode()


def test_a_step_that_is_refused_says_so_beside_the_form(cast, sign_in, case):
    sign_in(cast.worker).post(step(case, "notice"))
    answer = sign_in(cast.worker).post(step(case, "start"), {"door_sign": "yellow"})

    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors() == [
        "Have the commitment signed first. If they refuse, write down the talk and order a transfer."
    ]


@pytest.mark.parametrize("name", ["release", "extend", "exit", "close"])
def test_what_the_secretary_decides_a_worker_may_not(cast, sign_in, name):
    case = case_in(cast.hefengyuan)

    assert sign_in(cast.worker).get(step(case, name)).status_code == 403
    assert sign_in(cast.secretary).get(step(case, name)).status_code == 200


def test_an_unknown_step_is_not_there(cast, sign_in, case):
    assert sign_in(cast.secretary).get(step(case, "nonsense")).status_code == 404


@pytest.mark.parametrize("state", CaseState.values)
def test_a_file_can_be_read_in_every_state(cast, sign_in, state):
    ended = {"ended_on": timezone.localdate()} if state in {"released", "voided", "closed"} else {}
    if state == "released":
        now = timezone.now()
        ended |= {"released_by": cast.secretary, "release_no": "解2022-0001", "verified_at": now, "verified_by": cast.worker}
    case = case_in(cast.hefengyuan, state=state, **ended)

    assert sign_in(cast.secretary).get(reverse("residents:quarantine_detail", args=[case.pk])).status_code == 200


def test_a_transfer_is_followed_by_its_buttons(cast, sign_in):
    case = case_in(cast.hefengyuan)
    client = sign_in(cast.worker)
    client.post(step(case, "transfer"), {"to": "site", "site": "健康驿站"})
    row = Transfer.objects.get()
    address = {name: reverse("residents:transfer_step", args=[row.pk, name]) for name in ("told", "left", "arrived")}

    client.post(address["told"])
    now = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    client.post(address["left"], {"escorts": "周敏", "plate_no": "鄂A00001", "protected": "on", "departed_at": now})
    client.post(address["arrived"], {"arrived_at": now})

    case.refresh_from_db()
    assert case.state == CaseState.TRANSFERRED


def test_a_paper_with_a_whole_name_leaves_a_line(cast, sign_in, case):
    client = sign_in(cast.worker)
    client.post(step(case, "notice"))
    case.resident.id_number = "990101199001010019"
    case.resident.save()

    text = client.post(reverse("residents:quarantine_notice", args=[case.pk])).content.decode()

    assert [word for word in (case.resident.name, case.resident.phone, "990101199001010019") if word not in text] == []
    line = Event.objects.get(kind="quarantinecase.printed")
    assert (line.by, line.after) == (cast.worker, {"paper": "notice"})


def test_the_door_sign_names_nobody_who_lives_there(cast, sign_in):
    case = case_in(cast.hefengyuan, door_sign="red")
    text = sign_in(cast.worker).get(reverse("residents:quarantine_sign", args=[case.pk])).content.decode()

    assert case.resident.name not in text
    assert case.resident.phone not in text


def test_the_others_of_a_home_are_registered_at_once(cast, sign_in):
    quarantine_policies.ensure()
    case = case_in(cast.hefengyuan, contact_class="positive", positive_on=timezone.localdate())
    others = factories.ResidentFactory.create_batch(2, dwelling=case.dwelling)
    stranger = factories.ResidentFactory()
    asked = [*(row.pk for row in others), stranger.pk, "x", "9" * 30]

    sign_in(cast.worker).post(reverse("residents:quarantine_home", args=[case.dwelling_id]), {"resident": asked})

    made = QuarantineCase.objects.exclude(pk=case.pk)
    assert {row.resident for row in made} == set(others)


def rows_of(answer) -> list[list[object]]:
    book = CalamineWorkbook.from_filelike(BytesIO(b"".join(answer.streaming_content)))
    return book.get_sheet_by_index(0).to_python()


def test_sheet_five_has_its_headings_and_rows_and_leaves_a_line(cast, sign_in):
    case = case_in(cast.hefengyuan)
    answer = sign_in(cast.secretary).post(reverse("residents:quarantine_export"))

    rows = rows_of(answer)
    assert "".join(rows[0]) == "居家隔离(健康监测)人员台账"
    assert tuple(rows[2]) == HEADINGS
    assert (rows[3][1], rows[3][5], rows[3][10]) == ("荷风苑", case.resident.name, "居家隔离")
    assert Event.objects.filter(kind="quarantinecase.exported", community=cast.qinghe).count() == 1


@pytest.fixture
def both(cast, sign_in) -> dict[str, tuple[object, str]]:
    """The secretary of 清荷 is one of 榆树 too; of each: the community and whom its sheets hold."""
    factories.MembershipFactory(user=cast.secretary, community=cast.yushu)
    here, there = case_in(cast.hefengyuan), case_in(cast.yushu_rental)
    return {"qinghe": (cast.qinghe, here.resident.name), "yushu": (cast.yushu, there.resident.name)}


def exported() -> list[tuple[int, int]]:
    """Of which community somebody took out how many rows, as the trail has it."""
    lines = Event.objects.filter(kind="quarantinecase.exported").order_by("id")
    return [(line.community_id, line.after["rows"]) for line in lines]


SHEETS = [("quarantine_export", 5), ("quarantine_temperatures", 1)]


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize("which", ["qinghe", "yushu"])
def test_a_sheet_of_a_secretary_of_two_communities_is_of_the_chosen_one(cast, both, sign_in, sheet, which):
    (name, column), (community, person) = sheet, both[which]

    rows = rows_of(sign_in(cast.secretary).post(reverse(f"residents:{name}"), {"community": community.pk}))

    assert community.name in "".join(map(str, rows[1]))
    assert [row[column] for row in rows[3:] if row[column]] == [person]
    assert exported() == [(community.pk, 1)]


@pytest.mark.parametrize("sheet", SHEETS)
def test_a_filtered_compound_tells_which_community_a_sheet_is_of(cast, both, sign_in, sheet):
    name, column = sheet
    address = f"{reverse(f'residents:{name}')}?compound={cast.yushu_rental.pk}"

    rows = rows_of(sign_in(cast.secretary).post(address, {"community": cast.qinghe.pk}))

    assert [row[column] for row in rows[3:] if row[column]] == [both["yushu"][1]]
    assert exported() == [(cast.yushu.pk, 1)]


@pytest.mark.parametrize("chosen", ["", "x", "9" * 30, "stranger"])
@pytest.mark.parametrize("name", [name for name, _column in SHEETS])
@pytest.mark.usefixtures("both")
def test_no_sheet_of_two_communities_at_once_and_none_of_a_third(cast, sign_in, name, chosen):
    key = factories.CommunityFactory().pk if chosen == "stranger" else chosen

    answer = sign_in(cast.secretary).post(reverse(f"residents:{name}"), {"community": key}, follow=True)

    assert [str(said) for said in answer.context["messages"]] == ["Choose a community first."]
    assert exported() == []


def test_the_list_asks_for_the_community_only_where_there_are_several(cast, sign_in):
    client, address = sign_in(cast.secretary), reverse("residents:quarantine_list")
    assert 'name="community"' not in client.get(address).content.decode()

    factories.MembershipFactory(user=cast.secretary, community=cast.yushu)
    assert 'name="community"' in client.get(address).content.decode()
    assert 'name="community"' not in client.get(address, {"compound": cast.hefengyuan.pk}).content.decode()
    assert reverse("residents:quarantine_export") not in sign_in(cast.worker).get(address).content.decode()


def test_the_temperature_register_has_a_pair_of_columns_for_each_day(cast, sign_in):
    case_in(cast.hefengyuan)
    rows = rows_of(sign_in(cast.secretary).post(reverse("residents:quarantine_temperatures")))

    today = timezone.localdate()
    assert rows[2][:3] == ["序号", "姓名", "房号"]
    assert rows[2][-2:] == [f"{today:%m-%d} 上午", f"{today:%m-%d} 下午"]
    assert len(rows[2]) == 3 + 2 * 14


def test_officers_see_numbers_up_the_levels_and_nobody(cast, sign_in):
    case = case_in(cast.hefengyuan)
    case_in(cast.yushu_rental, contact_class="secondary")
    client = sign_in(cast.officer)
    found = {}
    for level in ("compound", "community", "subdistrict", "district"):
        answer = client.get(reverse("residents:quarantine_count"), {"level": level})
        found[level] = [(line["tally"].name, line["tally"].open) for line in answer.context["rows"]]
        assert case.resident.name not in answer.content.decode()

    assert found == {
        "compound": [("榆树公租房", 1), ("荷风苑", 1)],
        "community": [("榆树社区", 1), ("清荷社区", 1)],
        "subdistrict": [("万松街道", 2)],
        "district": [(cast.qinghe.subdistrict.district.name, 2)],
    }
    assert client.get(reverse("residents:quarantine_list")).status_code == 403


@pytest.mark.usefixtures("case")
def test_what_was_voided_or_closed_is_a_list_of_its_own(cast, sign_in):
    ended = {"ended_on": timezone.localdate()}
    stopped = {case_in(cast.hefengyuan, state=state, **ended) for state in (CaseState.VOIDED, CaseState.CLOSED)}
    client = sign_in(cast.secretary)
    answer = client.get(reverse("residents:quarantine_list"), {"list": "stopped"}).context

    assert (set(answer["rows"]), answer["pills"][-1]) == (stopped, ("stopped", "voided or closed", 2))
    # Nobody follows them up any more.
    pages = [client.get(reverse("residents:quarantine_detail", args=[case.pk])).content.decode() for case in stopped]
    assert [page.count("under follow-up") for page in pages] == [0, 0]


@pytest.mark.parametrize("query", ["list=nonsense", "page=x", "compound=x", "q=%00", "q=" + "甲" * 3000, "level=x"])
def test_nonsense_in_the_address_is_the_plain_list(cast, sign_in, case, query):
    client = sign_in(cast.secretary)

    assert client.get(f"{reverse('residents:quarantine_list')}?{query}").status_code == 200
    assert client.get(f"{reverse('residents:quarantine_count')}?{query}").status_code == 200
    assert client.get(f"{reverse('residents:quarantine_find')}?{query}").status_code == 200


@pytest.mark.parametrize(
    "data",
    [
        {"ends_on": "0001-01-01", "reason": "x"},
        {"ends_on": "9999-12-31", "reason": "x"},
        {"ends_on": "2022-02-30", "reason": "x"},
        {"ends_on": "", "reason": ""},
        {"ends_on": "x" * 9000, "reason": "\x00"},
    ],
)
def test_impossible_days_are_answered_at_the_field(cast, sign_in, data):
    case = case_in(cast.hefengyuan)
    answer = sign_in(cast.secretary).post(step(case, "extend"), data)

    assert answer.status_code == 422
    case.refresh_from_db()
    assert case.ends_on == case.starts_on + dt.timedelta(days=6)
