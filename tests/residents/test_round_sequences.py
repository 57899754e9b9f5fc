"""Whatever people do in whatever order: no closed round has an open stop, and every ended stop says how and when."""

from contextlib import suppress

import pytest
from django.db.models import Q
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from portal.lib.errors import Refused
from residents.models import Finding, Resident, Role, Round, Stop
from residents.services import rounds, stops
from tests.factories import (
    CommunityFactory,
    DwellingFactory,
    EntranceFactory,
    MembershipFactory,
    ResidentFactory,
    RoundFactory,
    StopFactory,
)

OUTCOMES = ("done", "no_answer", "refused", "moved_out", "gone")
SAID = ({}, {"food": "no"}, {"complaint": "漏水"}, {"unwell": "咳嗽"})


class Walk(RuleBasedStateMachine):
    """Two people, one sweep of three homes, and the calls it starts."""

    @initialize()
    def begin(self):
        community = CommunityFactory()
        self.people = [MembershipFactory(community=community, role=role).user for role in (Role.SECRETARY, Role.CADRE)]
        self.sweep = RoundFactory(community=community, plan__kind="sweep", walkers=self.people)
        entrance = EntranceFactory(building__compound__community=community)
        for _ in range(3):
            resident = ResidentFactory(dwelling=DwellingFactory(entrance=entrance))
            StopFactory(round=self.sweep, dwelling=resident.dwelling)

    def some(self, rows, n):
        found = list(rows.order_by("pk"))
        return found[n % len(found)] if found else None

    def attempt(self, move, **said):
        with suppress(Refused):
            move(**said)

    @rule(n=st.integers(0, 9), who=st.integers(0, 1), outcome=st.sampled_from(OUTCOMES), said=st.sampled_from(SAID))
    def do(self, n, who, outcome, said):
        stop = self.some(Stop.objects, n)
        self.attempt(stops.do, stop_id=stop.pk, outcome=outcome, answers=said, by=self.people[who])

    @rule(n=st.integers(0, 9), who=st.integers(0, 1))
    def undo(self, n, who):
        self.attempt(stops.undo, stop_id=self.some(Stop.objects, n).pk, by=self.people[who])

    @rule(n=st.integers(0, 3), who=st.integers(0, 1))
    def close(self, n, who):
        self.attempt(rounds.close, round_id=self.some(Round.objects, n).pk, by=self.people[who])

    @rule(n=st.integers(0, 3))
    def visit_again(self, n):
        self.attempt(stops.revisit, round_id=self.some(Round.objects, n).pk, by=self.people[0])

    @rule(n=st.integers(0, 3), giver=st.booleans())
    def hand_over(self, n, giver):
        found, (office, walker) = self.some(Round.objects, n), self.people
        self.attempt(rounds.hand_over, round_id=found.pk, to=walker, giver=office if giver else None, by=office)

    @rule(n=st.integers(0, 2))
    def move_out(self, n):
        Resident.objects.filter(pk=self.some(Resident.objects, n).pk).update(left_on=self.sweep.day)

    @invariant()
    def no_closed_round_has_an_open_stop(self):
        assert not Round.objects.filter(closed_at__isnull=False, stops__state="open").exists()

    @invariant()
    def an_ended_stop_says_how_and_when(self):
        assert not Stop.objects.exclude(state="open").filter(Q(outcome="") | Q(done_at=None)).exists()

    @invariant()
    def every_finding_belongs_to_an_ended_stop(self):
        assert not Finding.objects.filter(stop__state="open").exists()


@pytest.mark.django_db
class TestWalk(Walk.TestCase, TestCase):
    settings = settings(
        max_examples=12, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
    )
