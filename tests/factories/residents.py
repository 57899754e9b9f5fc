import datetime as dt

import factory
from django.utils import timezone

from residents.models import (
    Building,
    CareProfile,
    CaseStage,
    CaseState,
    ChatGroup,
    Community,
    Compound,
    ContactClass,
    District,
    Dwelling,
    Entrance,
    Errand,
    ErrandKind,
    Ledger,
    Matter,
    Membership,
    Notice,
    Pairing,
    PolicyStage,
    QuarantineCase,
    QuarantinePolicy,
    Resident,
    Role,
    Round,
    RoundPlan,
    StageKind,
    Stop,
    Subdistrict,
    Task,
    Team,
    TeamMember,
)
from tests.factories.accounts import UserFactory

# Made numbers begin where no test types one, all of one length, so that none equals or begins another, and short enough
# to be read back from a written home.
NEVER_TYPED = 5001


class DistrictFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = District

    code = factory.Sequence(lambda n: f"{990100 + n}")
    name = factory.Sequence(lambda n: f"区{n:05}")


class SubdistrictFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Subdistrict

    district = factory.SubFactory(DistrictFactory)
    code = factory.Sequence(lambda n: f"{990100001 + n}")
    name = factory.Sequence(lambda n: f"街道{n:05}")


class CommunityFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Community

    subdistrict = factory.SubFactory(SubdistrictFactory)
    code = factory.Sequence(lambda n: f"{990100001001 + n}")
    name = factory.Sequence(lambda n: f"社区{n:05}")


class CompoundFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Compound

    community = factory.SubFactory(CommunityFactory)
    name = factory.Sequence(lambda n: f"小区{n:05}")


class BuildingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Building

    compound = factory.SubFactory(CompoundFactory)
    number = factory.Sequence(lambda n: str(NEVER_TYPED + n))
    floors = 7


class EntranceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Entrance

    building = factory.SubFactory(BuildingFactory)
    # A written home has at most two digits here.
    number = factory.Sequence(lambda n: str(10 + n % 90))


class DwellingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Dwelling

    entrance = factory.SubFactory(EntranceFactory)
    community = factory.SelfAttribute("entrance.building.compound.community")
    floor = 1
    room_no = factory.Sequence(lambda n: str(NEVER_TYPED + n))


class ResidentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Resident

    dwelling = factory.SubFactory(DwellingFactory)
    community = factory.SelfAttribute("dwelling.community")
    name = factory.Sequence(lambda n: f"居民{n:05}")
    phone = factory.Sequence(lambda n: f"1990002{n:04d}")


class CareProfileFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CareProfile

    resident = factory.SubFactory(ResidentFactory)


class ChatGroupFactory(factory.django.DjangoModelFactory):
    """A group of a whole community, without a bot; give `channel=` for one."""

    class Meta:
        model = ChatGroup

    community = factory.SubFactory(CommunityFactory)
    name = factory.Sequence(lambda n: f"微信群{n:05}")
    level = ChatGroup.Level.COMMUNITY


class NoticeFactory(factory.django.DjangoModelFactory):
    """Holds since now, for everybody."""

    class Meta:
        model = Notice

    community = factory.SubFactory(CommunityFactory)
    title = factory.Sequence(lambda n: f"通知{n:05}")
    body = "请大家配合。"
    published_by = factory.SubFactory(UserFactory)


class LedgerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Ledger

    community = factory.SubFactory(CommunityFactory)
    code = factory.Sequence(lambda n: str(NEVER_TYPED + n))
    name = factory.Sequence(lambda n: f"台账{n:05}")
    source = "homes"
    columns = ["building", "room", "head", "phone"]


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    community = factory.SubFactory(CommunityFactory)
    role = Role.SECRETARY


class QuarantinePolicyFactory(factory.django.DjangoModelFactory):
    """Seven days at home; give `stages=[(kind, days, "1,4,7"), ...]` for another."""

    class Meta:
        model = QuarantinePolicy
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"规则{n:05}")
    contact_class = ContactClass.CLOSE
    starts_on = dt.date(2020, 1, 1)

    @factory.post_generation
    def stages(self, create, value, **kwargs):
        for position, (kind, days, tests) in enumerate(value or [(StageKind.HOME_QUARANTINE, 7, "1,4,7")], 1):
            PolicyStage.objects.create(policy=self, position=position, kind=kind, days=days, test_days=tests)


class QuarantineCaseFactory(factory.django.DjangoModelFactory):
    """Three days into seven days at home, without tests; give `starts_on` for another day."""

    class Meta:
        model = QuarantineCase
        skip_postgeneration_save = True

    resident = factory.SubFactory(ResidentFactory)
    community = factory.SelfAttribute("resident.community")
    dwelling = factory.SelfAttribute("resident.dwelling")
    contact_class = ContactClass.CLOSE
    reason = QuarantineCase.Reason.CLOSE_SPECIAL
    policy = factory.SubFactory(QuarantinePolicyFactory)
    state = CaseState.ACTIVE
    is_fit = True
    starts_on = factory.LazyFunction(lambda: timezone.localdate() - dt.timedelta(days=3))
    ends_on = factory.LazyAttribute(lambda case: case.starts_on + dt.timedelta(days=6))
    started_at = factory.LazyAttribute(
        lambda case: (
            timezone.make_aware(dt.datetime.combine(case.starts_on, dt.time(9)))
            if case.state not in (CaseState.REGISTERED, CaseState.NOTICED)
            else None
        )
    )
    asked_from = factory.SelfAttribute("started_at")

    @factory.post_generation
    def stage(self, create, value, **kwargs):
        CaseStage.objects.create(
            case=self, position=1, kind=value or StageKind.HOME_QUARANTINE, starts_on=self.starts_on, ends_on=self.ends_on
        )


class RoundPlanFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = RoundPlan
        skip_postgeneration_save = True

    community = factory.SubFactory(CommunityFactory)
    name = factory.Sequence(lambda n: f"巡查{n:05}")
    kind = "rubbish"
    slots = ["08:00", "13:00"]
    starts_on = dt.date(2020, 1, 1)
    timed_at = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)

    @factory.post_generation
    def team(self, create, people, **kwargs):
        self.team.set(people or [])


class RoundFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Round
        skip_postgeneration_save = True

    community = factory.SubFactory(CommunityFactory)
    plan = factory.SubFactory(RoundPlanFactory, community=factory.SelfAttribute("..community"))
    kind = factory.SelfAttribute("plan.kind")
    name = factory.SelfAttribute("plan.name")
    day = factory.LazyFunction(timezone.localdate)
    starts_at = factory.LazyFunction(timezone.now)
    due_at = factory.LazyAttribute(lambda o: o.starts_at + dt.timedelta(hours=2))

    @factory.post_generation
    def walkers(self, create, people, **kwargs):
        self.walkers.set(people or [])


class StopFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Stop

    round = factory.SubFactory(RoundFactory)
    dwelling = factory.SubFactory(DwellingFactory)
    position = factory.Sequence(lambda n: NEVER_TYPED + n)


class ErrandKindFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ErrandKind
        django_get_or_create = ("code",)

    code = "groceries"
    name = "代购"
    name_en = "groceries"


class ErrandFactory(factory.django.DjangoModelFactory):
    """A request that waits; give `assignee` and a `state` for one in hand."""

    class Meta:
        model = Errand

    dwelling = factory.SubFactory(DwellingFactory)
    community = factory.SelfAttribute("dwelling.community")
    entrance = factory.SelfAttribute("dwelling.entrance")
    kind = factory.SubFactory(ErrandKindFactory)
    what = "大米 10 斤"
    written_name = "王建国"
    written_phone = "19900021234"
    channel = Errand.Channel.PHONE
    promised_by = factory.LazyAttribute(lambda errand: errand.waits_since + dt.timedelta(minutes=60))
    escalates_at = factory.SelfAttribute("promised_by")
    waits_since = factory.LazyFunction(timezone.now)
    requested_at = factory.SelfAttribute("waits_since")
    accepted_at = factory.LazyAttribute(lambda errand: timezone.now() if errand.assignee else None)
    accepted_by = factory.SelfAttribute("assignee")
    assignee = None


class PairingFactory(factory.django.DjangoModelFactory):
    """A helper who stands by a home from today on."""

    class Meta:
        model = Pairing

    dwelling = factory.SubFactory(DwellingFactory)
    community = factory.SelfAttribute("dwelling.community")
    helper = factory.SubFactory(UserFactory)


class MatterFactory(factory.django.DjangoModelFactory):
    """Something brought up that nobody has yet; give `handler` and a `state` for one in hand."""

    class Meta:
        model = Matter
        skip_postgeneration_save = True

    community = factory.SubFactory(CommunityFactory)
    kind = "problem"
    what = "下水道堵了"
    place = "3栋"
    parties = factory.LazyAttribute(lambda matter: "甲、乙" if matter.kind == "dispute" else "")
    level = factory.LazyAttribute(lambda matter: 1 if matter.kind == "sign" else None)
    handler = None
    handled_at = factory.LazyAttribute(lambda matter: timezone.now() if matter.handler else None)
    state = factory.LazyAttribute(lambda matter: "in_hand" if matter.handler else "new")


class TeamFactory(factory.django.DjangoModelFactory):
    """A team with its leader; give `members` for more."""

    class Meta:
        model = Team
        skip_postgeneration_save = True

    community = factory.SubFactory(CommunityFactory)
    name = factory.Sequence(lambda n: f"物资专班{n}")
    leader = factory.SubFactory(UserFactory)

    @factory.post_generation
    def members(self, create, extracted, **kwargs):
        """Who belongs to it besides the leader."""
        for user in (self.leader, *(extracted or ())):
            TeamMember.objects.create(team=self, user=user)


class TaskFactory(factory.django.DjangoModelFactory):
    """A task nobody has; give `assignee` and a `state` for one in hand."""

    class Meta:
        model = Task
        skip_postgeneration_save = True

    community = factory.SubFactory(CommunityFactory)
    title = "看看电梯为什么停了"
    place = "东门"
    created_by = factory.SubFactory(UserFactory)
    due_at = factory.LazyFunction(lambda: timezone.now() + dt.timedelta(hours=4))
    escalates_at = factory.SelfAttribute("due_at")
    assignee = None
    assigned_at = factory.LazyAttribute(lambda task: timezone.now() if task.assignee else None)
    assigned_by = factory.SelfAttribute("assignee")
    state = factory.LazyAttribute(lambda task: "assigned" if task.assignee else "new")
