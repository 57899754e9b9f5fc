"""A line of the group becomes a task that a record ends; a resident's problem comes back to them; a dispute is read by few."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from residents.models import Matter, Task
from residents.services import asks, errand_kinds
from residents.services.ask_sheets import Sheet
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def home(cast):
    errand_kinds.ensure()
    entrance = factories.EntranceFactory(number="3", building__number="17", building__compound=cast.hefengyuan)
    return factories.DwellingFactory(entrance=entrance, floor=7, room_no="702")


def press(page: Page, step: str) -> None:
    """Press a step of a record that asks nothing: once it is done, it is no longer offered."""
    button = page.locator(f"form[action$='/{step}/'] button")
    button.first.click()
    expect(button).to_have_count(0)


def say(page: Page, step: str, **fields: str) -> None:
    """Open a step, answer what it asks and send it."""
    main = page.locator(f".p-actions a[href$='/{step}/']")
    if not main.is_visible():
        page.locator(".p-actions summary").click()
    main.click()
    for name, value in fields.items():
        page.locator(f"main [name={name}]").fill(value)
    page.locator("main form .btn-primary").click()
    expect(page.locator(".p-messages .p-note")).to_be_visible()


def test_a_line_of_the_group_becomes_a_task_that_the_record_ends(cast, home, open_as):
    desk = open_as("worker")
    desk.goto("/residents/tasks/paste/")
    desk.locator("[name=text]").fill("17号楼3单元702 的李大爷没有米了,谁有空送一点")
    desk.locator("main form .btn-primary").click()
    expect(desk.locator("[name=where]")).to_have_value("17-3-702")
    desk.locator("main form .btn-primary").click()
    expect(desk.locator(".p-messages .p-note")).to_be_visible()

    cadre = open_as("cadre", size="phone")
    cadre.goto("/residents/tasks/")
    press(cadre, "claim")
    press(cadre, "start")
    task = Task.objects.get()
    assert (task.dwelling, task.source, task.assignee, task.state) == (home, "chat", cast.cadre_user, "doing")
    # What was brought meanwhile is offered as the answer: no tick, no words.
    brought = factories.ErrandFactory(
        dwelling=home, assignee=cast.cadre_user, state="delivered", outcome="handed", delivered_at=timezone.now(),
        delivered_by=cast.cadre_user,
    )  # fmt: skip
    say(cadre, "finish")
    task.refresh_from_db()
    assert (task.state, task.answer_errand, task.ended_by) == ("done", brought, cast.cadre_user)
    desk.goto("/residents/tasks/?view=done")
    expect(desk.locator(f"#task-{task.pk} .p-ok")).to_be_visible()


def test_a_resident_brings_up_a_problem_and_reads_how_it_ended(cast, home, open_as):
    resident = open_as(size="phone", script=False)
    resident.goto(f"/ask/{asks.sheet_link(Sheet(cast.hefengyuan, home.entrance))}/matter/")
    for name, value in {"what": "楼道灯坏了", "home": "702", "name": "王建国", "phone": "19900021234"}.items():
        resident.locator(f"[name={name}]").fill(value)
    resident.locator("main form button").click()
    expect(resident.get_by_text("楼道灯坏了")).to_be_visible()

    desk = open_as("secretary")
    desk.goto(f"/residents/matters/{Matter.objects.get().pk}/")
    press(desk, "take")
    desk.locator(".p-actions a[href$='/step/']").click()
    desk.locator("[name=text]").fill("电工下午四点来")
    desk.locator("[name=for_resident]").check()
    desk.locator("main form .btn-primary").click()
    expect(desk.get_by_text("电工下午四点来")).to_be_visible()
    resident.reload()
    expect(resident.get_by_text("电工下午四点来")).to_be_visible()
    say(desk, "solve", outcome="换了灯泡")
    resident.reload()
    expect(resident.get_by_text("换了灯泡")).to_be_visible()
    assert Matter.objects.get().state == "solved"


def test_a_dispute_is_read_by_who_handles_it_and_by_nobody_else(cast, home, open_as):
    desk = open_as("secretary")
    desk.goto("/residents/matters/new/?kind=dispute")
    desk.locator("[name=kind]").select_option("dispute")
    desk.locator("[name=what]").fill("楼上夜里拖桌子")
    desk.locator("[name=parties]").fill("702 与 802")
    desk.locator("[name=where]").fill("17-3-702")
    desk.locator("main form .btn-primary").click()
    expect(desk.get_by_text("楼上夜里拖桌子")).to_be_visible()
    address = f"/residents/matters/{Matter.objects.get().pk}/"

    cadre, worker = open_as("cadre", size="phone"), open_as("worker")
    # Asked beside the page, for a browser says aloud what it did not find.
    assert [page.request.get(address).status for page in (cadre, worker)] == [404, 404]
    desk.locator(".p-actions summary").click()
    desk.locator(".p-actions a[href$='/give/']").click()
    desk.locator("[name=handler]").select_option(str(cast.cadre_user.pk))
    desk.locator("main form .btn-primary").click()
    expect(desk.locator("[name=handler]")).to_have_count(0)
    cadre.goto(address)
    expect(cadre.get_by_text("楼上夜里拖桌子")).to_be_visible()
    say(cadre, "solve", outcome="约定十点后不挪家具")
    assert worker.request.get(address).status == 404
    worker.goto("/residents/matters/?group=mediations&state=solved")
    expect(worker.get_by_text("702 与 802")).to_have_count(0)
    row = Matter.objects.get()
    assert (row.state, row.handler, row.ended_by) == ("solved", cast.cadre_user, cast.cadre_user)
