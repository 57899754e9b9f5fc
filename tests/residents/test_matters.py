"""What residents bring up: who reads it, how it is handled, and that nothing of a dispute is read by anybody else."""

import uuid

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck as Slow
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.accounts.models import Event, Message
from portal.lib.errors import Refused
from portal.reports.services.rollups import roll_up
from residents import timeline
from residents.models import Community, Matter, MatterKind, MatterState
from residents.models.matters import ENDED
from residents.services import asks, matter_asks, matters
from residents.services.ask_sheets import Sheet
from residents.services.tasks import Place
from tests import factories
from tests.sheets import rows_of

CANARY = "CANARY-7f3a"
LIST = reverse("residents:matter_list")
BAD = [{"what": ""}, {"what": "\x00"}, {"what": "x" * 1001}, {"kind": "explode"}, {"parties": "\u202e"}, {"name": "x" * 41},
     {"phone": "ring me"}, {"compound": "999999"}, {"where": "\x07"}, {"kind": "dispute"}, {"level": "9"},
       {"level": "\x00"}, {"level": "", "kind": "sign"}]  # fmt: skip
NASTY = "<script>alert(1)</script>{{ 7|add:7 }}"


def url(name, *args):
    return reverse(f"residents:matter_{name}", args=args)


def matter(cast, **more):
    return factories.MatterFactory(community=cast.qinghe, **more)


@pytest.fixture
def home(cast):
    entrance = factories.EntranceFactory(number="3", building__number="17", building__compound=cast.hefengyuan)
    return factories.DwellingFactory(entrance=entrance, room_no="702")


@pytest.fixture
def dispute(cast, home):
    row = matter(
        cast, kind="dispute", what=CANARY, parties=CANARY, written_name=CANARY, dwelling=home, handler=cast.cadre_user
    )  # fmt: skip
    row.steps.create(text=CANARY, by=cast.cadre_user)
    return row


# Rules


def test_a_dispute_is_between_somebody(cast):
    with pytest.raises(Refused, match="between whom"):
        matters.report(
            key=uuid.uuid4(), place=Place(cast.qinghe, words="x"), kind="dispute", what="x", by=cast.secretary
        )  # fmt: skip


def test_only_handlers_and_the_secretary_read_a_dispute(cast, dispute):
    helper = factories.MembershipFactory(community=cast.qinghe).user
    dispute.helpers.add(helper)
    readers = {who.pk for who in (cast.secretary, cast.cadre_user, helper)}
    everybody = (cast.secretary, cast.worker, cast.cadre_user, helper, cast.cadre2_user, cast.other_secretary, cast.officer)
    assert {who.pk for who in everybody if matters.readable(who).exists()} == readers


def test_who_handled_a_dispute_and_left_the_community_reads_it_no_more(cast, dispute):
    cast.cadre_user.memberships.update(ends_on="2020-01-02")
    assert not matters.readable(type(cast.cadre_user).objects.get(pk=cast.cadre_user.pk)).exists()


def test_of_the_rest_the_office_reads_everything_and_a_cadre_their_own(cast):
    mine, other = matter(cast, handler=cast.cadre_user), matter(cast)
    assert set(matters.readable(cast.worker)) == {mine, other}
    assert set(matters.readable(cast.cadre_user)) == {mine}


def test_a_fault_is_solved_once_it_is_fixed_and_the_firm_is_on_record(cast):
    row = matter(cast, kind="fault", handler=cast.cadre_user)
    matters.call_firm(matter_id=row.pk, firm="热力公司", firm_phone="19900000001", reply="下午三点到", by=cast.cadre_user)
    with pytest.raises(IntegrityError), transaction.atomic():
        Matter.objects.filter(pk=row.pk).update(state="solved", outcome="x", ended_at=timezone.now(), ended_by=cast.worker)
    assert matters.solve(matter_id=row.pk, outcome="来暖了", by=cast.cadre_user).fixed_at
    assert row.firm_calls.get().reply == "下午三点到"
    with pytest.raises(Refused, match="fault only"):
        matters.call_firm(matter_id=matter(cast).pk, firm="x", by=cast.worker)


def test_nobody_of_another_community_handles_it(cast):
    row = matter(cast)
    for people in ({"handler": cast.cadre2_user}, {"handler": cast.worker, "helpers": [cast.other_secretary]}):
        with pytest.raises(Refused, match="handles nothing"), transaction.atomic():
            matters.give(matter_id=row.pk, by=cast.secretary, **people)


def test_what_is_in_others_hands_is_ended_by_them_or_the_desk(cast):
    row = matter(cast, handler=cast.worker)
    with pytest.raises(Refused, match="not in your hands"):
        matters.solve(matter_id=row.pk, outcome="x", by=cast.cadre_user)
    assert matters.solve(matter_id=row.pk, outcome="x", by=cast.secretary).state == "solved"


MOVES = {
    "take": lambda m, who, cast: matters.take(matter_id=m, by=who),
    "give": lambda m, who, cast: matters.give(matter_id=m, handler=who, helpers=[cast.secretary], by=cast.secretary),
    "step": lambda m, who, cast: matters.step(matter_id=m, text="x", by=who),
    "firm": lambda m, who, cast: matters.call_firm(matter_id=m, firm="x", by=who),
    "solve": lambda m, who, cast: matters.solve(matter_id=m, outcome="x", by=who),
    "give_up": lambda m, who, cast: matters.give_up(matter_id=m, reason="x", by=who),
    "reopen": lambda m, who, cast: matters.reopen(matter_id=m, reason="x", by=None),
}


@settings(max_examples=20, deadline=None, suppress_health_check=[Slow.function_scoped_fixture])
@given(
    kind=st.sampled_from([kind.value for kind in MatterKind]),
    pressed=st.lists(st.tuples(st.sampled_from(sorted(MOVES)), st.integers(0, 1)), max_size=10),
)
def test_no_order_of_presses_leads_astray(cast, kind, pressed):
    people, pk = (cast.cadre_user, cast.worker), matter(cast, kind=kind).pk
    for name, who in pressed:
        before = Matter.objects.get(pk=pk)
        try:
            with transaction.atomic():
                MOVES[name](pk, people[who], cast)
        except Refused:
            assert Matter.objects.get(pk=pk).state == before.state
            continue
        after = Matter.objects.get(pk=pk)
        assert (after.handler_id is None) is (after.state == MatterState.NEW)
        assert (after.state in ENDED) is bool(after.outcome) is (after.ended_at is not None)
        assert name == "reopen" or before.state not in ENDED


def test_what_was_agreed_before_is_found_among_the_steps(cast, dispute):
    matters.solve(matter_id=dispute.pk, outcome="各让一步", by=cast.cadre_user)
    matters.reopen(matter_id=dispute.pk, reason="又吵起来了", by=cast.secretary)

    said = list(dispute.steps.values_list("text", "by"))[-2:]
    assert said == [("各让一步", cast.cadre_user.pk), ("又吵起来了", cast.secretary.pk)]


# Pages


def test_nothing_of_a_dispute_stands_anywhere_for_others(cast, sign_in, dispute, home):
    places = [
        LIST, LIST + "?group=mediations", url("detail", dispute.pk), url("step", dispute.pk, "step"), "/", "/search/?q=CANARY",
        "/my/", reverse("residents:dwelling_detail", args=[home.pk]), "/messages/",
        reverse("residents:ledger_list"), LIST + "?group=mediations&state=new&kind=dispute",
    ]  # fmt: skip
    for who in (cast.worker, cast.cadre2_user, cast.other_secretary, cast.officer):
        client = sign_in(who)
        answers = [client.get(address, follow=True) for address in places]
        answers.append(client.post(url("export"), {"group": "mediations"}))
        assert not any(CANARY.encode() in b"".join(answer) for answer in answers)
    assert all(
        CANARY not in " ".join(row) for row in rows_of(sign_in(cast.worker).post(url("export"), {"group": "mediations"}))
    )
    assert any(CANARY in " ".join(row) for row in rows_of(sign_in(cast.secretary).post(url("export"), {"group": "mediations"})))
    assert CANARY.encode() in sign_in(cast.cadre_user).get(url("detail", dispute.pk)).content
    assert [entry for entry in timeline.of(home, reader=cast.secretary) if "dispute" in str(entry.what)] == []
    matters.give(matter_id=dispute.pk, handler=cast.worker, by=cast.secretary)
    assert not any(CANARY in str((event.before, event.after)) for event in Event.objects.all())
    assert not any(CANARY in str(message.facts) for message in Message.objects.all())
    assert matter_asks.opened(matter_asks.link(dispute)) is None


def test_a_dispute_taken_down_by_a_cadre_is_sealed_from_then_on(cast, sign_in):
    sent = {"kind": "dispute", "what": "漏水吵架", "parties": "甲、乙", "compound": cast.hefengyuan.pk, "where": "3栋"}
    client = sign_in(cast.cadre_user)
    assert client.post(url("create"), sent).url == LIST
    row = Matter.objects.get()
    assert client.get(url("detail", row.pk)).status_code == 404
    assert {message.to for message in Message.objects.all()} == {cast.secretary}


def test_a_mediation_is_printed_with_its_heading_by_those_who_read_it_and_without_the_private_link(cast, sign_in):
    dispute, problem = matter(cast, kind="dispute", what=CANARY, handler=cast.cadre_user), matter(cast, kind="problem")
    paper = sign_in(cast.secretary).get(url("detail", dispute.pk)).content.decode()
    assert ("data-print" in paper, f'<p class="p-print">{cast.qinghe} ·' in paper, "p-signatures" in paper) == (
        True,
        True,
        True,
    )
    assert sign_in(cast.worker).get(url("detail", dispute.pk)).status_code == 404
    paper = sign_in(cast.secretary).get(url("detail", problem.pk)).content.decode()
    own = paper[: paper.index("p-link")].rindex("<section")
    assert ("p-signatures" in paper, paper[own:].startswith('<section class="p-panel p-screen">')) == (False, True)


def test_the_list_is_printed_with_its_community(cast, sign_in):
    matter(cast, kind="problem")
    paper = sign_in(cast.secretary).get(LIST).content.decode()
    assert ("data-print" in paper, f'<p class="p-print">{cast.qinghe} ·' in paper) == (True, True)


@pytest.mark.parametrize("group", ["appeals", "mediations", "incidents", "signs", "\x00"])
def test_every_list_opens_and_asks_a_fixed_number_of_statements(cast, sign_in, queries, home, group):
    client, seen = sign_in(cast.secretary), []
    for count in (1, 2):
        for kind in ("problem", "dispute", "gathering", "sign") * count:
            matter(cast, kind=kind, dwelling=home, handler=cast.cadre_user)
        with queries() as asked:
            assert client.get(LIST, {"group": group, "state": "open", "kind": "\x00"}).status_code == 200
        seen.append(len(asked))
    assert seen[0] == seen[1] <= 12


def test_an_early_sign_is_weighed_and_stands_nowhere_for_the_home(cast, sign_in, home):
    client = sign_in(cast.worker)
    sent = {"kind": "sign", "level": "1", "what": CANARY, "compound": cast.hefengyuan.pk, "where": "17-3-702"}
    assert client.post(url("create"), sent).status_code == 302
    row = Matter.objects.get()
    assert (row.level, row.dwelling, matter_asks.opened(matter_asks.link(row))) == (1, home, None)
    assert [entry.what for entry in timeline.of(home, reader=cast.secretary)] == []
    matters.take(matter_id=row.pk, by=cast.worker)
    assert client.post(url("step", row.pk, "weigh"), {"level": "3", "text": "今晚上门谈"}).status_code == 302
    row.refresh_from_db()
    page = client.get(url("detail", row.pk))
    assert (row.level, "今晚上门谈" in page.content.decode(), page.context["link"]) == (3, True, "")
    for bad in ({"level": "4", "text": "x"}, {"level": "2", "text": ""}, {"level": "2", "text": "\x00"}):
        assert client.post(url("step", row.pk, "weigh"), bad).status_code == 422
    problem = matter(cast, handler=cast.worker)
    with pytest.raises(Refused, match="Only an early sign"):
        matters.weigh(matter_id=problem.pk, level=2, text="x", by=cast.worker)
    here = Community.objects.filter(pk=cast.qinghe.pk)
    (report,) = roll_up(day=timezone.localdate(), communities=here, by=cast.secretary)
    assert (report.counted["incidents"], report.counted["problems_new"]) == (0, 1)
    assert sign_in(cast.cadre_user).get(url("detail", row.pk)).status_code == 404


def test_a_level_belongs_to_early_signs_alone(cast, sign_in):
    sent = {"kind": "problem", "level": "2", "what": "x", "compound": cast.hefengyuan.pk, "where": "x"}
    sign_in(cast.worker).post(url("create"), sent)
    assert Matter.objects.get().level is None
    for facts in ({"kind": "problem", "level": 2}, {"kind": "sign", "level": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            matter(cast, **facts)


def test_a_door_is_opened_before_witnesses(cast, sign_in):
    row = matter(cast, kind="lock_out", handler=cast.worker)
    client, sent = sign_in(cast.worker), {"outcome": "老人平安"}
    assert client.post(url("step", row.pk, "solve"), sent).status_code == 422
    with pytest.raises(Refused, match="who was there"):
        matters.solve(matter_id=row.pk, outcome="x", by=cast.worker)
    client.post(url("step", row.pk, "solve"), sent | {"witnesses": "民警李警官、物业"})
    row.refresh_from_db()
    assert (row.state, row.parties) == (MatterState.SOLVED, "民警李警官、物业")


@pytest.mark.parametrize("bad", BAD)
def test_what_cannot_be_is_answered_at_its_field(cast, sign_in, bad):
    good = {"kind": "problem", "what": "下水堵了", "compound": cast.hefengyuan.pk, "where": "3栋"}
    page = sign_in(cast.worker).post(url("create"), good | bad)
    field = "parties" if bad == {"kind": "dispute"} else next(iter(bad))
    assert (page.status_code, list(page.context["form"].errors), Matter.objects.count()) == (422, [field], 0)


def test_rows_and_people_of_another_community_cannot_be_chosen(cast, sign_in):
    client = sign_in(cast.secretary)
    sent = {"kind": "problem", "what": "x", "compound": cast.yushu_rental.pk, "where": "x"}
    assert list(client.post(url("create"), sent).context["form"].errors) == ["compound"]
    away = factories.MatterFactory(community=cast.yushu)
    assert client.post(url("step", away.pk, "take")).status_code == 404
    sent = {"handler": cast.cadre2_user.pk, "helpers": [cast.other_secretary.pk]}
    assert set(client.post(url("step", matter(cast).pk, "give"), sent).context["form"].errors) == {"handler", "helpers"}


@pytest.mark.parametrize("step", ["step", "solve", "give", "firm", "give-up"])
def test_every_step_answers_kindly_and_shows_script_as_typed(cast, sign_in, step):
    row = matter(cast, kind="fault", what=NASTY, handler=cast.worker)
    client = sign_in(cast.worker)
    assert client.get(url("step", row.pk, step)).status_code == 200
    sent = {"text": "\x00", "outcome": "", "handler": "x", "firm": "x" * 99, "reason": ""}
    assert client.post(url("step", row.pk, step), sent).status_code == 422
    assert client.post(url("step", row.pk, "explode")).status_code == 404
    client.post(url("step", row.pk, "step"), {"text": NASTY})
    page = client.get(url("detail", row.pk)).content.decode()
    assert ("<script>alert" in page, page.count("{{ 7|add:7 }}")) == (False, 2)


# The resident's pages


def test_a_resident_brings_something_up_and_follows_it(cast, sign_in, client, home):
    token = asks.sheet_link(Sheet(cast.hefengyuan, home.entrance))
    ask = url("ask", token)
    assert ask.encode() in client.get(reverse("residents:ask", args=[token])).content
    form = client.get(ask).context["form"]
    sent = {"key": str(form["key"].value()), "kind": "fault", "what": "暖气不热", "home": "702", "name": "王建国",
            "phone": "19900021234"}  # fmt: skip
    links = {client.post(ask, sent).url for _ in range(3)}
    row = Matter.objects.get()
    assert (len(links), row.dwelling, row.reported_by) == (1, home, None)
    own = links.pop()
    matters.take(matter_id=row.pk, by=cast.worker)
    matters.step(matter_id=row.pk, text="SECRET", by=cast.worker)
    matters.step(matter_id=row.pk, text="已报修", for_resident=True, by=cast.worker)
    page = client.get(own).content.decode()
    assert ("已报修" in page, "周*" in page) == (True, True)
    assert not any(word in page for word in ("SECRET", "王建国", "1990002", "702", "周敏"))
    matters.solve(matter_id=row.pk, outcome="已修好", by=cast.worker)
    assert "已修好" in client.get(own).content.decode()
    client.post(own, {"text": "又不热了"})
    row.refresh_from_db()
    assert (row.state, row.steps.last().text) == ("in_hand", "又不热了")


def test_links_that_were_never_given_out_lead_nowhere(cast, client):
    row = matter(cast)
    good = matter_asks.link(row)
    for token in (good[:-1], good + "x", f"{row.pk}.x", good.replace(str(row.pk), str(row.pk + 1), 1), "x" * 500, "\u202e"):
        assert client.get(url("own", token)).status_code == 404
    assert client.get(url("ask", good)).status_code == 404


def test_bad_words_of_a_resident_store_nothing(cast, client):
    ask = url("ask", asks.sheet_link(Sheet(cast.hefengyuan)))
    good = {"kind": "problem", "what": "x", "home": "17-3-702", "name": "王", "phone": "19900021234"}
    for bad in (
        {"kind": "dispute"},
        {"what": "\x00"},
        {"what": "x" * 100_000},
        {"phone": "x"},
        {"name": "\u202e"},
        {"home": ""},
    ):
        assert client.post(ask, good | bad).status_code == 422
    assert Matter.objects.count() == 0


def test_a_thousand_requests_are_too_many(cast, client):
    ask = url("ask", asks.sheet_link(Sheet(cast.hefengyuan)))
    good = {"kind": "problem", "home": "17-3-702", "name": "王", "phone": "19900021234"}
    answers = [client.post(ask, good | {"what": f"x{n}"}).status_code for n in range(12)]
    assert (answers[0], answers[-1]) == (302, 429)


# Figures


def test_the_day_counts_what_was_brought_up_and_what_was_settled(cast):
    for kind in ("problem", "fault", "suggestion", "dispute", "lock_out"):
        row = matter(cast, kind=kind)
        matters.take(matter_id=row.pk, by=cast.secretary)
        if kind != "lock_out":
            matters.solve(matter_id=row.pk, outcome="x", by=cast.secretary)
    matter(cast)
    (report,) = roll_up(day=timezone.localdate(), communities=Community.objects.filter(pk=cast.qinghe.pk), by=cast.secretary)
    names = ("problems_new", "problems_solved", "mediations", "incidents")
    assert [report.counted[name] for name in names] == [3, 2, 1, 1]


def test_what_is_brought_up_by_the_link_of_an_errand_stands_on_its_page(cast, client, home):
    errand = factories.ErrandFactory(dwelling=home)
    token = asks.errand_link(errand)
    page, ask = reverse("residents:ask", args=[token]), url("ask", token)
    assert ask.encode() in client.get(page).content
    sent = {"kind": "problem", "what": "电梯坏了", "home": "702", "name": "王建国", "phone": "19900021234"}
    own = client.post(ask, sent).url
    row = Matter.objects.get()
    assert (row.errand, row.dwelling) == (errand, home)
    assert own.encode() in client.get(page).content
