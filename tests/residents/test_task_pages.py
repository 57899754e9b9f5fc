"""The pages of tasks: the list, one task, writing one down, one press, the phone, the sheet."""

import datetime as dt
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from residents.models import Errand, Finding, Task, TaskState
from residents.services import errand_kinds, matters, tasks
from tests import factories
from tests.sheets import rows_of

LIST = reverse("residents:task_list")
NASTY = "<script>alert(1)</script>{{ 7|add:7 }}"


def url(name, *args):
    return reverse(f"residents:task_{name}", args=args)


def task(cast, **more):
    return factories.TaskFactory(community=cast.qinghe, created_by=cast.worker, **more)


@pytest.fixture
def home(cast):
    entrance = factories.EntranceFactory(number="3", building__number="17", building__compound=cast.hefengyuan)
    return factories.DwellingFactory(entrance=entrance, room_no="702")


@pytest.mark.parametrize("view", ["open", "new", "late", "in_hand", "mine", "done", "cancelled", "'; DROP", "\x00"])
def test_every_view_of_the_list_opens(cast, sign_in, view):
    task(cast)
    client = sign_in(cast.worker)
    answers = [client.get(LIST, {"view": view, "kind": bad, "compound": bad, "risk": bad, "source": bad}).status_code
               for bad in ("", "x", "9" * 30, "²", "\x00", str(cast.hefengyuan.pk))]  # fmt: skip
    assert answers == [200] * 6


def test_the_list_is_printed_with_its_community_and_without_what_is_pressed(cast, sign_in):
    row = task(cast)
    paper = sign_in(cast.worker).get(LIST).content.decode()
    assert ("data-print" in paper, f'<p class="p-print">{cast.qinghe} ·' in paper) == (True, True)
    step = paper.index(reverse("residents:task_step", args=[row.pk, "claim"]))
    assert paper[paper[:step].rindex("<td") :].startswith('<td class="p-num p-screen">')


def test_the_list_asks_a_fixed_number_of_statements(cast, sign_in, queries, home):
    client, seen = sign_in(cast.worker), []
    for count in (1, 2):
        for _ in range(count):
            task(cast, dwelling=home, assignee=cast.cadre_user).team.set([cast.worker])
        with queries() as asked:
            client.get(LIST)
        seen.append(len(asked))
    assert seen[0] == seen[1] <= 12


def test_a_task_and_the_day_on_the_phone_ask_a_fixed_number_of_statements(cast, sign_in, queries, home):
    seen = []
    for count in (1, 2):
        rows = [task(cast, dwelling=home, assignee=cast.cadre_user) for _ in range(count)]
        for row in rows:
            row.team.set([cast.worker])
            row.notes.create(text="x", by=cast.worker)
        with queries() as asked:
            sign_in(cast.cadre_user).get(url("detail", rows[0].pk))
            sign_in(cast.cadre_user).get(reverse("checkpoints:my_day"))
        seen.append(len(asked))
    assert seen[0] == seen[1]


def test_details_are_for_those_who_have_a_part_in_it(cast, sign_in):
    row = task(cast, what="SECRET", kind="health", title="TITLE")
    page = sign_in(cast.cadre_user).get(url("detail", row.pk)).content
    assert (b"SECRET" in page, b"TITLE" in page) == (False, False)
    assert b"TITLE" not in sign_in(cast.cadre_user).get(LIST).content
    row.team.set([cast.cadre_user])
    page = sign_in(cast.cadre_user).get(url("detail", row.pk)).content
    assert (b"SECRET" in page, b"TITLE" in page) == (True, True)


def test_what_the_words_of_the_place_mean_is_found(cast, sign_in, home):
    client = sign_in(cast.worker)
    for where in ("17号楼3单元702", "17号楼", "东门岗亭"):
        sent = {
            "title": where,
            "compound": cast.hefengyuan.pk,
            "where": where,
            "kind": "repair",
            "risk": "2",
            "source": "meeting",
        }
        assert client.post(url("create"), sent).status_code == 302
    found = [(row.dwelling, row.building, row.place) for row in Task.objects.order_by("id")]
    building = home.entrance.building
    assert found == [(home, building, ""), (None, building, ""), (None, None, "东门岗亭")]
    assert set(Task.objects.values_list("source", "created_by")) == {("meeting", cast.worker.pk)}


@pytest.mark.parametrize(
    "bad",
    [{"title": ""}, {"title": "\x00"}, {"title": "长" * 81}, {"what": "\u202e"}, {"what": "x" * 100_000}, {"where": "\x07"},
     {"risk": "4"}, {"kind": "explode"}, {"source": "alert"}, {"due_at": "2001-01-01T00:00"}, {"compound": "999999"}],
)  # fmt: skip
def test_a_task_that_cannot_be_is_answered_at_its_field(cast, sign_in, bad):
    good = {"title": "修灯", "compound": cast.hefengyuan.pk, "where": "", "kind": "repair", "risk": "1", "source": "hand"}
    page = sign_in(cast.worker).post(url("create"), good | bad)
    assert (page.status_code, list(page.context["form"].errors), Task.objects.count()) == (422, list(bad), 0)


def test_neither_compound_nor_people_of_another_community_can_be_chosen(cast, sign_in):
    client = sign_in(cast.worker)
    sent = {"title": "修灯", "compound": cast.yushu_rental.pk, "kind": "repair", "risk": "1", "source": "hand"}
    assert list(client.post(url("create"), sent).context["form"].errors) == ["compound"]
    row = task(cast)
    assert client.post(url("step", row.pk, "assign"), {"helper": cast.cadre2_user.pk}).status_code == 422
    assert client.post(url("step", row.pk, "lead"), {"lead": cast.other_secretary.pk}).status_code == 422
    away = factories.TaskFactory(community=cast.yushu, place="x", created_by=cast.other_secretary)
    assert client.get(url("detail", away.pk)).status_code == 404
    assert client.post(url("step", away.pk, "cancel"), {"reason": "x"}).status_code == 404


def test_a_chat_line_becomes_a_task_after_a_look(cast, sign_in, home):
    text = "王大妈:17号楼3单元702门口垃圾没人收🙏\n<script>"
    page = sign_in(cast.cadre_user).post(url("paste"), {"compound": cast.hefengyuan.pk, "text": text})
    initial = page.context["form"].initial
    assert (page.status_code, initial["where"], initial["source"], Task.objects.count()) == (200, "17-3-702", "chat", 0)
    assert b"<script>alert" not in page.content


def test_one_press_on_a_finding_and_the_way_back(cast, sign_in, home):
    stop = factories.StopFactory(round__community=cast.qinghe, dwelling=home)
    finding = Finding.objects.create(community=cast.qinghe, stop=stop, kind="no_food", found_at=timezone.now())
    client = sign_in(cast.worker)
    press = url("start_from", "finding", finding.pk)
    assert press.encode() in client.get(reverse("residents:finding_list")).content
    assert len({client.post(press).url for _ in range(3)}) == 1
    row = Task.objects.get()
    assert url("detail", row.pk).encode() in client.get(reverse("residents:finding_list")).content
    assert reverse("residents:round_sheet", args=[stop.round_id]).encode() in client.get(url("detail", row.pk)).content
    assert sign_in(cast.other_secretary).post(press).status_code == 404
    assert client.post(url("start_from", "moon", finding.pk)).status_code == 404


def test_a_cadre_takes_one_finishes_it_and_says_what_was_done(cast, sign_in):
    row = task(cast)
    client = sign_in(cast.cadre_user)
    client.post(url("step", row.pk, "claim"))
    assert [one.pk for one in client.get(reverse("checkpoints:my_day")).context["tasks"]] == [row.pk]
    client.post(url("step", row.pk, "start"))
    assert client.post(url("step", row.pk, "finish"), {"result": ""}).status_code == 422
    client.post(url("step", row.pk, "finish"), {"result": NASTY})
    row.refresh_from_db()
    assert (row.state, row.result) == (TaskState.DONE, NASTY)
    page = client.get(url("detail", row.pk)).content.decode()
    assert ("<script>alert" in page, "{{ 7|add:7 }}" in page) == (False, True)


@pytest.mark.parametrize("step", ["finish", "lead", "assign", "note", "hand-over", "give-back", "change", "close", "cancel"])
def test_every_step_has_a_page_that_answers_kindly(cast, sign_in, step):
    row = task(cast, assignee=cast.worker)
    client = sign_in(cast.worker)
    assert client.get(url("step", row.pk, step)).status_code == 200
    sent = {"helper": "x", "lead": "x", "reason": "\x00", "text": "y" * 9999, "due_at": "never", "risk": "9", "result": "\x00"}
    assert client.post(url("step", row.pk, step), sent).status_code == 422


def test_an_unknown_step_is_not_there_and_the_desks_steps_are_the_desks(cast, sign_in):
    row = task(cast)
    assert sign_in(cast.worker).post(url("step", row.pk, "explode")).status_code == 404
    assert sign_in(cast.cadre_user).post(url("step", row.pk, "cancel"), {"reason": "x"}).status_code == 403


def test_the_sheet_has_the_rows_of_the_list(cast, sign_in):
    task(cast, title="=1+1", place="东门")
    task(cast, title="b", place="西门", kind="repair")
    table = rows_of(sign_in(cast.secretary).post(url("export") + "?kind=repair"))
    assert [row[1] for row in table if "西门" in row or "东门" in row] == ["b"]


def test_the_secretary_sees_what_is_late_and_what_nobody_has(cast, sign_in):
    task(cast, due_at=timezone.now() - dt.timedelta(hours=1), assignee=cast.cadre_user)
    task(cast)
    waiting = {str(item.label): item.count for item in sign_in(cast.secretary).get("/").context["day"].waiting}
    assert (waiting["Tasks that are late"], waiting["Tasks nobody has"]) == (1, 1)


def test_what_was_brought_up_becomes_one_task_and_hears_of_it(cast, sign_in, home):
    row = factories.MatterFactory(community=cast.qinghe, kind="fault", what="暖气不热", dwelling=home, handler=cast.worker)
    client, press = sign_in(cast.worker), reverse("residents:task_start_from", args=["matter", row.pk])
    matter_page = reverse("residents:matter_detail", args=[row.pk])
    assert press.encode() in client.get(matter_page).content
    pages = {client.post(press).url for _ in range(2)}
    made = Task.objects.get()
    assert (pages, made.kind, made.dwelling, made.source) == ({url("detail", made.pk)}, "repair", home, "matter")
    assert url("detail", made.pk).encode() in client.get(matter_page).content
    assert matter_page.encode() in client.get(url("detail", made.pk)).content
    tasks.claim(task_id=made.pk, by=cast.cadre_user)
    tasks.finish(task_id=made.pk, result="已放气，热了", by=cast.cadre_user)
    row.refresh_from_db()
    assert (row.steps.get().text, row.is_open) == ("已放气，热了", True)


def test_a_dispute_never_becomes_a_task_and_what_is_ended_is_opened_first(cast, sign_in):
    client = sign_in(cast.secretary)
    dispute = factories.MatterFactory(community=cast.qinghe, kind="dispute", parties="甲乙")
    assert client.post(reverse("residents:task_start_from", args=["matter", dispute.pk])).status_code == 404
    over = factories.MatterFactory(community=cast.qinghe, kind="problem", handler=cast.worker)
    matters.give_up(matter_id=over.pk, reason="x", by=cast.worker)
    client.post(reverse("residents:task_start_from", args=["matter", over.pk]))
    assert Task.objects.count() == 0


def test_a_step_that_asks_has_a_page_and_one_that_does_not_is_done_at_once(cast, sign_in):
    mine = task(cast, assignee=cast.cadre_user, state="assigned")
    page = sign_in(cast.cadre_user).get(url("detail", mine.pk)).content.decode()
    begin, done = url("step", mine.pk, "start"), url("step", mine.pk, "finish")
    assert (f'action="{begin}"' in page, f'href="{done}"' in page, f'action="{done}"' in page) == (True, True, False)


def test_what_a_home_needs_besides_is_asked_from_the_page_of_the_task(cast, sign_in, home):
    errand_kinds.ensure()
    row = factories.TaskFactory(community=cast.qinghe, dwelling=home, assignee=cast.cadre_user, state="assigned")
    client, ask = sign_in(cast.cadre_user), reverse("residents:errand_create")
    assert f"{ask}?task={row.pk}" in client.get(url("detail", row.pk)).content.decode()
    form = client.get(f"{ask}?kind=groceries&task={row.pk}").context["form"]
    assert {name: form.initial.get(name) for name in ("home", "channel", "compound")} == {
        "home": str(home), "channel": "door", "compound": cast.hefengyuan,
    }  # fmt: skip
    for nonsense in ("x", "²", "999999", "9" * 40, "%00"):
        assert client.get(f"{ask}?kind=groceries&task={nonsense}").status_code == 200
    facts = {
        **{k: v for k, v in form.initial.items() if k != "compound"},
        "compound": cast.hefengyuan.pk,
        "what": "盐 1 袋",
        "urgency": "4",
    }
    client.post(ask, facts)
    at_errand = reverse("residents:errand_detail", args=[Errand.objects.get(source_task=row).pk])
    shown = client.get(url("detail", row.pk)).content.decode(), client.get(at_errand).content.decode()
    assert (at_errand in shown[0], url("detail", row.pk) in shown[1]) == (True, True)
    away = sign_in(cast.other_secretary)
    assert "home" not in away.get(f"{ask}?kind=groceries&task={row.pk}").context["form"].initial
    assert away.post(ask, facts | {"key": uuid.uuid4()}).context["form"].errors.keys() == {"compound", "source_task"}
