"""The operator's desk."""

import pytest
from django.contrib import admin
from django.forms.models import model_to_dict
from django.urls import reverse
from zeal import zeal_ignore

from portal.accounts import audit
from portal.accounts.models import Event, User
from residents.models import DutyPolicy, Membership, Role
from tests.factories import MembershipFactory

PERSONAL = {"deployments.Cadre", "deployments.Secondment", "checkpoints.Passage", "residents.Resident", "mfa.Authenticator"}


@pytest.fixture
def desk(cast, sign_in):
    return sign_in(cast.operator)


def lines() -> list[tuple[str, dict, dict]]:
    return list(Event.objects.order_by("id").values_list("kind", "before", "after"))


def test_no_record_of_people_is_shown(desk):
    assert {model._meta.label for model in admin.site._registry} & PERSONAL == set()


def test_every_page_of_the_desk_opens(desk):
    pages = [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}")
        for model, desk_ in admin.site._registry.items()
        for page in ("changelist", "add")
        if (model, page) != (Event, "add")
    ]

    assert {page: desk.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)


def test_the_desk_speaks_chinese_where_django_does_not(desk):
    chinese = {"headers": {"accept-language": "zh-hans"}}

    assert "Place" not in desk.get("/admin/residents/membership/", **chinese).content.decode()
    assert "After you" not in desk.get("/admin/accounts/user/add/", **chinese).content.decode()


def test_a_policy_made_and_changed_here_leaves_lines(desk, cast):
    usual = {name: value for name, value in model_to_dict(DutyPolicy()).items() if value is not None}
    form = {**usual, "starts_on": "2022-04-01", "community": cast.qinghe.pk}
    desk.post("/admin/residents/dutypolicy/add/", form)
    policy = DutyPolicy.objects.get()
    desk.post(f"/admin/residents/dutypolicy/{policy.pk}/change/", {**form, "fever_limit": "37.5"})

    assert [line[0] for line in lines()] == ["dutypolicy.created", "dutypolicy.changed"]
    assert lines()[1][1:] == ({"fever_limit": "37.3"}, {"fever_limit": "37.5"})


def test_a_role_given_with_the_account_leaves_a_line_in_the_community(desk, cast):
    user = MembershipFactory(community=cast.qinghe).user
    held = user.memberships.get()
    inline = "memberships"
    # The admin looks up the place of each row by itself.
    with zeal_ignore():
        desk.post(
            f"/admin/accounts/user/{user.pk}/change/",
            {
                "username": user.username,
                "name": "新名",
                "is_active": "on",
                f"{inline}-TOTAL_FORMS": 2,
                f"{inline}-INITIAL_FORMS": 1,
                f"{inline}-0-id": held.pk,
                f"{inline}-0-user": user.pk,
                f"{inline}-0-role": held.role,
                f"{inline}-0-community": cast.qinghe.pk,
                f"{inline}-0-starts_on": held.starts_on,
                f"{inline}-1-user": user.pk,
                f"{inline}-1-role": Role.WORKER,
                f"{inline}-1-community": cast.yushu.pk,
                f"{inline}-1-starts_on": "2022-04-01",
            },
        )

    assert list(Event.objects.order_by("id").values_list("kind", "community")) == [
        ("user.changed", None),
        ("membership.created", cast.yushu.pk),
    ]
    assert Membership.objects.filter(user=user).count() == 2
    with zeal_ignore():
        shown = desk.get(f"/admin/accounts/user/{user.pk}/change/").content.decode()
    # Each field of a row has its own label: a head of a column is none for a screen reader.
    assert all(f'for="id_{inline}-{row}-{field}"' in shown for row in (0, 1) for field in ("role", "community", "ends_on"))


def test_a_role_taken_away_with_the_account_is_named_in_its_line(desk, cast):
    user = MembershipFactory(community=cast.qinghe, role=Role.WORKER).user
    held = user.memberships.get()
    inline = "memberships"
    with zeal_ignore():
        desk.post(
            f"/admin/accounts/user/{user.pk}/change/",
            {
                "username": user.username,
                "name": user.name,
                "is_active": "on",
                f"{inline}-TOTAL_FORMS": 1,
                f"{inline}-INITIAL_FORMS": 1,
                f"{inline}-0-id": held.pk,
                f"{inline}-0-user": user.pk,
                # What is typed over a row that goes is not what it said.
                f"{inline}-0-role": Role.VOLUNTEER,
                f"{inline}-0-community": cast.yushu.pk,
                f"{inline}-0-starts_on": held.starts_on,
                f"{inline}-0-DELETE": "on",
            },
        )

    before = {"user": user.pk, "role": Role.WORKER, "community": cast.qinghe.pk, "starts_on": str(held.starts_on)}
    assert not user.memberships.exists()
    assert list(Event.objects.values_list("kind", "row", "community", "before", "after")) == [
        ("membership.removed", str(held.pk), cast.qinghe.pk, before, {})
    ]


def test_a_row_deleted_by_itself_leaves_what_it_said(desk, cast):
    held = MembershipFactory(community=cast.qinghe, role=Role.WORKER)
    with zeal_ignore():
        desk.post(f"/admin/residents/membership/{held.pk}/delete/", {"post": "yes"})

    said = Event.objects.get(kind="membership.removed")
    assert (said.row, said.community, said.before["role"]) == (str(held.pk), cast.qinghe, Role.WORKER)


def test_a_password_given_here_is_good_for_one_sign_in(desk, cast):
    desk.post(
        f"/admin/accounts/user/{cast.worker.pk}/password/",
        {"usable_password": "true", "password1": "eine-neue-Tuer", "password2": "eine-neue-Tuer"},
    )
    cast.worker.refresh_from_db()

    assert cast.worker.must_change_password
    assert [line[0] for line in lines()] == ["user.password_given"]


def test_people_are_closed_not_deleted(desk, cast):
    assert desk.post(f"/admin/accounts/user/{cast.worker.pk}/delete/", {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=cast.worker.pk).exists()


def test_a_lost_phone_does_not_lock_anybody_out(desk, cast):
    desk.post(
        "/admin/accounts/user/",
        {"action": "remove_second_factor", "_selected_action": [cast.worker.pk]},
    )

    assert [line[0] for line in lines()] == ["user.second_factor_removed"]


@pytest.fixture
def lines_of_all(cast):
    """One of a community, one of none."""
    unit = audit.record(
        "unit.changed", cast.unit, by=cast.operator, before={"leader": "王建国"}, after={"leader": "赵雪", "stops": 3}
    )
    return [unit, audit.record("community.changed", cast.qinghe, by=cast.secretary)]


def test_the_operator_reads_every_line(desk, lines_of_all):
    every = desk.get("/admin/accounts/event/")
    shown = every.content.decode()

    assert list(every.context["cl"].result_list) == lines_of_all[::-1]
    assert ("王** → 赵*; stops: — → 3" in shown, "王建国" in shown) == (True, False)
    of_none = desk.get("/admin/accounts/event/?community__isempty=1&record=deployments.sendingunit&verb=changed")
    assert list(of_none.context["cl"].result_list) == lines_of_all[:1]
    assert "王**" in desk.get(f"/admin/accounts/event/{lines_of_all[0].pk}/change/").content.decode()


def test_more_lines_cost_no_more_statements(desk, cast, lines_of_all, queries):
    counts = []
    for _ in range(2):
        with queries() as seen:
            desk.get("/admin/accounts/event/")
        counts.append(len(seen))
        for by in (cast.worker, cast.other_secretary):
            audit.record("community.changed", cast.yushu, by=by)

    assert counts[0] == counts[1]


def test_no_line_is_added_changed_or_deleted_here(desk, lines_of_all):
    one = lines_of_all[0].pk
    kept = lines()
    answers = [
        desk.get("/admin/accounts/event/add/"),
        desk.post("/admin/accounts/event/add/", {"kind": "x.y"}),
        desk.post(f"/admin/accounts/event/{one}/change/", {"kind": "x.y"}),
        desk.post(f"/admin/accounts/event/{one}/delete/", {"post": "yes"}),
    ]
    desk.post("/admin/accounts/event/", {"action": "delete_selected", "_selected_action": [one], "post": "yes"})

    assert [answer.status_code for answer in answers] == [403] * 4
    assert lines() == kept


def test_a_secretary_does_not_read_the_lines_of_all(cast, sign_in, lines_of_all):
    client = sign_in(cast.secretary)

    assert [client.get(f"/admin/accounts/event/{page}").status_code for page in ("", f"{lines_of_all[0].pk}/change/")] == [
        302
    ] * 2
