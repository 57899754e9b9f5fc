"""A community that has just begun: its pages stand, and say what to do next."""

import re

import pytest
from django.urls import reverse

from residents.models import Role
from residents.services import ledgers
from tests import factories

EMPTY = {
    "residents:compound_list": "No compound yet",
    "residents:place_list": "No compound yet",
    "residents:dwelling_list": "No home here yet",
    "residents:quarantine_list": "Nobody is on this list",
    "residents:quarantine_find": "Whom do you register?",
    "residents:quarantine_count": "Nobody is or was in quarantine",
    "residents:missed_check_list": "No check is missed",
    "residents:health_check_list": "Nobody's health is asked today",
    "residents:site_call_list": "Nobody is at a quarantine site",
    "residents:control_list": "No compound yet",
    "residents:round_list": "No round on this day",
    "residents:round_plan_list": "No plan yet",
    "residents:finding_list": "Nothing waits",
    "residents:alone_list": "Nobody is alone today",
    "checkpoints:exposure_list": "Nobody is off duty because of an exposure",
}
FORMS = ("residents:ledger_create", "residents:household_import", "residents:round_new")


@pytest.fixture
def begun(db, sign_in):
    """The secretary of a community without compound, home or person."""
    membership = factories.MembershipFactory(role=Role.SECRETARY)
    return membership.community, sign_in(membership.user), membership.user


@pytest.mark.parametrize(("view", "title"), EMPTY.items())
def test_a_list_without_anything_says_so_and_what_comes_next(begun, view, title):
    _community, client, _user = begun
    answer = client.get(reverse(view))

    assert answer.status_code == 200
    said = re.search(r'<div class="p-empty">.*?<h2>(.*?)</h2>\s*<p>(.+?)</p>', answer.content.decode(), re.DOTALL)
    assert said is not None
    assert said[1].replace("&#x27;", "'") == title


@pytest.mark.parametrize("view", FORMS)
def test_forms_open_where_nothing_is_yet(begun, view):
    assert begun[1].get(reverse(view)).status_code == 200


def test_a_compound_without_homes_has_all_its_pages(begun):
    community, client, user = begun
    compound = factories.CompoundFactory(community=community)
    ledgers.start(community=community, by=user)
    pages = [
        reverse(f"residents:{name}", args=[compound.pk])
        for name in ("compound_detail", "compound_homes", "compound_public", "place_detail", "control_detail")
    ]
    pages += [reverse("residents:ledger_detail", args=[ledger.pk]) for ledger in community.ledgers.all()]
    pages += [f"{reverse('residents:round_new')}?kind={kind}" for kind in ("rubbish", "light_count", "patrol", "sweep")]

    assert {address: client.get(address).status_code for address in pages} == dict.fromkeys(pages, 200)
