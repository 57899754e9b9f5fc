import datetime as dt
from uuid import uuid4

import factory
from django.utils import timezone

from checkpoints.models import (
    Assignment,
    Attendance,
    DeliveryBatch,
    DeliveryDrop,
    EntryPass,
    GateDevice,
    Passage,
    PassPolicy,
    PassUse,
    Post,
    Shift,
    Vehicle,
    Visit,
)
from checkpoints.services import pass_codes
from portal.lib.dates import moment, period
from tests.factories.accounts import UserFactory
from tests.factories.deployments import CadreFactory
from tests.factories.residents import NEVER_TYPED, CommunityFactory, CompoundFactory, DwellingFactory


class PostFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Post

    compound = factory.SubFactory(CompoundFactory)
    name = factory.Sequence(lambda n: f"{n:05}号门")


class ShiftFactory(factory.django.DjangoModelFactory):
    """A published day shift of today; give `day`, `starts` and `ends` for another."""

    class Meta:
        model = Shift

    class Params:
        starts = dt.time(8, 30)
        ends = dt.time(17, 30)

    post = factory.SubFactory(PostFactory)
    day = factory.LazyFunction(timezone.localdate)
    starts_at = factory.LazyAttribute(lambda shift: period(shift.day, shift.starts, shift.ends)[0])
    ends_at = factory.LazyAttribute(lambda shift: period(shift.day, shift.starts, shift.ends)[1])
    required = 2
    state = Shift.State.PUBLISHED


class AssignmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Assignment

    shift = factory.SubFactory(ShiftFactory)
    cadre = factory.SubFactory(CadreFactory)
    seat = factory.LazyAttribute(lambda a: a.shift.crew.standing().count() + 1)
    starts_at = factory.SelfAttribute("shift.starts_at")
    ends_at = factory.SelfAttribute("shift.ends_at")


class AttendanceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Attendance

    assignment = factory.SubFactory(AssignmentFactory)
    signed_in_at = factory.SelfAttribute("assignment.starts_at")
    sign_in_method = Attendance.Method.BUTTON


class GateDeviceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = GateDevice

    shift = factory.SubFactory(ShiftFactory)
    user = factory.SubFactory(UserFactory)
    key = factory.LazyFunction(uuid4)
    seen_at = factory.LazyFunction(timezone.now)


class PassageFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Passage

    post = factory.SubFactory(PostFactory)
    community = factory.SelfAttribute("post.compound.community")
    happened_at = factory.LazyFunction(timezone.now)
    received_at = factory.SelfAttribute("happened_at")
    day = factory.LazyAttribute(lambda p: timezone.localtime(p.happened_at).date())
    hour = factory.LazyAttribute(lambda p: timezone.localtime(p.happened_at).hour)
    direction = Passage.Direction.IN
    written_home = "17-3-702"
    written_name = "王建国"
    logged_by = factory.SubFactory(UserFactory)


class DeliveryBatchFactory(factory.django.DjangoModelFactory):
    """Three packages that stand at a gate, not counted yet."""

    class Meta:
        model = DeliveryBatch

    post = factory.SubFactory(PostFactory)
    community = factory.SelfAttribute("post.compound.community")
    source = DeliveryBatch.Source.GROUP_BUY
    what = "蔬菜包"
    expected = 3
    arrived_at = factory.LazyFunction(timezone.now)
    arrived_by = factory.SubFactory(UserFactory)


class DeliveryDropFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DeliveryDrop

    batch = factory.SubFactory(DeliveryBatchFactory)
    written_home = "17-3-702"
    written_name = "王建国"
    written_phone = "19900021234"


class VisitFactory(factory.django.DjangoModelFactory):
    """A cousin wants in; nobody has answered yet."""

    class Meta:
        model = Visit

    compound = factory.SubFactory(CompoundFactory)
    community = factory.SelfAttribute("compound.community")
    written_home = "17-3-702"
    written_name = "赵雪"
    written_phone = "19900020000"
    reason = "探亲"
    asked_by = factory.SubFactory(UserFactory)


class VehicleFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Vehicle

    community = factory.SubFactory(CommunityFactory)
    plate_no = factory.Sequence(lambda n: f"鄂A{n % 100000:05}")
    changed_by = factory.SubFactory(UserFactory)


class PassPolicyFactory(factory.django.DjangoModelFactory):
    """Once a day for each household; give `compound` for a rule of one compound."""

    class Meta:
        model = PassPolicy

    community = factory.SubFactory(CommunityFactory)
    name = factory.Sequence(lambda n: f"出入证政策{n:05}")
    starts_on = dt.date(2020, 1, 1)


class EntryPassFactory(factory.django.DjangoModelFactory):
    """An issued household pass."""

    class Meta:
        model = EntryPass

    dwelling = factory.SubFactory(DwellingFactory)
    compound = factory.SelfAttribute("dwelling.entrance.building.compound")
    community = factory.SelfAttribute("compound.community")
    number = factory.Sequence(lambda n: NEVER_TYPED + n)
    valid_from = dt.date(2020, 1, 1)
    key = factory.LazyFunction(pass_codes.newest_key)
    asked_by = factory.SubFactory(UserFactory)
    asked_at = moment(dt.date(2020, 1, 1), dt.time(8))
    issued_by = factory.SelfAttribute("asked_by")
    issued_at = factory.SelfAttribute("asked_at")
    state_at = factory.SelfAttribute("asked_at")


class PassUseFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PassUse

    entry_pass = factory.SubFactory(EntryPassFactory)
    community = factory.SelfAttribute("entry_pass.community")
    post = factory.SubFactory(PostFactory, compound=factory.SelfAttribute("..entry_pass.compound"))
    direction = Passage.Direction.OUT
    happened_at = factory.LazyFunction(timezone.now)
    passage = factory.SubFactory(
        PassageFactory,
        post=factory.SelfAttribute("..post"),
        direction=factory.SelfAttribute("..direction"),
        happened_at=factory.SelfAttribute("..happened_at"),
        logged_by=factory.SelfAttribute("..recorded_by"),
    )
    recorded_by = factory.SubFactory(UserFactory)
