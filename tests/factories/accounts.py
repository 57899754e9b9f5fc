import factory

from portal.accounts.models import Channel, User


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"user{n:05}")
    name = factory.Sequence(lambda n: f"用户{n:05}")
    password = factory.django.Password("demo-only")


class ChannelFactory(factory.django.DjangoModelFactory):
    """A webhook of somebody; give `user=None, community=...` for one of a community."""

    class Meta:
        model = Channel

    user = factory.SubFactory(UserFactory)
    platform = "webhook"
    address = factory.Sequence(lambda n: f"https://bot.example.org/{n:05}")
    host = "bot.example.org"
    created_by = factory.LazyAttribute(lambda channel: channel.user or UserFactory())
