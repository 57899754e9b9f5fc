"""Praise: forwarded to the unit, named on the wall only where both agreed."""

import datetime as dt
import uuid
from importlib import import_module

import pytest
from django.apps import apps
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from deployments.models import Commendation
from deployments.services import commendations
from portal.accounts.models import Message
from portal.lib.errors import Refused
from residents.models import TeamMember
from residents.services import teams
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


@pytest.fixture
def team(cast):
    """The team of the cast: a cadre somebody sent, a worker of the community."""
    return teams.form(
        community=cast.qinghe,
        name="青年突击队",
        kind="commando",
        leader=cast.cadre_user,
        members=[cast.worker],
        by=cast.secretary,
    )


def test_a_team_is_chosen_and_a_name_is_written_only_where_there_is_no_such_team(cast, sign_in, team):
    client = sign_in(cast.secretary)
    form = client.get(NEW).context["form"]
    assert (list(form.fields["for_team"].queryset), cast.worker in form.fields["colleague"].queryset) == ([team], True)
    good = {"community": cast.qinghe.pk, "kind": "banner", "text": "风雨同舟"}
    assert client.post(NEW, good | {"for_team": team.pk}).status_code == 302
    row = Commendation.objects.get()
    assert (row.for_team, row.team, str(row)) == (team, "青年突击队", "青年突击队")
    refused = (
        {"team": "青年突击队"}, {"for_team": team.pk, "team": "消杀队"}, {"for_team": team.pk, "cadre": cast.cadre.pk},
        {"for_team": "999999"}, {"colleague": cast.cadre_user.pk}, {"colleague": cast.other_secretary.pk},
    )  # fmt: skip
    for bad in refused:
        assert client.post(NEW, good | bad).status_code == 422
    elsewhere = teams.form(
        community=cast.yushu, name="先锋队", kind="vanguard", leader=cast.other_secretary, by=cast.other_secretary
    )
    assert client.post(NEW, good | {"for_team": elsewhere.pk}).status_code == 422
    with pytest.raises(Refused, match="of this community"):
        praise(cast, cadre=None, for_team=elsewhere)
    assert Commendation.objects.get() == row


def test_praise_of_a_team_reaches_its_people_and_the_units_that_sent_them(cast, sign_in, team):
    row = praise(cast, cadre=None, for_team=team)
    told = Message.objects.filter(kind="commendation_for_team").values_list("to", flat=True)
    assert set(told) == {cast.cadre_user.pk, cast.worker.pk}
    mine = reverse("deployments:commendation_mine")
    page = sign_in(cast.cadre_user).get(mine)
    assert (list(page.context["rows"]), b'name="agrees"' in page.content) == ([row], False)
    assert list(sign_in(cast.cadre2_user).get(mine).context["rows"]) == []
    agree = reverse("deployments:commendation_agree", args=[row.pk])
    assert sign_in(cast.cadre_user).post(agree, {"agrees": "yes"}).status_code == 404
    (listed,) = sign_in(cast.worker).get(LIST + "?state=waiting").context["rows"]
    assert (listed, listed.has_unit) == (row, True)
    for _ in range(2):
        commendations.forward(commendation_id=row.pk, by=cast.worker)
    assert [message.kind for message in Message.objects.filter(to=cast.supervisor)] == ["commendation_forwarded"]
    # Whoever leaves the team later was in it when it was praised.
    teams.change(team_id=team.pk, name="青年先锋队", kind="vanguard", leader=cast.worker, by=cast.secretary)
    ours = reverse("deployments:commendation_ours")
    TeamMember.objects.create(
        team=team, user=cast.cadre_user, starts_on=row.received_on - dt.timedelta(days=9), ends_on=row.received_on
    )
    assert [str(one) for one in sign_in(cast.supervisor).get(ours).context["rows"]] == ["青年突击队"]


def test_the_wall_names_a_team_and_none_of_its_people(cast, client, team):
    row = praise(cast, cadre=None, for_team=team, sender_agrees=True)
    commendations.show(commendation_id=row.pk, by=cast.worker)
    page = client.get(wall(cast)).content.decode()
    assert ("青年突击队" in page, "马骏" in page, "王建国" in page) == (True, False, True)


def test_thanks_for_a_worker_are_hers_and_her_name_waits_for_her_word(cast, sign_in, client):
    errand = factories.ErrandFactory(
        dwelling__entrance__building__compound=cast.hefengyuan, assignee=cast.worker, state="closed",
        delivered_at=timezone.now(), delivered_by=cast.worker, outcome="handed", ended_at=timezone.now(),
        confirmed_at=timezone.now(),
    )  # fmt: skip
    row = commendations.from_thanks(note=errand.notes.create(text=f"谢谢{cast.worker.name}"), by=cast.secretary)
    assert (row.colleague, row.team, row.cadre) == (cast.worker, "", None)
    with pytest.raises(Refused, match="no sending unit"):
        commendations.forward(commendation_id=row.pk, by=cast.secretary)
    commendations.sender_agrees(commendation_id=row.pk, by=cast.secretary)
    commendations.show(commendation_id=row.pk, by=cast.secretary)
    assert cast.worker.name not in client.get(wall(cast)).content.decode()
    sign_in(cast.worker).post(reverse("deployments:commendation_agree", args=[row.pk]), {"agrees": "yes"})
    assert cast.worker.name in client.get(wall(cast)).content.decode()


def test_what_was_written_before_finds_its_team_and_its_helper(cast, team):
    errand = factories.ErrandFactory(
        dwelling__entrance__building__compound=cast.hefengyuan, assignee=cast.worker, state="closed",
        delivered_at=timezone.now(), delivered_by=cast.worker, outcome="handed", ended_at=timezone.now(),
    )  # fmt: skip
    facts = {"community": cast.qinghe, "text": "谢谢", "recorded_by": cast.worker}
    known, other, thanks = (
        Commendation.objects.create(team=name, errand=what, **facts)
        for name, what in (("青年突击队", None), ("消杀队", None), (cast.worker.name, errand))
    )
    import_module("deployments.migrations.0004_teams_known_by_name").link(apps, None)
    rows = [Commendation.objects.get(pk=one.pk) for one in (known, other, thanks)]
    assert [(row.team, row.for_team, row.colleague) for row in rows] == [
        ("青年突击队", team, None), ("消杀队", None, None), ("", None, cast.worker),
    ]  # fmt: skip
