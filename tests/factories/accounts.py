import factory

from portal.accounts.models import User


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    name = factory.Sequence(lambda n: f"用户{n}")

    @factory.post_generation
    def password(self, create, value, **kwargs):
        self.set_password(value or "demo-only")
        self.save(update_fields=["password"])
