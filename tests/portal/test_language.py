"""Chinese first; English for who asks for it; the choice is remembered."""

import pytest
from django.test import Client
from django.urls import reverse

from portal.context import frame

pytestmark = pytest.mark.django_db


def language(client: Client, **headers: str) -> str:
    return client.get(reverse("account_login"), headers=headers)["Content-Language"]


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (None, "zh-hans"),
        ("", "zh-hans"),
        ("*", "zh-hans"),
        ("fr-FR,fr;q=0.9", "zh-hans"),
        ("zh-TW,zh;q=0.9", "zh-hans"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-hans"),
        ("en-GB,en;q=0.9,zh-CN;q=0.8", "en"),
        ("fr,en;q=0.5", "en"),
        ("x" * 5000, "zh-hans"),
    ],
)
def test_the_browser_says_what_its_owner_reads(asked, given):
    assert language(Client(), **({} if asked is None else {"accept-language": asked})) == given


def test_the_switch_is_stronger_than_the_browser_and_is_remembered():
    client = Client(headers={"accept-language": "en"})

    response = client.post(reverse("set_language"), {"language": "zh-hans", "next": reverse("account_login")})

    assert (response.status_code, response["Location"]) == (302, reverse("account_login"))
    assert language(client, **{"accept-language": "en"}) == "zh-hans"


def test_the_switch_works_without_script_from_the_page_itself():
    client = Client(enforce_csrf_checks=True)
    token = client.get(reverse("account_login")).context["csrf_token"]

    client.post(reverse("set_language"), {"language": "en", "csrfmiddlewaretoken": str(token)})

    assert language(client) == "en"


@pytest.mark.parametrize("where", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_the_switch_leads_to_no_other_host(where):
    response = Client().post(reverse("set_language"), {"language": "en", "next": where})

    assert (response.status_code, response["Location"]) == (302, "/")


@pytest.mark.parametrize("language_code", ["xx", "", "zh-hans\x00", "../en", "e" * 10_000])
def test_a_language_that_is_none_changes_nothing(language_code):
    client = Client()

    client.post(reverse("set_language"), {"language": language_code})

    assert language(client) == "zh-hans"


def test_looking_at_the_switch_changes_nothing():
    client = Client()

    client.get(reverse("set_language"), {"language": "en"})

    assert language(client) == "zh-hans"


@pytest.mark.parametrize(
    ("came_from", "back"),
    [("http://testserver/my/?day=1", "/my/?day=1"), ("https://elsewhere.example/my/", "/"), ("", "/"), ("x", "/")],
)
def test_the_switch_leads_back_from_the_answer_to_a_form(rf, came_from, back):
    request = rf.post("/accounts/login/", headers={"referer": came_from} if came_from else {})
    assert frame(request)["here"] == back
    assert frame(rf.get("/accounts/login/?next=/my/"))["here"] == "/accounts/login/?next=/my/"
