"""Getting in, staying out, and being let out."""

import datetime as dt
from urllib.parse import urlencode

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from zeal import zeal_ignore

from portal.accounts.models import Attempt, Event, User
from portal.accounts.services import attempts
from tests.factories import MembershipFactory, UserFactory

LOGIN = "/accounts/login/"
PASSWORD = "demo-only"


@pytest.fixture
def secretary(db) -> User:
    return MembershipFactory(user=UserFactory(username="secretary", phone="19900001234")).user


def new_client() -> Client:
    return Client(headers={"accept-language": "en"})


def try_to_sign_in(client, login="secretary", password=PASSWORD, address="10.0.0.1"):
    return client.post(LOGIN, {"login": login, "password": password}, REMOTE_ADDR=address)


def is_in(client) -> bool:
    return client.get("/messages/").status_code == 200


@pytest.mark.parametrize("written", ["secretary", " Secretary ", "19900001234", "１９９ ００００ １２３４"])
def test_name_and_phone_both_open_the_door(secretary, written):
    client = new_client()

    assert try_to_sign_in(client, written).status_code == 302
    assert is_in(client)


@pytest.mark.parametrize("written", ["", "x" * 100_000, "a\0b", "\ud800", "' OR 1=1 --", "{{ 7*7 }}", "王\u202e建国"])
def test_nonsense_is_answered_kindly(secretary, written):
    client = new_client()

    body = urlencode({"login": written.encode("utf-8", "surrogatepass"), "password": "x"})
    answer = client.post(LOGIN, body, content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 200
    assert answer.context["form"].errors


def test_five_wrong_passwords_close_the_account_to_that_address_and_to_nobody_else(secretary):
    attacker = new_client()
    for _ in range(5):
        try_to_sign_in(attacker, password="wrong", address="203.0.113.9")

    refused = try_to_sign_in(attacker, address="203.0.113.9")
    elsewhere = new_client()

    assert refused.status_code == 200
    assert "Too many wrong passwords" in refused.content.decode()
    assert try_to_sign_in(elsewhere, address="198.51.100.7").status_code == 302


def test_a_device_known_from_before_is_not_locked_out_by_an_attack_from_everywhere(secretary):
    known = new_client()
    try_to_sign_in(known)
    known.post("/accounts/logout/")
    for number in range(80):
        try_to_sign_in(new_client(), password="wrong", address=f"10.0.{number}.1")

    assert try_to_sign_in(new_client(), address="10.9.9.9").status_code == 200
    assert try_to_sign_in(known, address="10.0.0.1").status_code == 302


def test_a_known_device_may_not_guess_for_ever(secretary):
    known = new_client()
    try_to_sign_in(known)
    known.post("/accounts/logout/")
    for _ in range(attempts.KNOWN_DEVICE.failures):
        try_to_sign_in(known, password="wrong")

    assert try_to_sign_in(known).status_code == 200


def test_a_forged_device_is_a_stranger(secretary):
    forger = new_client()
    for _ in range(6):
        forger.cookies["device"] = "WyJ4IixbMV1d:1abc:forged"
        answer = try_to_sign_in(forger, password="wrong")

    assert "Too many wrong passwords" in answer.content.decode()


def test_right_passwords_are_not_counted_and_old_failures_are_forgotten(secretary):
    for _ in range(10):
        assert try_to_sign_in(new_client()).status_code == 302
    assert Attempt.objects.count() == 0

    try_to_sign_in(new_client(), password="wrong")
    Attempt.objects.update(at=timezone.now() - dt.timedelta(hours=2))
    attempts.forget(now=timezone.now())

    assert Attempt.objects.count() == 0


def test_the_limit_does_not_need_the_cache(secretary, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "portal.lib.cache.SturdyRedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
            "OPTIONS": {"socket_connect_timeout": 0.2},
        }
    }
    attacker = new_client()
    answers = [try_to_sign_in(attacker, password="wrong") for _ in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 6
    assert "Too many wrong passwords" in answers[-1].content.decode()


def test_nobody_signs_up(db):
    client = new_client()
    client.post("/accounts/signup/", {"username": "me", "password1": "a-long-password", "password2": "a-long-password"})

    assert User.objects.count() == 0
    assert mail.outbox == []


def test_a_given_password_leads_to_a_new_one_first(secretary):
    User.objects.update(must_change_password=True)
    client = new_client()
    try_to_sign_in(client)

    assert client.get("/messages/")["Location"] == "/accounts/password/change/"
    form = {"oldpassword": PASSWORD, "password1": PASSWORD, "password2": PASSWORD}
    assert "old password" in client.post("/accounts/password/change/", form).content.decode()
    form = {"oldpassword": PASSWORD, "password1": "eine-neue-Tuer", "password2": "eine-neue-Tuer"}
    client.post("/accounts/password/change/", form)

    assert is_in(client)
    assert list(Event.objects.values_list("kind", "by")) == [("user.password_changed", secretary.pk)]


def test_other_sessions_end_with_the_password(secretary):
    here, stolen = new_client(), new_client()
    try_to_sign_in(here)
    try_to_sign_in(stolen)
    here.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "eine-neue-Tuer", "password2": "eine-neue-Tuer"},
    )

    assert is_in(here)
    # Django reads a session once more to remove it.
    with zeal_ignore():
        assert not is_in(stolen)


def test_sessions_end_with_the_sign_out(secretary):
    client, copy = new_client(), new_client()
    try_to_sign_in(client)
    copy.cookies["sessionid"] = client.cookies["sessionid"].value
    assert is_in(copy)

    answer = client.post("/accounts/logout/")

    assert answer["Clear-Site-Data"] == '"cache"'
    assert not is_in(copy)


def test_sessions_end_when_the_account_is_closed(secretary):
    client = new_client()
    try_to_sign_in(client)
    User.objects.update(is_active=False)

    assert not is_in(client)


def test_sessions_end_with_the_last_role(secretary):
    client = new_client()
    try_to_sign_in(client)
    secretary.memberships.update(
        starts_on=timezone.localdate() - dt.timedelta(days=9), ends_on=timezone.localdate() - dt.timedelta(days=1)
    )

    answer = client.get("/messages/")

    assert (answer.status_code, answer["Location"]) == (302, LOGIN)
    assert "_auth_user_id" not in client.session


def test_nothing_of_a_signed_in_person_is_kept_by_a_browser(cast, sign_in):
    pages = ["/", "/messages/", "/search/", "/trail/", "/accounts/password/change/", "/nowhere/"]
    client = sign_in(cast.secretary)

    assert {page: client.get(page)["Cache-Control"] for page in pages} == dict.fromkeys(pages, "no-store")


def test_the_admin_has_no_door_of_its_own(cast, client, sign_in):
    assert client.post("/admin/login/", {"username": "operator", "password": PASSWORD})["Location"].startswith(LOGIN)
    assert sign_in(cast.secretary).get("/admin/login/")["Location"] == "/"


def test_where_to_go_after_the_sign_in_is_never_another_site(secretary):
    client = new_client()
    answer = client.post(f"{LOGIN}?next=https://evil.example/", {"login": "secretary", "password": PASSWORD})

    assert answer["Location"] == "/"


def test_a_page_costs_four_statements_before_its_own(cast, sign_in, queries):
    client = sign_in(cast.cadre_user)
    with queries() as seen:
        client.get("/accounts/password/change/")

    assert len(seen) <= 4
