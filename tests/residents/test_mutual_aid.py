"""Neighbours help each other: one answers one, without a name if they wish so."""

import uuid

import pytest
from django.db import transaction
from django.urls import reverse

from portal.lib.errors import Refused
from residents.models import MutualAid
from residents.services import mutual_aid
from residents.services.tasks import Place
from tests import factories
from tests.people import make_cast
from tests.residents.test_errand_races import at_once

LIST, NEW = reverse("residents:mutual_aid_list"), reverse("residents:mutual_aid_create")


def aid(cast, kind, **more):
    facts = {"key": uuid.uuid4(), "place": Place(cast.qinghe, words="3栋"), "kind": kind, "what": kind, "by": cast.worker}
    return mutual_aid.write(**facts | more)


def test_a_request_is_answered_once_and_both_are_done(cast):
    request, gift, other = aid(cast, "request"), aid(cast, "gift"), aid(cast, "offer")
    mutual_aid.match(aid_id=request.pk, with_id=gift.pk, by=cast.worker)
    with pytest.raises(Refused, match="no longer open"):
        mutual_aid.match(aid_id=request.pk, with_id=other.pk, by=cast.worker)
    with pytest.raises(Refused, match="together already"), transaction.atomic():
        mutual_aid.withdraw(aid_id=gift.pk, by=cast.worker)
    mutual_aid.finish(aid_id=gift.pk, by=cast.worker)
    assert set(MutualAid.objects.values_list("kind", "state")) == {("request", "done"), ("gift", "done"), ("offer", "open")}


def test_only_who_needs_and_who_gives_come_together_in_one_community(cast):
    elsewhere = mutual_aid.write(
        key=uuid.uuid4(), place=Place(cast.yushu, words="x"), kind="request", what="x", by=cast.other_secretary
    )
    for one, two in ((aid(cast, "gift"), aid(cast, "offer")), (aid(cast, "gift"), elsewhere)):
        with pytest.raises(Refused):
            mutual_aid.match(aid_id=one.pk, with_id=two.pk, by=cast.worker)
    with pytest.raises(Refused, match="Bring two"):
        mutual_aid.finish(aid_id=aid(cast, "gift").pk, by=cast.worker)


def test_who_orders_online_for_a_home_stands_on_its_page_and_beside_its_helper_until_it_is_over(cast, sign_in):
    home = factories.DwellingFactory(entrance__building__compound=cast.hefengyuan)
    factories.PairingFactory(dwelling=home, helper=cast.worker)
    need = aid(cast, "request", place=Place(cast.qinghe, dwelling=home))
    buyer = aid(cast, "buyer", name="小吴", phone="19900001111")
    mutual_aid.match(aid_id=need.pk, with_id=buyer.pk, by=cast.worker)
    pages = (reverse("residents:dwelling_detail", args=[home.pk]), reverse("residents:pairing_list"))
    assert all("orders online for others · 小吴" in sign_in(cast.worker).get(page).content.decode() for page in pages)
    # A cadre arranges no mutual aid, and reads none.
    assert "小吴" not in sign_in(cast.cadre_user).get(pages[0]).content.decode()
    mutual_aid.finish(aid_id=buyer.pk, by=cast.worker)
    assert not any("小吴" in sign_in(cast.worker).get(page).content.decode() for page in pages)


def test_the_pages_work_and_hide_who_wishes_so(cast, sign_in, queries):
    client = sign_in(cast.worker)
    good = {"kind": "gift", "what": "<script>x</script>", "compound": cast.hefengyuan.pk, "where": "3栋", "name": "王建国",
            "anonymous": "on"}  # fmt: skip
    for bad in (
        {"kind": "x"},
        {"what": ""},
        {"what": "\x00"},
        {"what": "x" * 201},
        {"phone": "x"},
        {"compound": cast.yushu_rental.pk},
    ):
        assert client.post(NEW, good | bad).status_code == 422
    assert client.post(NEW, good).status_code == 302
    page = client.get(LIST).content.decode()
    assert ("王建国" in page, "<script>x" in page, "a neighbour" in page) == (False, False, True)
    request = aid(cast, "request")
    step = reverse("residents:mutual_aid_step", args=[request.pk, "match"])
    for bad in ("", "x", "99999999", str(request.pk)):
        client.post(step, {"with_id": bad})
    assert MutualAid.objects.open().count() == 2
    client.post(step, {"with_id": MutualAid.objects.get(kind="gift").pk})
    assert MutualAid.objects.filter(state="matched").count() == 2
    seen = []
    for count in (1, 2):
        for _ in range(count):
            aid(cast, "request")
            aid(cast, "offer")
        with queries() as asked:
            client.get(LIST)
        seen.append(len(asked))
    assert seen[0] == seen[1] <= 12
    assert client.post(reverse("residents:mutual_aid_step", args=[request.pk, "explode"])).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_who_give_at_once_to_one_request_only_one_does():
    cast = make_cast()
    request = aid(cast, "request")
    gifts = [aid(cast, "gift") for _ in range(6)]
    answers = at_once([lambda g=g: mutual_aid.match(aid_id=g.pk, with_id=request.pk, by=cast.worker) for g in gifts])
    assert answers == ["Refused"] * 5 + ["done"]
