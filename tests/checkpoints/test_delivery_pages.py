"""The pages of goods at the gate: the shelf, one batch, its steps, what is printed."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from checkpoints.models import DeliveryBatch, DeliveryDrop
from checkpoints.models.deliveries import DeliveryState
from checkpoints.services import drops
from checkpoints.services.drops import Line
from tests import factories

pytestmark = pytest.mark.django_db
LIST = reverse("checkpoints:delivery_list")


@pytest.fixture
def gate(cast):
    return factories.PostFactory(compound=cast.hefengyuan, name="东门")


def url(name, *args):
    return reverse(f"checkpoints:{name}", args=args)


def parcels(gate, by, count=1):
    return [
        drops.parcel(key=uuid.uuid4(), post=gate, line=Line(f"17-3-{n}02", 1, "王建国", "19900021234"), what="快递", by=by)
        for n in range(1, count + 1)
    ]


def test_a_parcel_on_the_phone_in_three_fields(cast, sign_in, gate, home):
    client = sign_in(cast.cadre_user)
    form = client.get(LIST).context["form"]
    sent = {"key": str(form["key"].value()), "post": gate.pk, "home": "17-3-702", "packages": "1", "care": "ordinary",
            "disinfected": "on"}  # fmt: skip
    for _ in range(2):
        page = client.post(url("delivery_parcel"), sent, follow=True)
    assert "is on the shelf, free at" in page.content.decode()
    assert list(DeliveryDrop.objects.values_list("dwelling", "batch__state")) == [(home.pk, DeliveryState.HOLDING)]


@pytest.mark.parametrize(
    "bad",
    [{"home": ""}, {"home": "\x00"}, {"home": "x" * 41}, {"packages": "0"}, {"packages": "many"}, {"packages": "100000"},
     {"care": "x"}, {"phone": "call me"}, {"post": "999999"}],
)  # fmt: skip
def test_a_parcel_that_cannot_be_is_answered_at_its_field(cast, sign_in, gate, bad):
    good = {"post": gate.pk, "home": "17-3-702", "packages": "1", "care": "ordinary"}
    page = sign_in(cast.cadre_user).post(url("delivery_parcel"), good | bad)
    assert (page.status_code, list(page.context["form"].errors), DeliveryBatch.objects.count()) == (422, list(bad), 0)


def test_the_gate_of_another_community_takes_nothing(cast, sign_in, gate):
    sent = {"post": gate.pk, "home": "17-3-702", "packages": "1", "care": "ordinary"}
    assert sign_in(cast.cadre2_user).post(url("delivery_parcel"), sent).status_code == 422
    assert DeliveryBatch.objects.count() == 0


def test_the_shelf_masks_names_and_shows_the_clock(cast, sign_in, gate, home):
    ((batch, _drop),) = parcels(gate, cast.worker)
    page = sign_in(cast.cadre_user).get(LIST).content.decode()
    assert f'data-until="{int(batch.release_at.timestamp())}"' in page
    assert "王建国" not in page
    assert "19900021234" not in page


@pytest.mark.parametrize("view", ["shelf", "todo", "standing", "free", "disputed", "expected", "ended", "'; DROP", "\x00"])
def test_every_view_of_the_shelf_opens(cast, sign_in, gate, view):
    parcels(gate, cast.worker)
    client = sign_in(cast.cadre_user)
    asked = ["", "17-3-102", "1234", "王建", "\x00", "%", "x" * 5000]
    assert [client.get(LIST, {"view": view, "q": q}).status_code for q in asked] == [200] * len(asked)


def test_goods_are_found_by_home_phone_and_name(cast, sign_in, gate, home):
    factories.DwellingFactory(entrance=home.entrance, room_no="102")
    parcels(gate, cast.worker)
    client = sign_in(cast.worker)
    asked = ("17-3-102", "17号楼3单元102", "1234", "王建", "9-9-909")
    assert [len(client.get(LIST, {"q": text}).context["rows"].object_list) for text in asked] == [1, 1, 1, 1, 0]


def test_pages_ask_a_fixed_number_of_statements(cast, sign_in, gate, queries):
    client, seen = sign_in(cast.worker), {}
    for count in (1, 2):
        (batch, _drop), *_rest = parcels(gate, cast.worker, count)
        if count == 2:
            DeliveryBatch.objects.filter(pk=batch.pk).update(packages=9)
            drops.place(batch_id=batch.pk, lines=[Line("1-1-101"), Line("1-1-102")], by=cast.worker)
        for address in (f"{LIST}?view=shelf", url("delivery_detail", batch.pk), url("delivery_sheet"), url("delivery_labels")):
            with queries() as asked:
                client.get(address)
            seen.setdefault(address.rstrip("0123456789/"), []).append(len(asked))
    assert all(first == second <= 12 for first, second in seen.values()), seen


def test_the_shelf_refreshes_as_the_same_part(cast, sign_in, gate):
    part = sign_in(cast.worker).get(LIST, headers={"hx-request": "true", "hx-target": "delivery-rows"})
    assert part.content.strip().startswith(b'<div id="delivery-rows"')


def test_a_load_from_the_gate_to_the_homes(cast, sign_in, gate, home):
    client = sign_in(cast.worker)
    load = {"what": "蔬菜包", "source": "supply", "care": "ordinary", "expected": "3", "way": "entrance"}
    client.post(url("delivery_add"), {"post": gate.pk, **load})
    batch = DeliveryBatch.objects.get()

    def press(step, **values):
        return client.post(url("delivery_step", batch.pk, step), values).status_code

    assert batch.state == DeliveryState.ORDERED
    assert press("place", lines="17-3-702 2 王建国 19900021234\n1-1-101") == 302
    assert press("arrive") == 302
    assert press("count", counted="2") == 302
    assert press("settle", packages="3", note="又送来一份") == 302
    assert press("disinfect") == 302
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=121)):
        client.force_login(cast.worker)
        assert press("sort") == 302
        page = client.get(url("delivery_detail", batch.pk)).content.decode()
        assert 'href="tel:19900021234"' in page
        for drop in batch.drops.all():
            client.post(url("drop_step", drop.pk, "call"))
            client.post(url("drop_step", drop.pk, "left"))
    batch.refresh_from_db()
    assert (batch.state, batch.drops.filter(handed="entrance").count()) == (DeliveryState.FINISHED, 2)


def test_a_phone_is_not_shown_while_nobody_has_to_ring(cast, sign_in, gate, home):
    ((batch, _drop),) = parcels(gate, cast.worker)
    assert b"19900021234" not in sign_in(cast.cadre_user).get(url("delivery_detail", batch.pk)).content


@pytest.mark.parametrize("step", ["count", "settle", "place", "early", "return", "discard"])
def test_every_step_that_asks_answers_kindly(cast, sign_in, gate, step):
    batch = factories.DeliveryBatchFactory(post=gate)
    client = sign_in(cast.worker)
    bad = {"counted": "-1", "packages": "x", "each": "0", "lines": "\u202e", "reason": "\x00"}
    assert client.get(url("delivery_step", batch.pk, step)).status_code == 200
    assert client.post(url("delivery_step", batch.pk, step), bad).status_code == 422


def test_what_is_refused_is_told_and_nothing_moves(cast, sign_in, gate):
    batch = factories.DeliveryBatchFactory(post=gate)
    page = sign_in(cast.worker).post(url("delivery_step", batch.pk, "disinfect"), follow=True)
    assert "Count and disinfect it first." in page.content.decode()
    batch.refresh_from_db()
    assert batch.state == DeliveryState.ARRIVED


def test_an_unknown_step_is_not_there(cast, sign_in, gate):
    batch = factories.DeliveryBatchFactory(post=gate)
    assert sign_in(cast.worker).post(url("delivery_step", batch.pk, "explode")).status_code == 404


@pytest.mark.parametrize("step", ["early", "return", "discard", "settle"])
def test_only_the_community_or_the_lead_decides(cast, sign_in, gate, step):
    batch = factories.DeliveryBatchFactory(post=gate)
    assert sign_in(cast.cadre_user).get(url("delivery_step", batch.pk, step)).status_code == 403
    now = timezone.localtime()
    with time_machine.travel(now.replace(hour=10, minute=0)):
        shift = factories.ShiftFactory(post=gate)
        factories.AssignmentFactory(shift=shift, cadre=cast.cadre, is_lead=True)
        client = sign_in(cast.cadre_user)
        assert client.get(url("delivery_step", batch.pk, step)).status_code == 200


@pytest.mark.parametrize("order", ["home", "walk", "batch", "x"])
def test_the_sheet_is_printed_in_three_orders_without_phones(cast, sign_in, gate, home, order):
    ((batch, _drop),) = parcels(gate, cast.worker)
    drops.parcel(key=uuid.uuid4(), post=gate, line=Line("17-3-702"), what="药品", by=cast.worker)
    client = sign_in(cast.cadre_user)
    page = client.get(url("delivery_sheet"), {"order": order})
    assert len(page.context["drops"]) == 2
    assert b"19900021234" not in page.content
    assert b"19900021234" in client.get(url("delivery_sheet"), {"batch": batch.pk, "phones": "1"}).content


@pytest.mark.parametrize("batch", ["x", "²", "9" * 30, "999999"])
def test_a_batch_that_is_not_there_is_not_printed(cast, sign_in, gate, batch):
    assert sign_in(cast.worker).get(url("delivery_sheet"), {"batch": batch}).status_code == 404


def test_a_batch_of_another_community_is_not_printed(cast, sign_in, gate):
    batch = factories.DeliveryBatchFactory(post=gate)
    assert sign_in(cast.other_secretary).get(url("delivery_labels"), {"batch": batch.pk}).status_code == 404


def test_one_label_for_each_package(cast, sign_in, gate):
    batch = factories.DeliveryBatchFactory(post=gate)
    drops.place(batch_id=batch.pk, lines=[Line("1-1-101", 2), Line("1-1-102")], by=cast.worker)
    labels = sign_in(cast.worker).get(url("delivery_labels")).context["labels"]
    assert [(drop.home, n) for drop, n in labels] == [("1-1-101", 1), ("1-1-101", 2), ("1-1-102", 1)]
