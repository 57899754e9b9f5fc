"""What stands around every page: the menu by role, the bell, the account."""

import datetime as dt

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from deployments.models import Supervisor
from portal import nav
from portal.accounts.models import Message
from portal.context import frame
from portal.headers import Policy
from residents.access import GRANTS, Permission
from residents.models import Role


def views_for(user) -> list[str]:
    request = RequestFactory().get("/")
    request.user = user
    return [entry.view for entry in frame(request)["frame"]["entries"]]


def granted(role: str) -> list[str]:
    """What the menu table gives to a role, as far as the pages exist."""
    return [
        entry.view
        for entry in nav.ENTRIES
        if entry.address and (not entry.allowed or entry.allowed in {p.value for p in GRANTS[role]})
    ]


@pytest.mark.parametrize(
    ("who", "role"),
    [
        ("secretary", Role.SECRETARY),
        ("worker", Role.WORKER),
        ("officer", Role.SUBDISTRICT_OFFICER),
        ("district_officer", Role.DISTRICT_OFFICER),
    ],
)
def test_the_menu_shows_what_the_role_may_open(cast, who, role):
    assert views_for(getattr(cast, who)) == granted(role)


def test_a_cadre_finds_her_own_day_first_and_nothing_more_than_the_role_may_open(cast):
    views = views_for(cast.cadre_user)

    assert views[:2] == ["checkpoints:my_day", "checkpoints:gate_choose"]
    assert set(views) == set(granted(Role.CADRE))


def test_a_supervisor_is_shown_her_people(cast):
    assert views_for(cast.supervisor) == [e.view for e in nav.ENTRIES if e.address and e.allowed in {"", nav.SUPERVISOR}]


@pytest.mark.parametrize(("starts", "ends", "shown"), [(-9, 0, True), (0, None, True), (-9, -1, False), (1, None, False)])
def test_her_people_are_shown_on_the_days_of_her_supervision(cast, starts, ends, shown):
    day = lambda away: timezone.localdate() + dt.timedelta(days=away)  # noqa: E731 - two words of it
    Supervisor.objects.update(starts_on=day(starts), ends_on=None if ends is None else day(ends))
    assert ("deployments:supervision" in views_for(cast.supervisor)) == shown


def test_the_operator_is_shown_the_admin_and_no_records(cast):
    assert views_for(cast.operator) == [e.view for e in nav.ENTRIES if e.address and e.allowed in {"", nav.STAFF}]


def test_every_permission_in_the_menu_exists():
    assert {e.allowed for e in nav.ENTRIES} - {p.value for p in Permission} == {nav.SUPERVISOR, nav.STAFF}


def test_the_entry_of_a_page_below_is_the_current_one():
    entries = [nav.Entry("home", "home", "account_login"), nav.Entry("keys", "key", "mfa_index")]

    assert nav.current(entries, reverse("mfa_list_webauthn")) == entries[1]
    assert nav.current(entries, "/elsewhere/") is None


@pytest.mark.parametrize("rows", [1, 3])
def test_the_frame_costs_two_statements_however_much_there_is_to_read(cast, queries, rows):
    Message.objects.bulk_create([Message(to=cast.secretary, kind="x", key=str(n)) for n in range(rows)])
    request = RequestFactory().get("/")
    request.user = cast.secretary

    with queries() as seen:
        around = frame(request)["frame"]
        assert around["unread"] == rows

    assert len(seen) == 2  # the person's facts, and the roles


def test_a_message_that_was_read_does_not_count(cast, sign_in):
    Message.objects.create(to=cast.secretary, kind="x", key="1", read_at=timezone.now())
    Message.objects.create(to=cast.secretary, kind="x", key="2")

    page = sign_in(cast.secretary).get(reverse("account_change_password"))

    assert page.context["frame"]["unread"] == 1


def test_a_stranger_is_shown_no_menu(client, db):
    page = client.get(reverse("account_login"))

    assert page.context["frame"]["entries"] == []


def test_a_page_without_script_can_sign_out(cast, sign_in):
    client = sign_in(cast.secretary)

    client.post(reverse("account_logout"))

    assert "_auth_user_id" not in client.session


def test_a_page_travels_compressed(client, db):
    page = client.get(reverse("account_login"), headers={"accept-encoding": "gzip"})

    assert page["Content-Encoding"] == "gzip"
    assert len(page.content) < 4_000


@pytest.mark.parametrize(
    ("path", "kind", "carries"),
    [
        ("/static/css/gate.css", "text/css", False),
        ("/static/js/gate.js", 'text/javascript; charset="utf-8"', False),
        ("/static/img/sprite.svg", "image/svg+xml", True),
        ("/worker.js", "text/javascript", True),
        ("/my/", "text/html", True),
    ],
)
def test_a_page_and_what_opens_by_itself_carries_the_policy_and_its_parts_do_not(path, kind, carries):
    answer = Policy(lambda _request: HttpResponse(content_type=kind))(RequestFactory().get(path))

    assert {name in answer for name in ("Content-Security-Policy", "Permissions-Policy")} == {carries}
