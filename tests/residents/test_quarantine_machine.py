"""No sequence of steps leaves two running cases of one resident, or a case that has ended with a test still due."""

import datetime as dt
from contextlib import suppress
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone
from hypothesis import HealthCheck as Health
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from portal.lib.dates import moment
from portal.lib.errors import Refused
from residents.models import CaseState, CaseTest, QuarantineCase, StageKind, Transfer
from residents.models.quarantine import ENDED
from residents.services import health_checks, quarantine, transfers
from residents.services import quarantine_moves as moves
from tests import factories

FIRST = dt.date(2022, 4, 10)
RULES = (
    [(StageKind.HOME_QUARANTINE, 2, "1,2")],
    [(StageKind.CENTRAL, 2, "1"), (StageKind.HOME_MONITORING, 1, "1")],
)


class Quarantine(RuleBasedStateMachine):
    """Two people of one home, and somebody who presses any button at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = time_machine.travel(moment(FIRST, dt.time(9)), tick=False)
        self.traveller = self.clock.start()
        self.by = factories.UserFactory()
        self.rules = [factories.QuarantinePolicyFactory(stages=stages) for stages in RULES]
        first = factories.ResidentFactory()
        self.people = [first, factories.ResidentFactory(dwelling=first.dwelling)]

    def teardown(self) -> None:
        self.clock.stop()

    def attempt(self, service, **facts) -> None:
        """Press a button; a refusal is an answer."""
        with suppress(Refused):
            service(by=self.by, **facts)

    def cases(self) -> list[QuarantineCase]:
        # Only of this run: the runs before it left theirs.
        return list(QuarantineCase.objects.open().filter(resident__in=self.people).order_by("pk"))

    def any_case(self, data) -> QuarantineCase:
        return data.draw(st.sampled_from(self.cases()))

    @rule(who=st.integers(0, 1), which=st.integers(0, 1))
    def register(self, who, which):
        self.attempt(
            quarantine.register, resident_id=self.people[who].pk, contact_class="close", reason="secondary",
            starts_on=timezone.localdate(), policy=self.rules[which],
        )  # fmt: skip

    @precondition(lambda self: self.cases())
    @rule(data=st.data())
    def begin(self, data):
        case = self.any_case(data)
        self.attempt(quarantine.serve_notice, case_id=case.pk)
        self.attempt(quarantine.assess, case_id=case.pk, ticked=list(quarantine.FITNESS), own_room=True)
        self.attempt(quarantine.start, case_id=case.pk, committed=True, door_sign="red")

    @precondition(lambda self: self.cases())
    @rule(data=st.data(), fever=st.booleans())
    def check(self, data, fever):
        temperature = Decimal("38.0" if fever else "36.5")
        now = timezone.now()
        self.attempt(
            health_checks.record, case_id=self.any_case(data).pk, day=timezone.localdate(), slot=health_checks.slot_now(now),
            temperature=temperature, method="door",
        )  # fmt: skip

    @precondition(lambda self: self.cases())
    @rule(data=st.data(), positive=st.booleans())
    def sample(self, data, positive):
        for test in CaseTest.objects.filter(case=self.any_case(data), test_result="due", due_on__lte=timezone.localdate()):
            result = "positive" if positive else "negative"
            self.attempt(moves.record_test, test_id=test.pk, sampled_on=timezone.localdate(), test_result=result)

    @precondition(lambda self: self.cases())
    @rule(data=st.data(), to=st.sampled_from(["site", "home"]))
    def drive(self, data, to):
        case = self.any_case(data)
        self.attempt(transfers.order, case_id=case.pk, to=to, site="驿站")
        row = Transfer.objects.filter(case=case).order_by("-pk").first()
        if row:
            self.attempt(transfers.notify, transfer_id=row.pk, agreed=True)
            self.attempt(transfers.depart, transfer_id=row.pk, escorts="周敏", plate_no="鄂A1", protected=True)
            self.attempt(transfers.arrive, transfer_id=row.pk)

    @precondition(lambda self: self.cases())
    @rule(data=st.data(), step=st.sampled_from(["clear", "violate", "back", "exit", "return", "extend", "void", "close"]))
    def press(self, data, step):
        case = self.any_case(data)
        in_two_hours = timezone.now() + dt.timedelta(hours=2)
        services = {
            "clear": (moves.clear_alert, {"note": "x"}),
            "violate": (moves.violate, {"note": "x"}),
            "back": (moves.end_violation, {}),
            "exit": (
                moves.approve_exit,
                {"reason": "x", "escorts": "x", "plate_no": "x", "back_by": in_two_hours},
            ),
            "return": (moves.return_home, {}),
            "extend": (moves.extend, {"ends_on": case.ends_on + dt.timedelta(days=1), "reason": "x"}),
            "void": (moves.void, {"reason": "x"}),
            "close": (moves.close, {"reason": "x"}),
        }
        service, facts = services[step]
        self.attempt(service, case_id=case.pk, **facts)

    @precondition(lambda self: self.cases())
    @rule(data=st.data())
    def end(self, data):
        case = self.any_case(data)
        self.attempt(moves.verify, case_id=case.pk, method="door", at_home=True, is_final=True)
        self.attempt(moves.release, case_id=case.pk)

    @rule()
    def sleep(self):
        self.traveller.shift(dt.timedelta(days=1))

    @invariant()
    def one_running_case_a_resident(self):
        running = list(QuarantineCase.objects.open().values_list("resident", flat=True))
        assert len(running) == len(set(running))

    @invariant()
    def nothing_is_due_of_an_ended_case(self):
        assert not CaseTest.objects.filter(case__state__in=ENDED, test_result="due").exists()
        assert not Transfer.objects.filter(case__state__in=ENDED).exclude(state__in=["arrived", "cancelled"]).exists()

    @invariant()
    def the_released_were_negative_and_well(self):
        for case in QuarantineCase.objects.filter(state=CaseState.RELEASED).prefetch_related("checks"):
            last = max(case.checks.all(), key=lambda check: (check.day, check.slot), default=None)
            assert last is not None
            assert not last.abnormal
            assert case.ended_on > case.ends_on

    @invariant()
    def somebody_out_has_an_approval(self):
        for case in QuarantineCase.objects.filter(state=CaseState.OUT).prefetch_related("exits"):
            assert [row.returned_at for row in case.exits.all()].count(None) == 1


@pytest.mark.slow
class TestQuarantine(Quarantine.TestCase, TestCase):
    """Run by pytest-django, each example in a transaction of its own."""


TestQuarantine.settings = settings(
    max_examples=8, stateful_step_count=25, deadline=None, suppress_health_check=list(Health), database=None
)
