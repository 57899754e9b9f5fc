"""What is said when something is wrong: what happened, and what to do next; never a trace."""

import pytest
from django.template.loader import render_to_string
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import translation

STANDALONE = [
    "400.html",
    "403.html",
    "403_csrf.html",
    "404.html",
    "429.html",
    "500.html",
    "503.html",
    "507.html",
    "keyless.html",
]


@pytest.mark.parametrize("name", STANDALONE)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_each_is_drawn_without_context_and_without_the_database(name, language):
    with translation.override(language):
        html = render_to_string(name)

    assert f'<html lang="{language}">' in html
    assert html.count("<h1>") == 1
    assert 'href="/"' in html


def test_an_unknown_address_says_so_in_the_readers_language(db):
    page = Client(headers={"accept-language": "en"}).get("/nowhere/")

    assert page.status_code == 404
    assert "There is nothing at this address" in page.content.decode()


def test_a_form_without_its_token_is_answered_kindly(db):
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})

    page = client.post(reverse("account_login"), {"login": "a", "password": "b"})

    assert page.status_code == 403
    assert "This form was open for too long" in page.content.decode()


@override_settings(ALLOWED_HOSTS=["portal.example"])
def test_a_request_for_another_host_is_refused_without_a_trace(db):
    page = Client(headers={"accept-language": "en"}).get("/nowhere/", headers={"host": "evil.example"})

    assert page.status_code == 400
    assert "evil.example" not in page.content.decode()


def test_the_sign_in_asks_for_a_name_or_a_number(db):
    html = Client(headers={"accept-language": "en"}).get(reverse("account_login")).content.decode()

    assert "User name or mobile number" in html
    assert 'autocomplete="current-password"' in html


@pytest.mark.parametrize("written", ["a\x00b", "x" * 100_000, "{{ 7 }}", "' OR 1=1 --", "\u202egnp.exe"])
def test_nonsense_at_the_sign_in_is_answered_at_the_form(db, written):
    page = Client().post(reverse("account_login"), {"login": written, "password": written})

    assert page.status_code == 200
    assert page.context["form"].errors != {}
