"""What rounds leave behind: figures, registers, the layers of the picture, the timeline, and the file of a quarantine."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from portal.lib.dates import moment
from portal.lib.errors import Refused
from portal.reports.counting import count
from portal.reports.exports.tables import TABLES, Asked
from residents import layers, timeline
from residents.models import Community, Dwelling, HealthCheck, Round, Stop
from residents.services import rounds, stops
from tests.factories import DwellingFactory, QuarantineCaseFactory, ResidentFactory, RoundFactory, StopFactory


def figures(cast):
    numbers = count(day=timezone.localdate(), as_of=timezone.now(), communities=Community.objects.filter(pk=cast.qinghe.pk))
    return numbers[cast.qinghe.pk]


def walk(cast, kind, *targets, **fields):
    made = RoundFactory(community=cast.qinghe, plan__kind=kind, walkers=[cast.cadre_user], **fields)
    for target in targets:
        StopFactory(round=made, **target)
    return made


def done(cast, made, *said, outcome="done"):
    for stop, answers in zip(made.stops.in_order(), said, strict=False):
        stops.do(stop_id=stop.pk, outcome=outcome, answers=answers, by=cast.cadre_user)


def place(name):
    return {"dwelling": None, "place": name}


@pytest.fixture
def home(cast):
    return DwellingFactory(entrance__building__compound=cast.hefengyuan)


def test_square_metres_and_persuaded_people_are_added_up(cast, home):
    sprayed = walk(cast, "disinfection", place("大厅"), place("电梯"))
    done(cast, sprayed, {"area_m2": 80, "contact_minutes": 30}, {"area_m2": 40, "contact_minutes": 30})
    patrol = walk(cast, "patrol", place("东门"))
    done(cast, patrol, {"seen": "gathering", "persuaded": 7})
    rounds.close(round_id=patrol.pk, by=cast.cadre_user)
    for kind in ("rubbish", "vegetables"):
        done(cast, walk(cast, kind, {"dwelling": home}), {})

    found = figures(cast)

    wanted = {
        "door_services": 2,
        "disinfections": 2,
        "disinfected_m2": 120,
        "disinfecting": 1,
        "persuaded": 7,
        "patrols": 1,
        "rounds_done": 1,
    }
    assert {key: found[key] for key in wanted} == wanted


def test_swept_homes_count_once_and_reasons_do_not(cast, home):
    other = DwellingFactory(entrance=home.entrance)
    done(cast, walk(cast, "sweep", {"dwelling": home}), {})
    again = walk(cast, "sweep", {"dwelling": home}, {"dwelling": other})
    done(cast, again, {})
    stops.do(stop_id=again.stops.open().get().pk, outcome="no_answer", by=cast.cadre_user)
    Round.objects.filter(pk=again.pk).update(day=timezone.localdate() - dt.timedelta(days=1))
    people = ResidentFactory.create_batch(2, dwelling=home)
    done(cast, walk(cast, "phone_sweep", *({"dwelling": home, "resident": person} for person in people)), {}, {})

    found = figures(cast)

    assert (found["swept_today"], found["swept_so_far"]) == (1, 1)


def test_a_round_that_is_late_is_missed(cast, home):
    walk(cast, "rubbish", {"dwelling": home}, starts_at=timezone.now() - dt.timedelta(hours=3))
    Round.objects.update(day=timezone.localdate())

    assert (figures(cast)["rounds_done"], figures(cast)["rounds_missed"]) == (0, 1)


def test_registers_have_one_line_a_stop(cast, home):
    resident = ResidentFactory(dwelling=home, name="王建国")
    done(cast, walk(cast, "temperature", {"dwelling": home, "resident": resident}), {"temperature": Decimal("36.6")})
    done(cast, walk(cast, "disinfection", place("大厅")), {"area_m2": 80, "agent": "含氯", "contact_minutes": 30})
    today = timezone.localdate()
    asked = Asked(today, today, Community.objects.filter(pk=cast.qinghe.pk))

    (warm,) = TABLES["temperatures"].rows(asked)
    (sprayed,) = TABLES["disinfection"].rows(asked)

    assert warm[3:7] == ("荷风苑", str(home), "王**", "36.6")
    assert sprayed[4:7] == ("大厅", 80, "含氯")
    assert [len(warm), len(sprayed)] == [len(TABLES[name].headings) for name in ("temperatures", "disinfection")]


def test_the_picture_shows_who_was_met_and_whose_lights_are_on(cast, home):
    dark = DwellingFactory(entrance=home.entrance)
    done(cast, walk(cast, "rubbish", {"dwelling": home}), {})
    lights = walk(cast, "light_count", {"dwelling": home}, {"dwelling": dark})
    done(cast, lights, {}, {}, outcome="lit")
    stops.undo(stop_id=lights.stops.last().pk, by=cast.cadre_user)
    stops.do(stop_id=lights.stops.last().pk, outcome="dark", by=cast.cadre_user)
    every = Dwelling.objects.all()

    assert layers.layers()["last_met"].states(every) == {home.pk: "today"}
    assert layers.layers()["lights"].states(every) == {home.pk: "lit", dark.pk: "dark"}


def test_a_home_remembers_who_was_there(cast, home):
    done(cast, walk(cast, "rubbish", {"dwelling": home}), {})

    entry = next(one for one in timeline.of(home, reader=cast.secretary) if one.icon == "trash")

    assert (entry.who, str(entry.what)) == ("马骏", "Rubbish and standing service: Collected")


@pytest.mark.parametrize(
    ("slot", "tapped", "half"),
    [
        ("08:00", "2022-04-13 08:40", (13, "am")),
        # Sent when the network was back, or walked late: still the morning's.
        ("08:00", "2022-04-13 13:20", (13, "am")),
        ("16:00", "2022-04-13 16:10", (13, "pm")),
        # Midnight inside a round.
        ("22:00", "2022-04-14 00:20", (13, "pm")),
        # Nobody has closed it for days: what is measured now is of now.
        ("08:00", "2022-04-16 13:20", (16, "pm")),
    ],
)
def test_a_check_of_a_round_is_of_the_half_of_its_slot(cast, home, slot, tapped, half):
    day = dt.date(2022, 4, 13)
    case = QuarantineCaseFactory(resident=ResidentFactory(dwelling=home), starts_on=day - dt.timedelta(days=1))
    starts = moment(day, dt.time.fromisoformat(slot))
    made = walk(cast, "temperature", {"dwelling": home, "resident": case.resident}, day=day, starts_at=starts)
    with time_machine.travel(
        moment(day, dt.time()) + (dt.datetime.fromisoformat(tapped) - dt.datetime(2022, 4, 13)), tick=False
    ):
        done(cast, made, {"temperature": Decimal("36.5")})

    check = HealthCheck.objects.get()
    assert (check.day.day, check.slot) == half


def test_a_temperature_at_the_door_is_the_check_of_whoever_is_in_quarantine(cast, home):
    case = QuarantineCaseFactory(resident=ResidentFactory(dwelling=home), state="active")
    made = walk(cast, "temperature", {"dwelling": home, "resident": case.resident})
    done(cast, made, {"temperature": Decimal("38.1")})

    check = HealthCheck.objects.get()
    case.refresh_from_db()
    assert (check.case, check.temperature, check.taken_by, case.state) == (case, Decimal("38.1"), cast.cadre_user, "alert")
    with pytest.raises(Refused, match="quarantine file"):
        stops.undo(stop_id=Stop.objects.get().pk, by=cast.cadre_user)
