"""The demo fills an empty database with invented people, and only that."""

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, Exists, OuterRef
from django.utils import timezone

from checkpoints.models import Assignment, Handover, Passage, Shift
from checkpoints.services import exposure, inside
from deployments.models import Cadre, SendingUnit
from portal.accounts.models import Channel, Event, Message, User
from portal.accounts.services import deliveries
from portal.demo.messages import NEW, TELL
from portal.jobs.imports import lines
from portal.jobs.models import Job
from portal.management.commands.demo import SIGN_INS
from residents.models import (
    Building,
    CaseState,
    Community,
    Compound,
    Dwelling,
    QuarantineCase,
    Resident,
    Round,
    RoundPlan,
)

TOLD = ("secretary", "worker", "cadre", "cadre2", "supervisor", "officer")
INBOX = ("/messages/",)
MESSAGES = (*INBOX, "/messages/channels/")
HELPERS = (
    "/checkpoints/deliveries/", "/residents/errands/", "/residents/tasks/", "/residents/matters/", "/residents/notices/",
    "/residents/teams/", "/residents/persuasions/", "/deployments/commendations/mine/", "/checkpoints/gate/", "/my/",
)  # fmt: skip
FILLED = {
    "secretary": (*MESSAGES, "/jobs/", "/exports/", "/checkpoints/exposure/", "/deployments/secondments/?state=submitted",
                  "/deployments/leave/?state=refused", "/residents/notices/?view=past"),
    "worker": (*INBOX, "/jobs/"),
    "cadre": (*INBOX, *HELPERS),
    "cadre2": (*INBOX, *HELPERS),
    "supervisor": INBOX,
    "officer": (*MESSAGES, "/jobs/", "/exports/"),
    "district": ("/jobs/", "/exports/"),
    "operator": MESSAGES,
}  # fmt: skip


def is_the_district_the_readme_promises(_client):
    assert [c.name for c in Community.objects.all()] == ["清荷社区", "榆树社区", "石桥社区"]
    assert Compound.objects.count() == 6
    assert Building.objects.filter(compound__name="荷风苑").count() == 18
    assert (Cadre.objects.count(), SendingUnit.objects.count()) == (62, 7)
    assert set(SIGN_INS) <= set(User.objects.values_list("username", flat=True))


def has_gaps_today_and_nobody_without_rest(_client):
    assert any(shift.crew.count() < shift.required for shift in Shift.objects.all())
    assert Passage.objects.exists()
    last: dict[int, Assignment] = {}
    for assignment in Assignment.objects.order_by("starts_at"):
        if before := last.get(assignment.cadre_id):
            assert (assignment.starts_at - before.ends_at).total_seconds() >= 8 * 3600
        last[assignment.cadre_id] = assignment


def lets_its_cadre_log_at_the_gate(client):
    cadre = User.objects.get(username="cadre")
    shift = Shift.objects.running().get(crew__cadre__user=cadre)
    client.force_login(cadre)
    assert 'id="gate-form"' in client.get(f"/checkpoints/gate/{shift.pk}/").content.decode()


def hands_each_shift_over_by_its_own_crew(_client):
    sheets = Handover.objects.filter(shift__post__kind__in=["tent", "service_desk"])
    assert sheets.exists()
    assert {str(sheet.totals) for sheet in sheets} == {"{}"}
    own = Assignment.objects.standing().filter(shift=OuterRef("shift"), cadre__user=OuterRef("handed_over_by"))
    assert not Handover.objects.exclude(Exists(own)).exists()
    assert Handover.objects.filter(confirmed_at=None).count() == 1


def has_visitors_inside_at_every_hour(_client):
    rows = inside.rows(Compound.objects.get(name="荷风苑"))
    assert {"燃气检修", "照护老人", "送药"} <= set(rows.values_list("reason", flat=True))


def has_rounds_half_walked(_client):
    assert Round.objects.open().filter(stops__state="open").exists()
    assert not Round.objects.filter(closed_at__isnull=False, stops__state="open").exists()
    assert RoundPlan.objects.values("compound").distinct().count() == 4
    late = Round.objects.late(timezone.now()).filter(day__lt=timezone.localdate())
    assert set(late.values_list("kind", flat=True)) == {"wellbeing_call"}


def has_cases_at_every_stage(_client):
    assert set(QuarantineCase.objects.values_list("state", flat=True)) == set(CaseState.values)


def people_have_numbers_that_belong_to_nobody(_client):
    assert {cadre.id_number[:2] for cadre in Cadre.objects.all()} == {"99"}
    assert {cadre.phone[:7] for cadre in Cadre.objects.all()} == {"1990000"}


def has_the_homes_of_the_field_reports(_client):
    assert (Dwelling.objects.count(), Resident.objects.count()) == (3319, 6950)
    here = Resident.objects.filter(dwelling__entrance__building__compound__name="荷风苑")
    assert (here.count(), here.living_in().count()) == (1300, 1100)
    assert here.filter(care__category__code="mobility").values("dwelling").distinct().count() == 36
    assert max(Resident.objects.values_list("dwelling").annotate(n=Count("pk")).values_list("n", flat=True)) == 10


def has_sheets_that_came_in_and_went_out(_client):
    made = Job.objects.order_by("by__username", "kind", "id")
    assert list(made.values_list("by__username", "kind", "state")) == [
        ("district", "export", "done"),
        ("officer", "export", "done"),
        ("secretary", "export", "done"),
        ("secretary", "export", "done"),
        ("secretary", "import_cadres", "done"),
        ("secretary", "import_residents", "previewed"),
        ("worker", "import_passages", "previewed"),
    ]
    assert {job.result.open("rb").read(2) for job in made.filter(kind="export")} == {b"PK"}
    assert {job.kind: len(list(lines(job, "refuse"))) for job in made.exclude(kind="export")} == {
        "import_cadres": 2, "import_residents": 1, "import_passages": 1,
    }  # fmt: skip


def has_told_everybody_something_and_some_of_it_is_new(_client):
    new = {user.username: user.inbox.filter(read_at=None).count() for user in User.objects.filter(username__in=SIGN_INS)}
    assert {name: new[name] for name in TOLD if not 2 <= new[name] <= NEW} == {}
    # The portal tells an operator nothing but that the own channel is silent.
    assert new["operator"] == 1
    before = Message.objects.count()
    for tell in TELL:
        tell()
    assert Message.objects.count() == before


def sends_nothing_to_another_machine(_client):
    assert not Channel.objects.filter(dead_at=None).exists()
    told = User.objects.filter(channels__isnull=False).values_list("username", flat=True)
    assert set(told) == {"secretary", "officer", "operator"}
    assert deliveries.run(seconds=1.0) == 0


def shows_something_on_every_page_of_a_list(client):
    for name, addresses in FILLED.items():
        client.force_login(User.objects.get(username=name))
        pages = {address: client.get(address) for address in addresses}
        empty = [address for address, page in pages.items() if page.status_code != 200 or b"p-empty" in page.content]
        assert (name, empty) == (name, [])


def has_somebody_off_duty_after_an_exposure(_client):
    assert exposure.followed(Community.objects.filter(name="清荷社区")).count() == 1


def refuses_a_database_with_places(_client):
    rows = [model.objects.count() for model in (Cadre, Resident, Job, Message, Channel, Event)]
    with pytest.raises(CommandError, match="empty database"):
        call_command("demo")
    call_command("demo", when_empty=True)
    assert [model.objects.count() for model in (Cadre, Resident, Job, Message, Channel, Event)] == rows


LOOKS = (
    is_the_district_the_readme_promises,
    has_gaps_today_and_nobody_without_rest,
    lets_its_cadre_log_at_the_gate,
    hands_each_shift_over_by_its_own_crew,
    has_visitors_inside_at_every_hour,
    has_rounds_half_walked,
    has_cases_at_every_stage,
    people_have_numbers_that_belong_to_nobody,
    has_the_homes_of_the_field_reports,
    has_sheets_that_came_in_and_went_out,
    has_told_everybody_something_and_some_of_it_is_new,
    sends_nothing_to_another_machine,
    shows_something_on_every_page_of_a_list,
    has_somebody_off_duty_after_an_exposure,
    refuses_a_database_with_places,
)


@pytest.mark.slow
def test_the_demo_is_what_the_readme_promises(db, client):
    """One test: to load it takes longer than all looks together."""
    call_command("demo", anyway=True)
    for look in LOOKS:
        look(client)


def test_demo_refuses_a_real_installation_unless_asked(db, settings):
    settings.DEBUG = False

    with pytest.raises(CommandError, match="DEBUG is off"):
        call_command("demo")

    assert Community.objects.count() == 0
