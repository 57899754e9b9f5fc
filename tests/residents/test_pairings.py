"""A helper stands by a home: paired, offered first, counted, ended."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from portal.lib.errors import Refused
from residents.models import Pairing
from residents.services import helpers, pairings
from tests import factories

TODAY = dt.date(2026, 6, 1)


@pytest.fixture
def home(cast):
    entrance = factories.EntranceFactory(number="3", building__number="17", building__compound=cast.hefengyuan)
    return factories.DwellingFactory(entrance=entrance, floor=7, room_no="702")


def paired(home, helper, by, **more):
    return pairings.pair(dwelling_id=home.pk, helper=helper, starts_on=timezone.localdate(), by=by, **more)


def url(name, *args):
    return reverse(f"residents:pairing_{name}", args=args)


def test_a_home_has_one_helper_at_a_time(cast, home):
    first = paired(home, cast.cadre_user, cast.worker)
    assert paired(home, cast.cadre_user, cast.worker) == first
    with pytest.raises(Refused, match="End that pairing first"), transaction.atomic():
        paired(home, cast.worker, cast.worker)
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    Pairing.objects.update(starts_on=yesterday)
    pairings.end(pairing_id=first.pk, ends_on=yesterday, by=cast.worker)
    assert paired(home, cast.worker, cast.worker).helper == cast.worker


def test_the_database_keeps_a_second_helper_out(cast, home):
    factories.PairingFactory(dwelling=home, helper=cast.cadre_user, starts_on=TODAY, ends_on=TODAY)
    factories.PairingFactory(dwelling=home, helper=cast.worker, starts_on=TODAY + dt.timedelta(days=1))
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.PairingFactory(dwelling=home, helper=cast.secretary, starts_on=TODAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.PairingFactory(helper=cast.secretary, starts_on=TODAY, ends_on=TODAY - dt.timedelta(days=1))


def test_only_who_does_errands_here_is_paired(cast, home):
    with pytest.raises(Refused, match="does no errands in this community"):
        paired(home, cast.cadre2_user, cast.worker)


def test_ending_twice_is_ending_once_and_what_is_over_stays_over(cast, home):
    pairing = paired(home, cast.cadre_user, cast.worker)
    today = timezone.localdate()
    assert pairings.end(pairing_id=pairing.pk, ends_on=today, by=cast.worker) == pairings.end(
        pairing_id=pairing.pk, ends_on=today, by=cast.worker
    )
    Pairing.objects.update(starts_on=today - dt.timedelta(days=3), ends_on=today - dt.timedelta(days=2))
    with pytest.raises(Refused, match="ended already"):
        pairings.end(pairing_id=pairing.pk, ends_on=today, by=cast.worker)


def test_the_paired_helper_is_offered_first_whoever_has_less_to_do(cast, home):
    factories.PairingFactory(dwelling=home, helper=cast.worker)
    factories.ErrandFactory(dwelling=home, assignee=cast.worker, state="accepted", entrance__building__number="9")
    found = helpers.suggestions(factories.ErrandFactory(dwelling=home))
    assert (found[0].helper, found[0].reasons[0]) == (cast.worker, "paired with this home")


def test_who_carries_nothing_upstairs_is_offered_last_where_there_is_no_lift(cast, home):
    helpers.set_climbs(user=cast.cadre_user, community=cast.qinghe, climbs=False, by=cast.worker)
    errand = factories.ErrandFactory(dwelling=home)
    last = helpers.suggestions(errand)[-1]
    assert (last.helper, last.against) == (cast.cadre_user, "no lift there, and no stairs for them")
    errand.entrance.building.has_lift = True
    assert [one.against for one in helpers.suggestions(errand)] == ["", "", ""]


def test_suggestions_ask_once_however_many_there_are(cast, home, queries):
    errand = factories.ErrandFactory(dwelling=home)
    asked = []
    for _ in range(2):
        with queries() as seen:
            helpers.suggestions(errand, most=50)
        asked.append(len(seen))
        factories.MembershipFactory.create_batch(2, community=cast.qinghe)
    assert asked == [1, 1]


def test_the_desk_pairs_and_ends_and_the_helper_reads_their_own(cast, sign_in, home):
    client = sign_in(cast.worker)
    said = {
        "compound": cast.hefengyuan.pk, "home": "17-3-702", "helper_user": cast.cadre_user.pk, "starts_on": "2026-01-01",
        "what_for": "买菜、取药",
    }  # fmt: skip
    assert client.post(url("create"), said).status_code == 302
    pairing = Pairing.objects.get()
    assert (pairing.dwelling, pairing.helper, pairing.what_for) == (home, cast.cadre_user, "买菜、取药")
    factories.PairingFactory(helper=cast.worker, dwelling__entrance=home.entrance)
    assert [row.pk for row in sign_in(cast.cadre_user).get(url("list")).context["rows"]] == [pairing.pk]
    client = sign_in(cast.worker)
    assert client.post(url("end", pairing.pk), {"ends_on": "2026-01-02"}).status_code == 302
    assert [row.pk for row in client.get(url("list"), {"view": "ended"}).context["rows"]] == [pairing.pk]


@pytest.mark.parametrize("bad", [{"home": "99-9-999"}, {"home": ""}, {"helper_user": "x"}, {"starts_on": "0001-01-01"},
                                 {"what_for": "x" * 121}, {"what_for": "a\x00"}])  # fmt: skip
def test_what_cannot_be_paired_is_answered_at_its_field(cast, sign_in, home, bad):
    said = {"compound": cast.hefengyuan.pk, "home": "17-3-702", "helper_user": cast.cadre_user.pk, "starts_on": "2026-01-01"}
    page = sign_in(cast.worker).post(url("create"), said | bad)
    assert (page.status_code, list(page.context["form"].errors), Pairing.objects.count()) == (422, list(bad), 0)


def test_a_helper_of_elsewhere_cannot_be_chosen_and_strangers_find_nothing(cast, sign_in, home):
    pairing = factories.PairingFactory(dwelling=home, helper=cast.cadre_user)
    said = {"compound": cast.hefengyuan.pk, "home": "17-3-702", "helper_user": cast.cadre2_user.pk, "starts_on": "2026-01-01"}
    assert sign_in(cast.worker).post(url("create"), said).status_code == 422
    stranger = sign_in(cast.other_secretary)
    assert stranger.get(url("end", pairing.pk)).status_code == 404
    assert list(stranger.get(url("list")).context["rows"]) == []
    assert sign_in(cast.cadre_user).get(url("create")).status_code == 403


def test_the_list_asks_a_fixed_number_of_statements(cast, sign_in, home, queries):
    client, seen = sign_in(cast.worker), []
    for count in (1, 2):
        for _ in range(count):
            factories.PairingFactory(dwelling__entrance=home.entrance, helper=cast.cadre_user)
        with queries() as asked:
            client.get(url("list"))
        seen.append(len(asked))
    assert seen[0] == seen[1] <= 12
