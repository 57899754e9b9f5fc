"""Who is out with a pass longer than allowed: found, told once to the steward, shown where somebody can act on it."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from checkpoints.services import handovers, pass_overdue
from deployments.models import Responsibility
from portal import tasks
from portal.accounts.models import Message
from portal.lib.dates import moment
from tests import factories

DAY = dt.date(2022, 4, 10)
NINE = moment(DAY, dt.time(9))
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def noon():
    """Three hours after everybody went out."""
    with time_machine.travel(NINE + dt.timedelta(hours=3), tick=False) as clock:
        yield clock


@pytest.fixture(autouse=True)
def two_hours(cast):
    return factories.PassPolicyFactory(community=cast.qinghe, trips=9, max_minutes=120)


@pytest.fixture
def steward(cast):
    return Responsibility.objects.create(
        community=cast.qinghe, role="steward", compound=cast.hefengyuan, cadre=cast.cadre, starts_on=dt.date(2022, 4, 1)
    )


@pytest.fixture
def shift(cast):
    shift = factories.ShiftFactory(post__compound=cast.hefengyuan, day=DAY)
    factories.AssignmentFactory(shift=shift, cadre=cast.cadre, is_lead=True)
    return shift


def out(compound, at=NINE, **facts):
    """A home of the compound whose pass went out."""
    card = factories.EntryPassFactory(dwelling=factories.DwellingFactory(entrance__building__compound=compound), **facts)
    factories.PassUseFactory(entry_pass=card, happened_at=at)
    return card


def late(cast) -> list[int]:
    return [row.card.pk for row in pass_overdue.overdue([cast.qinghe])]


def told() -> list[tuple[str, str]]:
    return list(Message.objects.filter(kind="pass_overdue").order_by("id").values_list("to__username", "link"))


def test_whoever_has_not_come_back_in_time_is_late_and_who_waits_longest_comes_first(cast):
    second, first = out(cast.hefengyuan), out(cast.hefengyuan, NINE - 5 * MINUTE)
    out(cast.hefengyuan, NINE + 60 * MINUTE)  # the last minute is in time
    out(cast.yushu_rental)
    back = out(cast.hefengyuan)
    factories.PassUseFactory(entry_pass=back, happened_at=NINE + MINUTE, direction="in")
    struck = out(cast.hefengyuan)
    struck.uses.update(struck_at=NINE)
    out(cast.hefengyuan, kind="carer", holder="陈阿姨")

    assert late(cast) == [first.pk, second.pk]


def test_a_way_back_and_out_again_in_one_minute_counts_in_the_order_it_was_written(cast):
    card = out(cast.hefengyuan)
    factories.PassUseFactory(entry_pass=card, happened_at=NINE, direction="in")
    assert late(cast) == []
    factories.PassUseFactory(entry_pass=card, happened_at=NINE)
    assert late(cast) == [card.pk]


def test_the_steward_is_told_once_a_trip(cast, steward, noon):
    card = out(cast.hefengyuan)
    for _ in range(3):
        pass_overdue.escalate()
    assert told() == [("cadre", "/my/")]

    factories.PassUseFactory(entry_pass=card, happened_at=NINE + 185 * MINUTE, direction="in")
    factories.PassUseFactory(entry_pass=card, happened_at=NINE + 190 * MINUTE)
    noon.shift(dt.timedelta(hours=3))
    pass_overdue.escalate()
    assert told() == [("cadre", "/my/")] * 2


def test_the_office_is_told_where_no_steward_has_a_sign_in(cast):
    out(cast.hefengyuan)
    Responsibility.objects.create(
        community=cast.qinghe, role="steward", compound=cast.hefengyuan, name="老孙", phone="19900001111",
        starts_on=dt.date(2022, 4, 1),
    )  # fmt: skip

    pass_overdue.escalate()

    assert sorted(told()) == [("secretary", "/checkpoints/passes/uses/"), ("worker", "/checkpoints/passes/uses/")]


def test_a_steward_whose_posting_ended_is_not_told(cast, steward):
    out(cast.hefengyuan)
    cast.secondment.ends_on = DAY - dt.timedelta(days=1)
    cast.secondment.save()

    pass_overdue.escalate()

    assert {who for who, _link in told()} == {"secretary", "worker"}


def test_nobody_is_told_while_everybody_is_in_time_or_no_rule_says_how_long(cast, steward, two_hours):
    out(cast.hefengyuan, NINE + 60 * MINUTE)
    pass_overdue.escalate()
    two_hours.max_minutes = None
    two_hours.save()
    out(cast.hefengyuan)
    pass_overdue.escalate()

    assert told() == []


def test_the_minute_task_tells(cast, steward):
    out(cast.hefengyuan)

    tasks.due()

    assert told() == [("cadre", "/my/")]


def test_telling_takes_the_same_statements_for_one_and_for_three(cast, steward, queries):
    out(cast.hefengyuan)
    with queries() as one:
        pass_overdue.escalate()
    for _ in range(2):
        out(cast.hefengyuan)
    with queries() as three:
        pass_overdue.escalate()

    assert len(one) == len(three)


@pytest.mark.usefixtures("steward")
@pytest.mark.parametrize("address", ["gate_inside", "pass_check", "my_day"])
def test_it_is_shown_to_whoever_stands_at_the_gate_and_to_the_steward(cast, sign_in, shift, address, queries):
    client = sign_in(cast.cadre_user)
    path = reverse(f"checkpoints:{address}", args=[] if address == "my_day" else [shift.pk])
    client.get(path)
    pages, counts = [], []
    for _ in range(2):
        out(cast.hefengyuan)
        with queries() as asked:
            pages.append(client.get(path).content.decode())
        counts.append(len(asked))

    assert [text.count("expected 04-10 11:00") for text in pages] == [1, 2]
    assert counts[0] == counts[1]


def test_a_cadre_who_is_no_steward_sees_nobody_on_their_own_page(cast, sign_in):
    out(cast.hefengyuan)

    assert "expected" not in sign_in(cast.cadre_user).get("/my/").content.decode()


def test_a_hand_over_says_how_many_are_still_out(cast, shift):
    out(cast.hefengyuan)

    assert handovers.left(shift)["late"] == 1
