"""A role stands at the kind of place it belongs to, and once on a day: in the database and on the operator's desk."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from zeal import zeal_ignore

from portal.lib.errors import Refused
from residents.models import Counsellor, Membership, Role
from residents.services import hotline_calls
from tests.factories import MembershipFactory, UserFactory

DAY = dt.date(2022, 4, 1)
WRONG_PLACE = "A district officer belongs to a district"
TWICE = "has this role here already"


def at(cast, level):
    places = {"community": cast.qinghe, "subdistrict": cast.qinghe.subdistrict, "district": cast.qinghe.subdistrict.district}
    return {level: places[level]}


def allowed(role):
    return {Role.DISTRICT_OFFICER: "district", Role.SUBDISTRICT_OFFICER: "subdistrict"}.get(role, "community")


@pytest.mark.parametrize("level", ["community", "subdistrict", "district"])
@pytest.mark.parametrize("role", [role for role in Role if role != Role.OPERATOR])
def test_a_role_stands_at_its_own_kind_of_place(cast, role, level):
    row = Membership(user=UserFactory(), role=role, starts_on=DAY, **at(cast, level))

    if level == allowed(role):
        row.full_clean()
        row.save()
        return
    with pytest.raises(ValidationError, match=WRONG_PLACE):
        row.full_clean()
    with pytest.raises(IntegrityError, match="membership_place_of_role"), transaction.atomic():
        row.save()


@pytest.mark.parametrize("role", [Role.WORKER, Role.SUBDISTRICT_OFFICER, Role.DISTRICT_OFFICER])
@pytest.mark.parametrize(
    ("first", "last", "fits"), [(0, 10, False), (10, None, False), (-5, 0, False), (11, None, True), (-5, -1, True)]
)
def test_a_person_has_a_role_at_a_place_once_on_a_day(cast, role, first, last, fits):
    place = at(cast, allowed(role))
    stored = Membership.objects.create(user=UserFactory(), role=role, starts_on=DAY, ends_on=DAY + dt.timedelta(10), **place)
    ends_on = None if last is None else DAY + dt.timedelta(last)
    row = Membership(user=stored.user, role=role, starts_on=DAY + dt.timedelta(first), ends_on=ends_on, **place)

    if fits:
        row.full_clean()
        row.save()
        return
    with pytest.raises(ValidationError, match=TWICE):
        row.full_clean()
    with pytest.raises(IntegrityError, match=f"membership_once_in_{allowed(role)}"), transaction.atomic():
        row.save()


def test_another_role_another_place_and_another_person_share_the_days(cast):
    user = MembershipFactory(community=cast.qinghe, role=Role.WORKER).user

    MembershipFactory(user=user, community=cast.qinghe, role=Role.COUNSELLOR)
    MembershipFactory(user=user, community=cast.yushu, role=Role.WORKER)
    MembershipFactory(community=cast.qinghe, role=Role.WORKER)

    assert user.memberships.count() == 3


def test_a_counsellor_named_for_later_is_not_named_again(cast):
    later = dt.date(9000, 1, 1)
    MembershipFactory(user=cast.worker, community=cast.qinghe, role=Role.COUNSELLOR, starts_on=later)

    with pytest.raises(Refused, match=TWICE), transaction.atomic():
        hotline_calls.name_counsellor(user=cast.worker, community=cast.qinghe, ends_on=later, by=cast.secretary)


def test_the_desk_says_in_words_what_does_not_belong(cast, sign_in):
    add = "/admin/residents/membership/add/"
    form = {"user": cast.worker.pk, "role": Role.SECRETARY, "starts_on": "2022-04-01"}

    client = sign_in(cast.operator)
    with zeal_ignore():
        misplaced = client.post(add, form | {"district": cast.qinghe.subdistrict.district_id}).content.decode()
        twice = client.post(add, form | {"role": Role.WORKER, "community": cast.qinghe.pk}).content.decode()

    assert (WRONG_PLACE in misplaced, TWICE in twice) == (True, True)
    assert list(cast.worker.memberships.values_list("role", flat=True)) == [Role.WORKER]


@pytest.mark.parametrize(("second_day", "stored"), [("2022-04-10", 0), ("2022-04-11", 2)])
def test_the_desk_takes_two_new_roles_of_an_account_only_on_days_of_their_own(cast, sign_in, second_day, stored):
    user = UserFactory()
    days = [{"starts_on": "2022-04-01", "ends_on": "2022-04-10"}, {"starts_on": second_day}]
    rows = {
        f"memberships-{number}-{name}": value
        for number, row in enumerate(days)
        for name, value in {"user": user.pk, "role": Role.WORKER, "community": cast.qinghe.pk, **row}.items()
    }

    counts = {"memberships-TOTAL_FORMS": 2, "memberships-INITIAL_FORMS": 0}
    # The admin looks up the place of each row by itself.
    with zeal_ignore():
        sign_in(cast.operator).post(
            f"/admin/accounts/user/{user.pk}/change/",
            {"username": user.username, "is_active": "on", **counts, **rows},
        )

    assert user.memberships.count() == stored


def test_the_desk_offers_no_role_that_does_nothing(cast, sign_in):
    client = sign_in(cast.operator)

    offered = client.get("/admin/residents/membership/add/").context["adminform"].form.fields["role"].choices
    assert [value for value, _label in offered] == ["", *(role for role in Role.values if role != Role.OPERATOR)]
    with zeal_ignore():
        assert "An operator needs both ticks" in client.get(f"/admin/accounts/user/{cast.worker.pk}/change/").content.decode()


BEFORE, AFTER = "0017_mutual_aid_buyers", "0018_memberships_once_and_where_they_belong"


def migrate(name):
    MigrationExecutor(connection).migrate([("residents", name)])


@pytest.fixture
def before(transactional_db):
    """The tables as they were before the migration."""
    migrate(BEFORE)
    yield
    Membership.objects.exclude(role__endswith="officer").exclude(community__isnull=False).delete()
    # Not to AFTER: for the tests that follow, the tables are what the newest migrations make them.
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_entries_of_the_same_days_become_one_when_the_portal_is_upgraded(before):
    first = MembershipFactory(role=Role.COUNSELLOR, starts_on=DAY, ends_on=DAY + dt.timedelta(10))
    same = {"user": first.user, "community": first.community, "role": Role.COUNSELLOR}
    double = MembershipFactory(**same, starts_on=DAY + dt.timedelta(10), ends_on=DAY + dt.timedelta(20))
    Counsellor.objects.create(membership=double, hours="19:00-22:00")
    later = MembershipFactory(**same, starts_on=DAY + dt.timedelta(30))

    migrate(AFTER)

    assert list(Membership.objects.order_by("pk").values_list("pk", "starts_on", "ends_on")) == [
        (first.pk, DAY, DAY + dt.timedelta(20)),
        (later.pk, DAY + dt.timedelta(30), None),
    ]
    assert list(Counsellor.objects.values_list("membership", "hours")) == [(first.pk, "19:00-22:00")]


def test_an_upgrade_names_the_roles_it_finds_at_the_wrong_kind_of_place(before):
    row = MembershipFactory(role=Role.SECRETARY)
    Membership.objects.update(community=None, district=row.community.subdistrict.district)

    with pytest.raises(RuntimeError) as told:
        migrate(AFTER)

    lines = str(told.value).splitlines()[1:]
    assert lines == [f"{row.pk}: {row.user.username}, secretary, district {row.community.subdistrict.district.name}"]
