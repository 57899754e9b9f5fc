"""Two communities by the dice, kept in plain lists as well: what a test counts without the portal."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from portal.lib.dates import moment
from residents.models import (
    CareProfile,
    CareTeamMember,
    CaseStage,
    CaseTest,
    Dwelling,
    Entrance,
    HealthCheck,
    QuarantineCase,
    Resident,
    ResidentChange,
    Round,
    RoundPlan,
    SiteCall,
    Stop,
    Transfer,
)
from residents.services import care
from tests import factories

DAY = dt.date(2022, 4, 13)
NOW = moment(DAY, dt.time(18))
KINDS = ("temperature", "rubbish", "wellbeing_call", "light_count", "sweep", "letter", "patrol", "disinfection", "antigen")
PLACES = ("patrol", "disinfection")
STATES = ("active", "alert", "violation", "out", "transferred", "to_central", "released", "registered", "closed")
STAGES = (
    [("home_quarantine", 7)], [("home_monitoring", 7)], [("central", 7), ("home_quarantine", 3)],
    [("self_monitoring", 14)], [("central", 3), ("home_monitoring", 3)],
)  # fmt: skip
Row = dict[str, Any]


def ago(days: int) -> dt.date:
    return DAY - dt.timedelta(days=days)


def at(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    return moment(day, dt.time(hour, minute))


@dataclass
class Quarter:
    """One community; each list holds what was written down, before the portal has seen it."""

    community: Any
    compound: Any
    by: Any
    chance: Random
    homes: list[Row] = field(default_factory=list)
    people: list[Row] = field(default_factory=list)
    changes: list[Row] = field(default_factory=list)
    care: list[Row] = field(default_factory=list)
    cases: list[Row] = field(default_factory=list)
    rounds: list[Row] = field(default_factory=list)
    stops: list[Row] = field(default_factory=list)

    def fill(self) -> "Quarter":
        self._homes()
        self._changes()
        self._care()
        for person in self.chance.sample(self.people, 40):
            self._case(person)
        for kind in KINDS:
            plan = factories.RoundPlanFactory(community=self.community, kind=kind)
            for back, hour in ((0, 8), (0, 14), (0, 17), (1, 20), (3, 9)):
                self._round(plan, ago(back), hour)
        return self

    # --- Homes and people ---------------------------------------------------------------------------------------------

    def _homes(self) -> None:
        for number in (1, 2, 10):
            building = factories.BuildingFactory(compound=self.compound, number=str(number))
            for door in (1, 2):
                entrance = factories.EntranceFactory(building=building, number=str(door))
                for floor in range(1, 6):
                    for room in (1, 2):
                        self._home(entrance, floor, f"{floor}0{room}")

    def _home(self, entrance: Entrance, floor: int, room: str) -> None:
        home = {"building": entrance.building.number, "entrance": entrance.number, "floor": floor, "room": room}
        state = self.chance.choice(Dwelling.State.values)
        home["row"] = Dwelling.objects.create(
            community=self.community, entrance=entrance, floor=floor, room_no=room, state=state
        )
        home["people"] = [self._person(home) for _n in range(self.chance.randrange(4))]
        self.homes.append(home)

    def _person(self, home: Row) -> Row:
        chance, number = self.chance, len(self.people)
        left = chance.choice((None, None, None, None, ago(2), ago(-1)))
        person = {
            "name": f"居民{number:03}", "sex": chance.choice(("male", "female")), "left": left,
            "born": dt.date(chance.randint(1930, 2021), chance.choice((2, 4, 6)), 13 + chance.randint(-1, 1)),
            "lives": chance.random() < 0.8, "came": ago(400) if left else chance.choice((ago(400), ago(0), ago(-1))),
            "phone": f"1990001{number:04}", "id": f"99010119700203{number:04}", "home": home,
        }  # fmt: skip
        person["row"] = Resident.objects.create(
            community=self.community, dwelling=home["row"], name=person["name"], sex=person["sex"], born_on=person["born"],
            lives_in=person["lives"], came_on=person["came"], left_on=left, phone=person["phone"], id_number=person["id"],
        )  # fmt: skip
        self.people.append(person)
        return person

    def _changes(self) -> None:
        for _n in range(40):
            person = self.chance.choice(self.people)
            change = {
                "person": person, "kind": self.chance.choice(ResidentChange.Kind.values),
                "on": self.chance.choice((DAY, ago(1))), "from": self.chance.choice(("", "上海")),
            }  # fmt: skip
            ResidentChange.objects.create(
                community=self.community, resident=person["row"], dwelling=person["home"]["row"], kind=change["kind"],
                on=change["on"], from_area=change["from"],
            )  # fmt: skip
            self.changes.append(change)

    def _care(self) -> None:
        words = care.categories()
        for person in self.chance.sample(self.people, 50):
            word = self.chance.choice(("独居老人", "行动不便", "透析", "孕产妇"))
            since, until = self.chance.choice(((ago(30), None), (ago(30), ago(1)), (ago(30), DAY), (ago(-1), None)))
            line = {
                "person": person, "word": word, "since": since, "until": until, "need": self.chance.choice(("", "膝盖")),
                "drug": "钙片", "contact": "王建国", "contact_phone": "19900005678",
            }  # fmt: skip
            CareProfile.objects.create(
                resident=person["row"], category=words[word], since=since, until=until, need=line["need"], drug=line["drug"],
                contact=line["contact"], contact_phone=line["contact_phone"],
            )  # fmt: skip
            self.care.append(line)

    # --- Quarantine ---------------------------------------------------------------------------------------------------

    def _case(self, person: Row) -> None:
        chance, state = self.chance, self.chance.choice(STATES)
        first = ago(chance.randint(0, 12))
        days = [(kind, first + dt.timedelta(days=n), first + dt.timedelta(days=m)) for kind, n, m in self._spans()]
        started = None if state == "registered" else at(first, chance.choice((9, 17)))
        ended = chance.choice((DAY, ago(1), ago(2))) if state in ("released", "closed") else None
        number = len(self.cases) + 1
        case = {
            "person": person, "state": state, "first": first, "stages": days, "started": started, "last": days[-1][2],
            "ended": max(ended, first) if ended else None, "class": chance.choice(("positive", "close", "secondary", "other")),
            "notice": f"告2022-{number:04}" if started else "",
            "committed": first if started and chance.random() < 0.7 else None,
            "release": f"解2022-{number:04}" if state == "released" else "", "needs": chance.choice(("", "买菜")),
            "source": chance.choice(("", "外市")), "checks": {}, "tests": [], "moves": [], "calls": [], "felt": [],
            "number": number,
        }  # fmt: skip
        case["row"] = self._stored(case)
        if started:
            self._followed(case)
            self._called(case)
        self.cases.append(case)

    def _spans(self) -> list[tuple[str, int, int]]:
        spans, begun = [], 0
        for kind, length in self.chance.choice(STAGES):
            spans.append((kind, begun, begun + length - 1))
            begun += length
        return spans

    def _stored(self, case: Row) -> QuarantineCase:
        ended = {"verified_at": NOW, "verified_by": self.by, "released_by": self.by} if case["release"] else {}
        row = QuarantineCase.objects.create(
            community=self.community, resident=case["person"]["row"], dwelling=case["person"]["home"]["row"],
            contact_class=case["class"], reason="secondary", policy=self.policy, state=case["state"], starts_on=case["first"],
            ends_on=case["last"], started_at=case["started"], asked_from=case["started"], ended_on=case["ended"],
            notice_no=case["notice"], notice_served_at=case["started"], notice_served_by=self.by if case["started"] else None,
            committed_on=case["committed"], release_no=case["release"], needs=case["needs"],
            source_area=case["source"], **ended,
        )  # fmt: skip
        for position, (kind, first, last) in enumerate(case["stages"], 1):
            CaseStage.objects.create(case=row, position=position, kind=kind, starts_on=first, ends_on=last)
        CareTeamMember.objects.create(case=row, role="doctor", name="何医生", phone="19900000009")
        return row

    @property
    def policy(self) -> Any:
        if not hasattr(self, "_policy"):
            self._policy = factories.QuarantinePolicyFactory()
        return self._policy

    def _followed(self, case: Row) -> None:
        chance, row = self.chance, case["row"]
        for day in (ago(1), DAY):
            for slot in ("am", "pm"):
                if case["first"] <= day and chance.random() < 0.7:
                    said = (Decimal(chance.choice(("36.2", "36.8", "37.3"))), chance.choice(([], [], ["fever"])))
                    there = chance.choice(("yes", "yes", "unchecked", "no"))
                    case["checks"][day, slot] = (*said, there)
                    # Told by no dice: what is counted beside it stays as it was.
                    mood = ("", "calm", "angry")[(case["number"] + (slot == "am")) % 3]
                    case["felt"].append({"day": day, "hour": 8 if slot == "am" else 17, "mood": mood})
                    HealthCheck.objects.create(
                        case=row, day=day, slot=slot, temperature=said[0], symptoms=said[1], at_home=there, method="door",
                        taken_at=at(day, 8 if slot == "am" else 17), taken_by=self.by, mood=mood,
                    )  # fmt: skip
        for place, result in enumerate(chance.choice((("due",), ("negative", "due"), ("negative", "dropped")))):
            due = case["first"] + dt.timedelta(days=place * 3)
            case["tests"].append((due, result))
            taken = due if result == "negative" else None
            CaseTest.objects.create(case=row, day_no=place * 3 + 1, due_on=due, test_result=result, sampled_on=taken)
        if case["state"] == "transferred" or chance.random() < 0.2:
            self._moved(case, "site", case["first"], 20)
        if case["moves"] and chance.random() < 0.4:
            self._moved(case, "home", DAY, 10)
        if not case["moves"] and chance.random() < 0.3:
            self._moved(case, chance.choice(("hospital", "clinic")), DAY, 9)

    def _moved(self, case: Row, to: str, day: dt.date, hour: int) -> None:
        left = at(day, hour)
        # Still under way, or not yet left, at the hour that is counted.
        arrived = left + dt.timedelta(hours=1) if self.chance.random() < 0.8 and left < NOW else None
        case["moves"].append((to, left if left <= NOW else None, arrived))
        Transfer.objects.create(
            case=case["row"], to=to, site="健康驿站", state="arrived" if arrived else "cancelled", ordered_at=left,
            ordered_by=self.by, departed_at=left if left <= NOW else None, arrived_at=arrived,
        )  # fmt: skip

    def _called(self, case: Row) -> None:
        # Dice of its own: what is counted beside the calls stays as it was.
        chance = Random(case["number"])
        for back, hour in ((2, 16), (1, 16), (0, 9), (0, 16), (-1, 9)):
            if case["moves"] and chance.random() < 0.6:
                call = {
                    "day": ago(back),
                    "hour": hour,
                    "reached": chance.random() < 0.8,
                    "mood": chance.choice(("", "calm", "low", "anxious")),
                }
                case["calls"].append(call)
                told = {name: value for name, value in call.items() if name != "hour"}
                SiteCall.objects.create(case=case["row"], called_at=at(ago(back), hour), called_by=self.by, **told)

    # --- Rounds -------------------------------------------------------------------------------------------------------

    def _round(self, plan: RoundPlan, day: dt.date, hour: int) -> None:
        kind, starts = plan.kind, at(day, hour)
        due = starts + dt.timedelta(hours=2)
        closed = starts + dt.timedelta(hours=self.chance.choice((1, 3))) if self.chance.random() < 0.8 else None
        row = {"kind": kind, "day": day, "starts": starts, "due": due, "closed": closed if closed and closed <= NOW else None}
        row["row"] = Round.objects.create(
            plan=plan, community=self.community, kind=kind, name=kind, day=day, starts_at=starts, due_at=due,
            closed_at=row["closed"],
        )  # fmt: skip
        self.rounds.append(row)
        for position, target in enumerate(self._targets(kind), 1):
            self._stop(row, target, position)

    def _targets(self, kind: str) -> list[Row]:
        """Places, people, or homes; one home may well be swept in several rounds."""
        if kind in PLACES:
            return [{"place": f"{n}号厅"} for n in range(5)]
        if kind == "temperature":
            return [{"home": person["home"], "person": person} for person in self.chance.sample(self.people, 8)]
        return [{"home": home} for home in self.chance.sample(self.homes, 8)]

    def _stop(self, found: Row, target: Row, position: int) -> None:
        chance, kind = self.chance, found["kind"]
        state = chance.choice(("done", "done", "done", "excused", "excused" if found["closed"] else "open"))
        done = found["starts"] + dt.timedelta(minutes=7 * position) if state != "open" else None
        stop = {"round": found, "kind": kind, "state": state, "done": done, "target": target, "answers": {}, "quantity": None}
        if state == "done":
            self._said(stop)
        stop["outcome"] = {"done": "lit" if kind == "light_count" else "done", "excused": "other", "open": ""}[state]
        home, person = target.get("home"), target.get("person")
        Stop.objects.create(
            round=found["row"], position=position, dwelling=home and home["row"], resident=person and person["row"],
            place=target.get("place", ""), state=state, outcome=stop["outcome"], answers=stop["answers"],
            quantity=stop["quantity"], done_at=done, done_by=self.by if done else None,
            usable_at=done + dt.timedelta(minutes=30) if stop["answers"].get("area_m2") else None,
        )  # fmt: skip
        self.stops.append(stop)

    def _said(self, stop: Row) -> None:
        chance = self.chance
        if stop["kind"] == "temperature":
            stop["answers"] = {"temperature": chance.choice(("36.1", "37.4")), "symptom": chance.choice(("", "fatigue"))}
        elif stop["kind"] == "disinfection":
            stop["quantity"] = chance.randint(10, 90)
            stop["answers"] = {
                "area_m2": stop["quantity"], "agent": "含氯", "concentration_mg_l": 500, "method": "wipe",
                "contact_minutes": 30, "checker": "周敏", "target": "lift", "firm": "长湖消杀公司",
            }  # fmt: skip
        elif stop["kind"] in ("patrol", "antigen", "sweep"):
            stop["quantity"] = chance.randint(0, 9)


def both(cast: Any) -> list[Quarter]:
    """清荷 and 榆树, each by its own dice."""
    chances = ((cast.qinghe, cast.hefengyuan, cast.worker), (cast.yushu, cast.yushu_rental, cast.other_secretary))
    return [Quarter(place, compound, by, Random(f"quarters {n}")).fill() for n, (place, compound, by) in enumerate(chances)]
