"""Praise: forwarded to the unit, named on the wall only where both agreed."""

import uuid

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from deployments.models import Commendation
from deployments.services import commendations
from portal.accounts.models import Message
from portal.lib.errors import Refused
from tests import factories

LIST = reverse("deployments:commendation_list")
NEW = reverse("deployments:commendation_create")


def wall(cast):
    return reverse("deployments:commendation_wall", args=[cast.qinghe.code])


def praise(cast, **more):
    facts = {
        "key": uuid.uuid4(), "community": cast.qinghe, "kind": "letter", "sender": "王建国", "cadre": cast.cadre,
        "text": "感谢马骏同志,电话19900021234,17-3-702王建国", "by": cast.worker,
    }  # fmt: skip
    return commendations.write(**facts | more)


def test_praise_is_for_one_and_the_same_form_is_one(cast):
    for people in ({"cadre": None}, {"team": "消杀队"}, {"unit": cast.unit}):
        with pytest.raises(Refused, match="Choose one"), transaction.atomic():
            praise(cast, **people)
    key = uuid.uuid4()
    assert len({praise(cast, key=key).pk for _ in range(3)}) == 1


def test_forwarded_once_the_supervisor_is_told_and_reads_it(cast, sign_in):
    row = praise(cast)
    ours = reverse("deployments:commendation_ours")
    assert list(sign_in(cast.supervisor).get(ours).context["rows"]) == []
    for _ in range(2):
        commendations.forward(commendation_id=row.pk, by=cast.worker)
    assert [message.kind for message in Message.objects.filter(to=cast.supervisor)] == ["commendation_forwarded"]
    assert list(sign_in(cast.supervisor).get(ours).context["rows"]) == [row]
    with pytest.raises(Refused, match="no sending unit"):
        commendations.forward(commendation_id=praise(cast, cadre=None, team="消杀队").pk, by=cast.worker)


def test_a_unit_does_not_read_what_is_said_of_others(cast, sign_in):
    other = praise(cast, cadre=cast.cadre2)
    commendations.forward(commendation_id=other.pk, by=cast.worker)
    assert list(sign_in(cast.supervisor).get(reverse("deployments:commendation_ours")).context["rows"]) == []


@pytest.mark.parametrize("sender", [True, False])
@pytest.mark.parametrize("receiver", [True, False])
def test_names_stand_on_the_wall_only_where_both_agreed(cast, client, sender, receiver):
    row = praise(cast, sender_agrees=sender)
    assert "同志" not in client.get(wall(cast)).content.decode()
    commendations.show(commendation_id=row.pk, by=cast.worker)
    if receiver:
        commendations.agree(commendation_id=row.pk, agrees=True, by=cast.cadre_user)
    page = client.get(wall(cast)).content.decode()
    named = sender and receiver
    assert ("马骏" in page, "王建国" in page, "同志" in page) == (named, named, True)
    assert not any(number in page for number in ("19900021234", "17-3-702"))


def test_the_wall_is_printed_where_there_is_script_and_says_the_day(cast, client):
    page = client.get(wall(cast)).content.decode()
    assert ("data-print hidden" in page, "js/print." in page) == (True, True)
    assert f'<p class="p-ask-paper">{timezone.localdate():%Y-%m-%d}</p>' in page


def test_agreement_is_taken_back_and_given_by_the_person_alone(cast, sign_in, client):
    row = praise(cast, sender_agrees=True)
    commendations.show(commendation_id=row.pk, by=cast.worker)
    agree = reverse("deployments:commendation_agree", args=[row.pk])
    assert sign_in(cast.cadre2_user).post(agree, {"agrees": "yes"}).status_code == 404
    with pytest.raises(Refused):
        commendations.agree(commendation_id=row.pk, agrees=True, by=cast.secretary)
    for answer, shown in (("yes", True), ("no", False)):
        sign_in(cast.cadre_user).post(agree, {"agrees": answer})
        assert ("马骏" in client.get(wall(cast)).content.decode()) is shown
    commendations.hide(commendation_id=row.pk, by=cast.worker)
    assert "同志" not in client.get(wall(cast)).content.decode()


def test_thanks_of_a_resident_become_praise_once(cast, sign_in):
    errand = factories.ErrandFactory(
        dwelling__entrance__building__compound=cast.hefengyuan, assignee=cast.cadre_user, state="closed",
        delivered_at=timezone.now(), delivered_by=cast.cadre_user, outcome="handed", ended_at=timezone.now(),
        confirmed_at=timezone.now(),
    )  # fmt: skip
    note = errand.notes.create(text="谢谢小马")
    client = sign_in(cast.worker)
    assert client.get(LIST).context["thanks"] == [note]
    press = reverse("deployments:commendation_from_thanks", args=[note.pk])
    assert sign_in(cast.other_secretary).post(press).status_code == 404
    for _ in range(2):
        client.post(press)
    row = Commendation.objects.get()
    assert (row.cadre, row.errand, row.text) == (cast.cadre, errand, "谢谢小马")
    assert client.get(LIST).context["thanks"] == []


@pytest.mark.parametrize("bad", [{"kind": "x"}, {"text": ""}, {"text": "\x00"}, {"text": "x" * 1001}, {"sender": "\u202e"},
                                 {"team": "消杀队"}, {"cadre": "999999"}, {"unit": "x"}])  # fmt: skip
def test_praise_that_cannot_be_is_answered_kindly(cast, sign_in, bad):
    good = {"community": cast.qinghe.pk, "kind": "letter", "cadre": cast.cadre.pk, "text": "谢谢", "sender": "王"}
    assert sign_in(cast.worker).post(NEW, good | bad).status_code == 422
    assert sign_in(cast.worker).post(NEW, good | {"cadre": cast.cadre2.pk}).status_code == 422
    assert sign_in(cast.worker).post(NEW, good | {"community": cast.yushu.pk}).status_code == 422
    assert Commendation.objects.count() == 0


def test_the_list_asks_a_fixed_number_of_statements_and_shows_script_as_typed(cast, sign_in, queries):
    client, seen = sign_in(cast.worker), []
    for count in (1, 2):
        for _ in range(count):
            praise(cast, text="<script>alert(1)</script>")
        with queries() as asked:
            page = client.get(LIST)
        seen.append(len(asked))
    assert seen[0] == seen[1] <= 12
    assert b"<script>alert" not in page.content
    row = Commendation.objects.first()
    for step in ("forward", "sender", "show", "hide"):
        assert client.post(reverse("deployments:commendation_step", args=[row.pk, step])).status_code == 302
    assert client.post(reverse("deployments:commendation_step", args=[row.pk, "explode"])).status_code == 404
