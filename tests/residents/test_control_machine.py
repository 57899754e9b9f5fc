"""Whatever is decided, found and ruled out in whatever order: an epidemic-free status is never one that cannot be."""

import datetime as dt
from contextlib import suppress

import pytest
import time_machine
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from portal.lib.dates import moment
from portal.lib.errors import Refused
from residents.models import CaseState, ContactClass, ControlChange, ControlLevel, EpidemicFreeStatus, QuarantineCase
from residents.services import control
from tests import factories

FIRST = dt.date(2022, 4, 10)
State = EpidemicFreeStatus.State


class Compound(RuleBasedStateMachine):
    """One compound of two buildings, its contacts and positives, and somebody who presses any button on any day."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = time_machine.travel(moment(FIRST, dt.time(9)), tick=False)
        self.traveller = self.clock.start()
        self.by = factories.UserFactory()
        self.compound = factories.CompoundFactory()
        self.houses = factories.BuildingFactory.create_batch(2, compound=self.compound)
        self.policy = factories.QuarantinePolicyFactory()

    def teardown(self) -> None:
        self.clock.stop()

    def attempt(self, service, **facts) -> None:
        """Press a button; a refusal is an answer."""
        with suppress(Refused):
            service(by=self.by, **facts)

    def statuses(self):
        return EpidemicFreeStatus.objects.filter(compound=self.compound)

    def some(self, n: int) -> int:
        found = list(self.statuses().order_by("pk").values_list("pk", flat=True))
        return found[n % len(found)] if found else 0

    @rule(level=st.sampled_from(ControlLevel.values), house=st.sampled_from([None, 0, 1]), days=st.integers(-3, 3))
    def decide(self, level, house, days):
        building = None if house is None else self.houses[house]
        starts_on = timezone.localdate() + dt.timedelta(days=days)
        self.attempt(
            control.decide, compound=self.compound, building=building, level=level, starts_on=starts_on, reason="通告"
        )  # fmt: skip

    @rule(days_ago=st.integers(-1, 4))
    def apply(self, days_ago):
        self.attempt(control.apply, compound=self.compound, tested_on=timezone.localdate() - dt.timedelta(days=days_ago))

    @rule(n=st.integers(0, 3), step=st.sampled_from(["grant", "restore", "suspend", "cancel"]))
    def press(self, n, step):
        if pk := self.some(n):
            facts = {"reason": "发现疑似"} if step in {"suspend", "cancel"} else {}
            self.attempt(getattr(control, step), status_id=pk, **facts)

    @rule(positive=st.booleans())
    def find(self, positive):
        home = factories.DwellingFactory(entrance__building=self.houses[0])
        found = {"contact_class": ContactClass.POSITIVE, "positive_on": timezone.localdate()} if positive else {}
        factories.QuarantineCaseFactory(resident__dwelling=home, policy=self.policy, **found)

    @rule()
    def rule_out(self):
        cases = QuarantineCase.objects.open().filter(dwelling__entrance__building__compound=self.compound)
        cases.update(state=CaseState.CLOSED, ended_on=timezone.localdate(), alert_since=None)

    @rule()
    def review(self):
        control.review()

    @rule(days=st.sampled_from([1, 15]))
    def sleep(self, days):
        self.traveller.shift(dt.timedelta(days=days))

    @invariant()
    def one_status_at_a_time(self):
        assert self.statuses().exclude(state=State.CANCELLED).count() <= 1

    @invariant()
    def each_state_has_its_days(self):
        for row in self.statuses():
            assert (row.cancelled_on is not None) == (row.state == State.CANCELLED)
            assert row.granted_on is None or row.granted_on >= row.applied_on
            assert row.granted_on is not None or row.state in {State.APPLIED, State.CANCELLED}
            assert (control.free_days(row, timezone.localdate()) is not None) == (row.state == State.GRANTED)

    @invariant()
    def after_a_review_no_status_stands_beside_a_contact(self):
        control.review()
        doubtful = QuarantineCase.objects.open().filter(dwelling__entrance__building__compound=self.compound)
        if doubtful.exclude(contact_class=ContactClass.POSITIVE).exists():
            assert not self.statuses().filter(state=State.GRANTED).exists()

    @invariant()
    def a_decision_about_the_whole_replaces_those_about_its_buildings(self):
        day = timezone.localdate()
        rows = ControlChange.objects.filter(compound=self.compound, starts_on__lte=day).order_by("starts_on", "pk")
        newest = rows.last()
        if newest and newest.building_id is None:
            assert {control.level_on(self.compound, day, house) for house in (*self.houses, None)} == {newest.level}


@pytest.mark.slow
class TestCompound(Compound.TestCase, TestCase):
    """Run by pytest-django, each example in a transaction of its own."""


TestCompound.settings = settings(
    max_examples=8, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
