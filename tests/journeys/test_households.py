"""A compound comes in as a base list and stands there as one picture."""

import pytest
from playwright.sync_api import Page, expect

from residents.models import Dwelling, Resident
from residents.services.household_sheet import SHEET
from tests.sheets import xlsx

pytestmark = pytest.mark.django_db(transaction=True)

FLOORS, ENTRANCES = 6, 2


def line(entrance: int, floor: int, side: int, **values: str) -> list[str]:
    """One person of one home of building 3."""
    room = f"{floor}0{side}"
    home = f"户{entrance}{room}"
    cells = dict.fromkeys(SHEET, "") | {"小区": "荷风苑", "楼栋": "3", "单元": str(entrance), "楼层": str(floor), "房号": room}
    cells |= {"户主姓名": home, "与户主关系": "本人", "姓名": home, "联系电话": f"1990003{entrance}{room}"}
    cells |= {"人员类别": "常住", "是否在住": "是"}
    return list((cells | values).values())


@pytest.fixture
def base_list(tmp_path):
    """Two entrances of six floors, two homes a floor; one of them twice a week, one nowhere, one away."""
    homes = [(e, f, s) for e in range(1, ENTRANCES + 1) for f in range(1, FLOORS + 1) for s in (1, 2)]
    rows = [line(*home) for home in homes]
    rows[0] = line(*homes[0], 特殊群体类别="独居老人")
    rows.append(line(1, 9, 1, 房号=""))
    file = tmp_path / "荷风苑底册.xlsx"
    file.write_bytes(xlsx([SHEET, *rows]))
    return file


def bring_in(page: Page, file) -> None:
    page.goto("/residents/households/import/")
    page.set_input_files("[name=file]", file)
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("button", name="Write 24 rows")).to_be_visible()
    assert Resident.objects.count() == 0
    page.get_by_role("button", name="Write 24 rows").click()
    expect(page.get_by_text("Written. The rows below show what was done.")).to_be_visible()


def test_a_compound_is_imported_and_looked_at(cast, base_list, open_as):
    page = open_as("secretary", language="en")
    bring_in(page, base_list)
    assert Dwelling.objects.filter(entrance__building__number="3").count() == 24

    page.goto("/residents/compounds/")
    page.get_by_role("link", name="荷风苑").click()
    expect(page.locator("[data-homes] a.p-home")).to_have_count(24)
    page.get_by_role("link", name="Care", exact=True).click()
    expect(page.locator("[data-homes] a.p-home b", has_text="1x")).to_have_count(1)

    # The home is opened beside the picture, without leaving it; before the script listens, the link leads to its own page.
    page.wait_for_load_state()
    page.locator("[data-homes] a.p-home").last.click()
    expect(page.locator("#compound-home")).to_contain_text("户2102")
    page.get_by_role("link", name="Ent. 2").first.click()
    expect(page.locator("[data-homes] a.p-home")).to_have_count(12)
    expect(page.locator("[data-homes]")).to_contain_text("户2601 1 person")


def test_chosen_homes_become_a_list(cast, base_list, open_as):
    page = open_as("secretary", language="en")
    bring_in(page, base_list)
    page.goto("/residents/compounds/")
    page.get_by_role("link", name="荷风苑").click()
    page.get_by_role("link", name="Choose homes").click()

    page.get_by_label("601 at home").first.check()
    page.get_by_label("102 at home").last.check()
    page.get_by_role("button", name="Make a list").click()

    expect(page.locator("#home-rows tbody tr")).to_have_count(2)
    expect(page.locator("#home-rows")).to_contain_text("户1601")
