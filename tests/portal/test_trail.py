"""The audit trail as the secretary reads it."""

import pytest
from django.utils import timezone

from portal.accounts import audit, trail
from portal.accounts.models import Event
from portal.jobs.models import Job
from tests.factories import AssignmentFactory, MatterFactory, SecondmentFactory, ShiftFactory, StopFactory


@pytest.fixture
def line(cast) -> Event:
    return audit.record(
        "secondment.changed",
        cast.secondment,
        by=cast.secretary,
        before={"state": "approved", "ends_on": None},
        after={"state": "on_duty", "ends_on": "2022-04-30"},
    )


def test_a_line_reads_like_a_sentence(line):
    read = trail.line(line)

    assert (read.who, read.record, read.verb) == ("李秀兰", "Secondment", "changed")
    assert sorted(read.changes, reverse=True) == [("state", "approved", "on duty"), ("ends on", "—", "2022-04-30")]


def test_moments_are_shown_in_local_time_and_the_portal_has_a_name(cast):
    shift = ShiftFactory()
    event = audit.record("shift.changed", shift, by=None, after={"starts_at": "2022-04-10 00:30:00+00:00", "nonsense": True})

    read = trail.line(Event.objects.get(pk=event.pk))

    assert read.who == "the portal"
    assert sorted(read.changes) == [("nonsense", "—", "yes"), ("starts at", "—", "2022-04-10 08:30")]


def test_the_secretary_reads_her_own_communities_only(cast, sign_in, line):
    audit.record("secondment.changed", cast.secondment2, by=cast.other_secretary)

    own = sign_in(cast.secretary).get("/trail/").context["lines"]
    other = sign_in(cast.other_secretary).get("/trail/").context["lines"]

    assert [read.event for read in own] == [line]
    assert [read.event.community for read in other] == [cast.yushu]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("who=李", 1),
        ("who=王", 0),
        ("kind=changed", 1),
        ("kind=created", 0),
        ("table=deployments.secondment", 1),
        ("table=deployments.cadre", 0),
        ("row=0", 0),
        ("before=1", 0),
        ("day=2022-04-10", 0),
        # What cannot be understood filters nothing and says so.
        ("day=nonsense", 1),
        ("day=2022-02-30", 1),
        ("before=-1&page=x", 1),
        ("before=99999999999999999999999", 1),
        ("kind=%00&day=%ED%A0%80", 1),
    ],
)
def test_the_filter(cast, sign_in, line, query, found):
    answer = sign_in(cast.secretary).get(f"/trail/?{query}")

    assert (answer.status_code, len(answer.context["lines"])) == (200, found)


def test_what_is_called_the_same_is_offered_once_and_found_together(cast, sign_in, line):
    offered = dict(trail.verb_choices())

    assert len(offered.values()) == len(set(offered.values()))
    assert ("reversed" in offered, "undone" in offered) == (True, False)
    audit.record("secondment.undone", cast.secondment, by=cast.secretary)
    assert len(sign_in(cast.secretary).get("/trail/?kind=reversed").context["lines"]) == 1


def test_older_lines_follow_by_key(cast, sign_in):
    for _ in range(60):
        audit.record("community.changed", cast.qinghe, by=cast.secretary)
    client = sign_in(cast.secretary)

    first = client.get("/trail/").context
    second = client.get(f"/trail/?before={first['older']}").context

    assert (len(first["lines"]), len(second["lines"]), second["older"]) == (50, 10, None)
    assert first["lines"][-1].event.pk == second["lines"][0].event.pk + 1


def test_more_lines_cost_no_more_statements(cast, sign_in, queries, line):
    client = sign_in(cast.secretary)
    # One statement names all rows of a kind: each kind stands there once before counting.
    audit.record("community.changed", cast.qinghe, by=cast.worker)
    counts = []
    for _ in range(2):
        with queries() as seen:
            client.get("/trail/")
        counts.append(len(seen))
        audit.record("community.changed", cast.qinghe, by=cast.worker)
        audit.record("secondment.changed", SecondmentFactory(community=cast.qinghe), by=cast.secretary)

    assert counts[0] == counts[1]


def test_rows_of_the_community_have_names_and_those_of_others_numbers(cast, sign_in):
    shift = ShiftFactory(post__compound=cast.hefengyuan, post__name="东门")
    after = {"cadre": cast.cadre, "shift": shift, "is_lead": True}
    audit.record("assignment.made", AssignmentFactory(shift=shift, cadre=cast.cadre), by=cast.secretary, after=after)
    audit.record("secondment.changed", cast.secondment2, by=cast.secretary, community=cast.qinghe)

    foreign, made = sign_in(cast.secretary).get("/trail/").context["lines"]

    assert foreign.name == str(cast.secondment2.pk)
    assert made.name.startswith("马* 东门 ")
    assert sorted(after for _label, _before, after in made.changes) == sorted(
        ["马*", f"东门 {timezone.localtime(shift.starts_at):%m-%d %H:%M}", "yes"]
    )


def test_what_stands_beside_the_columns_has_words_too(cast, sign_in):
    job = Job.objects.create(kind="export", community=cast.qinghe, by=cast.secretary)
    after = {"table": "roster", "kind": "export", "cadres_on_duty": 3, "full": False, "reason": "", "agrees": True}
    audit.record("job.exported", job, by=cast.secretary, community=cast.qinghe, after=after)

    (line,) = sign_in(cast.secretary).get("/trail/").context["lines"]

    # A reason that nobody gave is no change.
    assert sorted(line.changes) == [
        ("ID numbers, phones and addresses in full", "—", "no"),
        ("agreed to be named", "—", "yes"),
        ("cadres on duty", "—", "3"),
        ("kind", "—", "Export"),
        ("sheet", "—", "roster of cadres"),
    ]


def test_a_name_an_import_wrote_stays_a_name(cast):
    event = audit.record("cadre.changed", cast.cadre, by=None, community=cast.qinghe, after={"unit": "新单位"})

    assert trail.line(event).changes == [("sending unit", "—", "新单位")]


def test_kinds_and_endings_are_called_what_the_pages_call_them(cast, sign_in):
    matter = MatterFactory(community=cast.qinghe, kind="tip_off")
    audit.record("matter.assigned", matter, by=cast.secretary)
    audit.record("stop.done", StopFactory(round__community=cast.qinghe), by=cast.secretary, after={"outcome": "no_answer"})
    audit.record("secondment.on_duty", cast.secondment, by=cast.secretary, after={"in": 182})

    on_duty, stop, given = sign_in(cast.secretary).get("/trail/").context["lines"]

    assert (on_duty.verb, on_duty.changes) == ("on duty", [("in", "—", "182")])
    assert stop.changes == [("outcome", "—", "Nobody answers")]
    assert given.name == f"{matter.get_kind_display()} {matter.pk}"
