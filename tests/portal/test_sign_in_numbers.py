"""A number signs in whoever has it now: not who is named so, nor who had it before."""

from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError

from deployments.services import accounts, cadres
from portal.accounts import backends
from portal.accounts.models import User
from portal.lib.errors import Refused
from tests.factories import CadreFactory, SecondmentFactory, UserFactory

OLD, NEW = "19900005678", "19900005679"


@pytest.fixture
def cadre(cast):
    """Somebody of 清荷 who signs in by her number."""
    found = CadreFactory(phone=OLD)
    SecondmentFactory(cadre=found, community=cast.qinghe)
    accounts.open_account(cadre_id=found.pk, community=cast.qinghe, by=cast.secretary)
    found.refresh_from_db()
    return found


def give(cadre, phone, cast):
    seen, values = cadres.fingerprint(cadre), {"phone": phone}
    cadres.update(cadre_id=cadre.pk, values=values, seen=seen, community=cast.qinghe, by=cast.secretary)
    cadre.refresh_from_db()


def test_the_owner_of_a_number_goes_before_who_is_named_so(db):
    UserFactory(username=OLD)
    owner = UserFactory(phone=OLD)

    assert backends.find(OLD) == owner


def test_a_user_name_that_was_the_number_follows_it(cast, cadre):
    give(cadre, NEW, cast)

    assert (cadre.user.username, cadre.user.phone) == (NEW, NEW)
    assert (backends.find(OLD), backends.find(NEW)) == (None, cadre.user)


def test_the_next_owner_of_an_old_number_gets_a_sign_in(cast, cadre):
    give(cadre, NEW, cast)
    following = CadreFactory(phone=OLD)
    SecondmentFactory(cadre=following, community=cast.qinghe)

    assert accounts.open_account(cadre_id=following.pk, community=cast.qinghe, by=cast.secretary).login == OLD


def test_a_chosen_user_name_stays(cast, cadre):
    User.objects.filter(pk=cadre.user_id).update(username="majun")

    give(cadre, NEW, cast)

    assert (cadre.user.username, cadre.user.phone) == ("majun", NEW)


@pytest.mark.parametrize("held", [{"phone": NEW}, {"username": NEW}])
def test_nobody_takes_a_number_that_another_signs_in_with(cast, cadre, held):
    UserFactory(**held)

    with pytest.raises(Refused, match="already signs in"):
        give(cadre, NEW, cast)


@pytest.mark.parametrize(("held", "asked"), [({"phone": OLD}, {"username": OLD}), ({"username": OLD}, {"phone": OLD})])
def test_the_desk_refuses_a_name_or_a_number_that_means_somebody_else(db, held, asked):
    UserFactory(**held)
    account = UserFactory()
    for name, value in asked.items():
        setattr(account, name, value)

    with pytest.raises(ValidationError, match="somebody else's"):
        account.full_clean()


def test_ones_own_number_may_be_the_user_name(db):
    UserFactory()
    UserFactory(username=OLD, phone=OLD).full_clean()


def test_old_user_names_are_brought_up_where_they_are_free(db):
    behind = UserFactory(username=OLD, phone=NEW)
    hindered = UserFactory(username="19900005680", phone="19900005681")
    UserFactory(username="19900005681")
    UserFactory(username="majun", phone="19900005682")

    import_module("portal.accounts.migrations.0005_user_names_follow_numbers").follow(apps, None)

    assert list(User.objects.order_by("pk").values_list("username", "phone")) == [
        (NEW, NEW),
        (hindered.username, hindered.phone),
        ("19900005681", None),
        ("majun", "19900005682"),
    ]
    assert behind.pk < hindered.pk
