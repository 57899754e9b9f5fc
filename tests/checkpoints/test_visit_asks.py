"""The home says yes or no on its own page: nobody signs in, nobody else can, and it ends by itself."""

import datetime as dt

import pytest
import time_machine
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from checkpoints.models import Visit
from checkpoints.services import visit_asks, visits
from portal.accounts.models import Event
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(timezone.localtime().replace(hour=8, minute=0, second=0, microsecond=0)) as traveller:
        yield traveller


@pytest.fixture
def host(cast):
    entrance = factories.EntranceFactory(number="3", building__number="17", building__compound=cast.hefengyuan)
    home = factories.DwellingFactory(entrance=entrance, room_no="702")
    return factories.ResidentFactory(dwelling=home, name="刘桂芳", phone="19900001111", relation="head")


@pytest.fixture
def visit(cast, host):
    return visits.ask(compound=cast.hefengyuan, home="17-3-702", by=cast.worker, kind="visitor", written_name="赵雪",
                      written_phone="19900002222", certificate="", reason="探亲")  # fmt: skip


@pytest.fixture
def address(visit, host):
    return reverse("checkpoints:visit_own", args=[visit_asks.link(visit, host)])


def test_the_home_agrees_on_its_own_page_and_the_gate_sees_it(cast, sign_in, visit, host, address):
    shift = factories.ShiftFactory(post__compound=cast.hefengyuan)
    factories.AssignmentFactory(shift=shift, cadre=cast.cadre)
    page, gate = Client(), sign_in(cast.cadre_user)
    detail = reverse("checkpoints:visit_detail", args=[shift.pk, visit.pk])
    asked = gate.get(detail).text
    assert f"http://testserver{reverse('checkpoints:visit_own', args=['x'])[:-2]}" in asked
    assert "sms:19900001111?&amp;body=" in asked

    shown = page.get(address)
    assert "赵雪" in shown.text
    assert not any(secret in shown.text for secret in ("19900002222", "刘桂芳", "17-3-702"))
    assert "<script" not in shown.text
    page.post(address, {"answer": "agreed"})

    visit.refresh_from_db()
    assert (visit.answer, visit.how, visit.host, visit.answered_by, visit.may_enter) == ("agreed", "link", "刘桂芳", None, True)
    assert Event.objects.filter(kind="visit.agreed", by=None).count() == 1
    assert "赵雪" not in page.get(address).text
    told = gate.get(detail, headers={"hx-request": "true", "hx-target": "visit-answer"}).text
    assert 'id="visit-answer"' in told
    assert "on the page sent to the home" in told
    # A yes may still become a no; then it stays.
    page.post(address, {"answer": "refused"})
    page.post(address, {"answer": "agreed"})
    assert Visit.objects.get().answer == "refused"


@pytest.mark.parametrize("said", ["", "yes", "agreed\x00", "AGREED"])
def test_another_word_than_yes_or_no_changes_nothing(visit, address, said):
    assert "Press yes or no." in Client().post(address, {"answer": said}, follow=True, headers={"accept-language": "en"}).text
    assert Visit.objects.get().answer == ""


def test_a_link_ends_after_hours_with_the_day_and_when_the_host_moves_out(visit, host, address, clock):
    clock.shift(dt.timedelta(hours=11))
    assert Client().get(address).status_code == 200
    host.left_on = timezone.localdate()
    host.save()
    assert Client().get(address).status_code == 410
    host.left_on = None
    host.save()
    clock.shift(dt.timedelta(hours=2))
    ended = Client().post(address, {"answer": "agreed"}, headers={"accept-language": "en"})
    assert (ended.status_code, "赵雪" in ended.text, Visit.objects.get().answer) == (410, False, "")


def test_nobody_makes_a_link_up_and_a_neighbour_s_opens_no_other_home(visit, host):
    neighbour = factories.ResidentFactory(dwelling__entrance=host.dwelling.entrance)
    other = signing.TimestampSigner(salt="residents.asks", sep=".").sign(f"{visit.pk}-{host.pk}")
    made_up = [f"{visit.pk}-{host.pk}", "x.y", other, visit_asks.link(visit, host)[:-1] + "x"]
    addresses = [reverse("checkpoints:visit_own", args=[token]) for token in made_up]

    assert {Client().get(address).status_code for address in addresses} == {404}
    assert Client().get(reverse("checkpoints:visit_own", args=[visit_asks.link(visit, neighbour)])).status_code == 410


def test_who_presses_too_often_waits(visit, address):
    answers = [Client().post(address, {"answer": "x"}).status_code for _ in range(visit_asks.PER_LINK.failures + 1)]

    assert answers[:-1] == [302] * visit_asks.PER_LINK.failures
    assert answers[-1] == 429


def test_a_worker_without_a_certificate_is_sent_to_the_community(visit, address):
    Visit.objects.update(kind="worker")

    page = Client().post(address, {"answer": "agreed"}, follow=True, headers={"accept-language": "en"})

    assert "A worker or carer shows a certificate" in page.text
    assert Visit.objects.get().answer == ""
