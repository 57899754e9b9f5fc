"""A sending unit sees its own people and nobody else."""

import datetime as dt
import io

from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from deployments.models import Secondment
from portal.accounts.models import Event
from portal.lib import masks
from tests.factories import CadreFactory, LeaveFactory, SecondmentFactory

PAGE = reverse("deployments:supervision")


def test_the_supervisor_sees_the_unit_s_people_wherever_they_are(cast, sign_in):
    far = SecondmentFactory(community=cast.yushu, cadre__unit=cast.unit, cadre__name="远方", state="approved")
    LeaveFactory(secondment=cast.secondment)

    answer = sign_in(cast.supervisor).get(PAGE)

    assert {row.pk for row in answer.context["rows"]} == {cast.secondment.pk, far.pk}
    assert [(str(s.label), s.value) for s in answer.context["stats"]] == [
        ("people sent", 2),
        ("present", 0),
        ("to arrive", 1),
        ("on leave", 1),
    ]
    assert cast.cadre2.name not in answer.content.decode()


def test_who_moves_on_is_counted_once(cast, sign_in):
    today = timezone.localdate()
    Secondment.objects.filter(pk=cast.secondment.pk).update(
        ends_on=today, reported_at=timezone.now(), reported_by=cast.secretary
    )
    moves = {"state": "approved", "starts_on": today + dt.timedelta(days=1)}
    SecondmentFactory(cadre=cast.secondment.cadre, community=cast.yushu, **moves)

    answer = sign_in(cast.supervisor).get(PAGE)

    assert len(answer.context["rows"]) == 2
    assert [stat.value for stat in answer.context["stats"]] == [1, 1, 1, 0]


def test_recall_by_the_unit(cast, sign_in):
    client, address = sign_in(cast.supervisor), reverse("deployments:supervision_recall", args=[cast.secondment.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"last_day": "nonsense", "reason": ""}).status_code == 200

    client.post(address, {"last_day": timezone.localdate(), "reason": "单位急事"})

    row = Secondment.objects.get(pk=cast.secondment.pk)
    assert (row.state, row.ends_on) == (Secondment.State.RECALLED, timezone.localdate())
    assert client.get(address).status_code == 404


def test_nobody_else_s_people(cast, sign_in):
    other = reverse("deployments:supervision_recall", args=[cast.secondment2.pk])

    assert sign_in(cast.supervisor).get(other).status_code == 404
    assert sign_in(cast.secretary).get(PAGE).status_code == 403
    cast.supervisor.supervisions.update(ends_on=timezone.localdate() - dt.timedelta(days=1), starts_on="2022-01-01")
    assert sign_in(cast.supervisor).get(PAGE).status_code != 200


def test_as_many_queries_for_three_as_for_one(cast, sign_in, queries):
    client = sign_in(cast.supervisor)
    with queries() as one:
        client.get(PAGE)
    for row in SecondmentFactory.create_batch(2, community=cast.qinghe, cadre__unit=cast.unit):
        LeaveFactory(secondment=row)
    with queries() as three:
        client.get(PAGE)

    assert len(three) == len(one)


def test_a_unit_offers_its_own_people_only(cast, sign_in):
    cast.yushu.active_from = timezone.localdate()
    cast.yushu.save()
    free = CadreFactory(unit=cast.unit)
    client, address = sign_in(cast.supervisor), reverse("deployments:supervision_offer")
    post = {"cadre": free.pk, "community": cast.yushu.pk, "starts_on": timezone.localdate()}

    assert client.get(address).status_code == 200
    assert client.post(address, {**post, "cadre": cast.cadre2.pk}).status_code == 200
    assert "already seconded" in client.post(address, {**post, "cadre": cast.cadre.pk}).content.decode()
    client.post(address, post)

    assert list(Secondment.objects.filter(state="submitted").values_list("cadre", "community")) == [(free.pk, cast.yushu.pk)]
    assert sign_in(cast.secretary).get(address).status_code == 403


def test_the_unit_takes_its_own_list_along(cast, sign_in):
    SecondmentFactory(community=cast.qinghe)

    answer = sign_in(cast.supervisor).post(reverse("deployments:supervision_export"))

    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    rows = [row for row in book.get_sheet_by_index(0).to_python() if row[0] == 1 or row[0] == 2]
    assert [(row[1], row[3], row[4]) for row in rows] == [(cast.cadre.name, masks.phone(cast.cadre.phone), "清荷社区")]
    assert list(Event.objects.filter(kind="unit.exported").values_list("by", "row")) == [
        (cast.supervisor.pk, str(cast.unit.pk))
    ]
    assert sign_in(cast.secretary).post(reverse("deployments:supervision_export")).status_code == 403
