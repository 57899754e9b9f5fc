import datetime as dt

import factory
from django.utils import timezone

from deployments.models import Cadre, Leave, Secondment, SendingUnit
from tests.factories.residents import CommunityFactory


class SendingUnitFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SendingUnit

    name = factory.Sequence(lambda n: f"单位{n:05}")


class CadreFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Cadre

    unit = factory.SubFactory(SendingUnitFactory)
    name = factory.Sequence(lambda n: f"干部{n:05}")
    phone = factory.Sequence(lambda n: f"1990000{n:04d}")


class SecondmentFactory(factory.django.DjangoModelFactory):
    """On duty for a month around today."""

    class Meta:
        model = Secondment

    cadre = factory.SubFactory(CadreFactory)
    community = factory.SubFactory(CommunityFactory)
    starts_on = factory.LazyFunction(lambda: timezone.localdate() - dt.timedelta(days=14))
    ends_on = factory.LazyFunction(lambda: timezone.localdate() + dt.timedelta(days=16))
    state = Secondment.State.ON_DUTY


class LeaveFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Leave

    secondment = factory.SubFactory(SecondmentFactory)
    kind = Leave.Kind.PERSONAL
    state = Leave.State.APPROVED
    starts_at = factory.LazyFunction(timezone.now)
    ends_at = factory.LazyAttribute(lambda leave: leave.starts_at + dt.timedelta(hours=12))
