"""Names of forty characters on a phone: no page of homes, quarantine and rounds is wider than its screen."""

import pytest
from django.urls import reverse

from checkpoints.services import visits
from residents.services import care, health_checks, ledgers
from tests import factories
from tests.checkpoints.test_gate import running

pytestmark = pytest.mark.django_db(transaction=True)

LONG = "阿卜杜热依木·" * 5 + "买买提艾力"
TOO_WIDE = """() => [...document.querySelectorAll("body *")]
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest(".p-scroll, .p-pills, pre"))
  .slice(0, 3).map((one) => `${one.tagName}.${one.className} ${Math.round(one.getBoundingClientRect().right)}`)"""


@pytest.fixture
def pages(cast) -> dict[str, list[str]]:
    """By reader the pages on which the long name stands."""
    home = factories.DwellingFactory(entrance__building__compound=cast.hefengyuan, room_no="地下室十二号丙丁戊己庚")
    person = factories.ResidentFactory(dwelling=home, name=LONG, relation="head", work_unit="长" * 80)
    factories.CareProfileFactory(resident=person, category=care.categories()["行动不便"], need="膝盖" * 50, contact=LONG)
    case = factories.QuarantineCaseFactory(resident=person, source_area="外市" * 20, needs="买菜" * 100)
    found = factories.RoundFactory(community=cast.qinghe, plan__kind="temperature", walkers=[cast.cadre_user], name="长" * 60)
    factories.StopFactory(round=found, dwelling=home, resident=person)
    factories.StopFactory(round=found, dwelling=home, resident=factories.ResidentFactory(dwelling=home, name=LONG))
    lists = ("dwelling_list", "quarantine_list", "health_check_list", "alone_list", "round_list", "compound_list")
    kept = ledgers.start(community=cast.qinghe, by=cast.secretary)
    office = [reverse(f"residents:{name}") for name in lists]
    office += [reverse("residents:dwelling_detail", args=[home.pk]), reverse("residents:resident_detail", args=[person.pk])]
    office += [reverse("residents:quarantine_detail", args=[case.pk]), reverse("residents:ledger_list"), reverse("home")]
    office += [reverse("residents:ledger_detail", args=[ledger.pk]) for ledger in cast.qinghe.ledgers.filter(code__in="235")]
    office += [f"{reverse('residents:compound_detail', args=[cast.hefengyuan.pk])}?home={home.pk}"]
    walks = [reverse(f"residents:{name}", args=[found.pk]) for name in ("round_detail", "round_sheet")]
    assert len(kept) == 7
    walks += [reverse("checkpoints:my_day"), reverse("residents:health_check_record", args=[case.pk])]
    return {"secretary": office + walks, "cadre": walks}


def test_nothing_of_a_gate_is_wider_than_the_smallest_phone_nor_hides_which_gate_it_is(cast, open_as):
    cast.hefengyuan.name = "荷风苑国际花园二期东区老干部家属院及人才公寓联合小区"
    cast.hefengyuan.save()
    shift = running(factories.PostFactory(compound=cast.hefengyuan, name="东门"))
    factories.AssignmentFactory(shift=shift, cadre=cast.cadre)
    person = factories.ResidentFactory(dwelling__entrance__building__compound=cast.hefengyuan)
    for need in ("独居老人", "行动不便"):
        factories.CareProfileFactory(resident=person, category=care.categories()[need])
    visit = visits.ask(
        compound=cast.hefengyuan, home="17-3-702", by=cast.cadre_user, kind="carer", written_phone="",
        written_name="Wolfeschlegelsteinhausen", certificate="Donaudampfschifffahrtselektrizitaetenhauptbetriebswerk",
        reason="W" * 60,
    )  # fmt: skip
    gate = f"/checkpoints/gate/{shift.pk}/"
    case = factories.QuarantineCaseFactory(resident__dwelling__entrance__building__compound=cast.hefengyuan)
    own = reverse("residents:health_check_own", args=[health_checks.link_of(case)])
    asked = {
        "cadre": [gate, f"{gate}visits/", f"{gate}visits/{visit.pk}/", f"{gate}inside/"],
        "secretary": ["/residents/alone/", own],
    }
    wide = {}
    for reader, addresses in asked.items():
        # A window of the desk: a phone zooms out of what is too wide, and says that its window is as wide.
        page = open_as(reader, size="desk")
        page.set_viewport_size({"width": 320, "height": 700})
        # English words are the longer ones.
        page.goto(addresses[0])
        page.context.add_cookies([{"name": "django_language", "value": "en", "url": page.url}])
        for address in addresses:
            page.goto(address)
            if (width := page.evaluate("document.documentElement.scrollWidth")) > 320:
                wide[address] = width
            if address == gate:
                assert page.locator("h1 > span").last.evaluate("(post) => post.scrollWidth <= post.clientWidth")

    assert wide == {}


def test_no_page_is_wider_than_the_phone(pages, open_as):
    wide = {}
    for reader, addresses in pages.items():
        page = open_as(reader, size="phone")
        for address in addresses:
            answer = page.goto(address)
            assert (address, answer.status) == (address, 200)
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wide[reader, address] = page.evaluate(TOO_WIDE)

    assert wide == {}
