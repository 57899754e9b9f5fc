"""Teams: who belongs to one, what it is given, who of it takes it, who hears of it."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import Channel, Event, Message
from portal.lib.errors import Refused
from residents.models import ChatGroup, Membership, Role, Task, TaskState, Team, TeamMember
from residents.services import task_queue, tasks, teams
from tests import factories

LIST, NEW = reverse("residents:team_list"), reverse("residents:team_create")
TODAY = timezone.localdate


def url(name, *args):
    return reverse(f"residents:{name}", args=args)


@pytest.fixture
def helpers(cast):
    """Three more who do tasks here."""
    return [row.user for row in factories.MembershipFactory.create_batch(3, community=cast.qinghe, role=Role.CADRE)]


@pytest.fixture
def team(cast, helpers):
    return teams.form(
        community=cast.qinghe, name="物资专班", kind="task", leader=helpers[0], members=helpers[:2], by=cast.worker
    )


@pytest.fixture
def task(cast):
    return factories.TaskFactory(community=cast.qinghe, created_by=cast.worker, what="找302的王阿姨")


def told(kind):
    return set(Message.objects.filter(kind=kind).values_list("to", flat=True))


def test_a_team_is_given_a_task_and_one_of_it_takes_it(cast, team, task, helpers):
    task = tasks.give_to_team(task_id=task.pk, team=team, by=cast.worker)
    assert (task.state, task.for_team, told("task_for_team")) == (TaskState.NEW, team, {one.pk for one in helpers[:2]})
    assert [row.pk for row in task_queue.mine(helpers[1])] == [task.pk]
    with pytest.raises(Refused):
        tasks.claim(task_id=task.pk, by=helpers[2])
    tasks.claim(task_id=task.pk, by=helpers[1])
    # Now it is one person's; the others have it no more, and the team is remembered.
    assert ([*task_queue.mine(helpers[0])], Task.objects.get().for_team) == ([], team)
    tasks.give_back(task_id=task.pk, reason="有急事", by=helpers[1])
    assert Message.objects.filter(kind="task_for_team", to=helpers[0]).count() == 2
    # The desk may give it to anybody all the same, and take it from them for the team.
    tasks.assign(task_id=task.pk, helper=helpers[2], by=cast.worker)
    tasks.give_to_team(task_id=task.pk, team=team, by=cast.worker)
    assert (Task.objects.get().assignee, told("task_taken")) == (None, {helpers[2].pk})
    with pytest.raises(Refused):
        tasks.give_to_team(task_id=task.pk, team=team, by=cast.worker)


def test_the_chat_group_of_a_team_hears_of_its_task_by_kind_alone(cast, team, task, helpers):
    bot = Channel.objects.create(
        community=cast.qinghe, platform="wecom", address="https://example.com/x", host="example.com", created_by=cast.worker
    )  # fmt: skip
    group = ChatGroup.objects.create(community=cast.qinghe, name="突击队群", level="team", channel=bot)
    facts = {"name": "物资专班", "kind": "task", "leader": helpers[0], "by": cast.worker}
    for wrong in (
        ChatGroup.objects.create(community=cast.yushu, name="别家", level="team"),
        ChatGroup.objects.create(community=cast.qinghe, name="住户", level="community"),
    ):
        with pytest.raises(Refused):
            teams.change(team_id=team.pk, chat_group=wrong, **facts)
    teams.change(team_id=team.pk, chat_group=group, **facts)
    tasks.give_to_team(task_id=task.pk, team=Team.objects.get(pk=team.pk), by=cast.worker)
    said = Message.objects.get(channel=bot)
    assert (said.kind, set(said.facts)) == ("task_for_team", {"task", "label"})


def test_a_team_of_another_community_or_a_dissolved_one_is_given_nothing(cast, team, task):
    teams.close(team_id=team.pk, by=cast.worker)
    for other in (Team.objects.get(pk=team.pk), factories.TeamFactory(community=cast.yushu)):
        with pytest.raises(Refused):
            tasks.give_to_team(task_id=task.pk, team=other, by=cast.worker)


def test_whoever_leaves_was_in_it_until_yesterday(cast, team, helpers):
    TeamMember.objects.filter(user=helpers[1]).update(starts_on=TODAY() - dt.timedelta(days=5))
    facts = {"name": "物资专班", "kind": "task", "leader": helpers[0]}
    teams.change(team_id=team.pk, members=[helpers[2]], by=cast.worker, **facts)
    assert set(team.members.live().values_list("user", flat=True)) == {helpers[0].pk, helpers[2].pk}
    assert team.members.get(user=helpers[1]).ends_on == TODAY() - dt.timedelta(days=1)
    # Who came and went on one day never was in it.
    teams.change(team_id=team.pk, members=[], by=cast.worker, **facts)
    assert not team.members.filter(user=helpers[2]).exists()
    teams.change(team_id=team.pk, members=[helpers[1]], by=cast.worker, **facts)
    assert team.members.filter(user=helpers[1]).count() == 2
    assert Event.objects.filter(kind="team.changed", row=team.pk).count() == 3


def test_a_team_keeps_its_work_until_somebody_else_has_it(cast, team, task):
    tasks.give_to_team(task_id=task.pk, team=team, by=cast.worker)
    with pytest.raises(Refused, match="1 task"):
        teams.close(team_id=team.pk, by=cast.worker)
    tasks.cancel(task_id=task.pk, reason="不用了", by=cast.worker)
    teams.close(team_id=team.pk, by=cast.worker)
    assert not team.members.live().exists()
    with pytest.raises(Refused):
        teams.close(team_id=team.pk, by=cast.worker)
    # The name is free again.
    teams.form(community=cast.qinghe, name="物资专班", kind="task", leader=cast.worker, by=cast.worker)


def test_who_does_no_tasks_here_is_in_no_team(cast, team, helpers):
    with pytest.raises(Refused):
        teams.form(community=cast.qinghe, name="x", kind="task", leader=cast.cadre2_user, by=cast.worker)
    with pytest.raises(Refused):
        teams.form(community=cast.qinghe, name="物资专班", kind="task", leader=helpers[0], by=cast.worker)
    with pytest.raises(IntegrityError), transaction.atomic():
        TeamMember.objects.create(team=team, user=helpers[0])
    # Whose secondment is over is told nothing more, whatever the team's list says.
    Membership.objects.filter(user=helpers[1]).delete()
    assert list(teams.able(team)) == [helpers[0]]


def test_when_nobody_of_the_team_takes_it_its_leader_hears_of_it_with_the_desk(cast, team, task, helpers):
    tasks.give_to_team(task_id=task.pk, team=team, by=cast.worker)
    Task.objects.update(due_at=timezone.now(), escalates_at=timezone.now())
    task_queue.escalate()
    assert told("task_late") == {helpers[0].pk, cast.worker.pk}


def test_the_desk_keeps_teams_and_gives_them_tasks(cast, sign_in, task, helpers):
    client = sign_in(cast.worker)
    sent = {"name": "青年突击队", "kind": "commando", "leader": helpers[0].pk, "members": [helpers[1].pk]}
    for bad in ({"name": ""}, {"kind": "x"}, {"leader": cast.cadre2_user.pk}, {"members": ["²"]}, {"name": "\x00"}):
        assert client.post(NEW, sent | bad).status_code == 422
    assert client.post(NEW, sent).status_code == 302
    team = Team.objects.get()
    assert client.post(NEW, sent).status_code == 422
    assert client.post(url("task_step", task.pk, "team"), {"team": team.pk}).status_code == 302
    listed = client.get(reverse("residents:task_list"), {"team": team.pk})
    assert ([row.pk for row in listed.context["rows"]], listed.context["named"]) == ([task.pk], ["青年突击队"])
    assert client.post(url("team_change", team.pk), sent | {"name": "突击队"}).status_code == 302
    (row,) = client.get(LIST).context["rows"]
    assert (row.name, row.people, row.open_tasks, row.done_tasks) == ("突击队", 2, 1, 0)
    # A member reads what it is about before they take it, others do not.
    page = url("task_detail", task.pk)
    assert ["王阿姨" in sign_in(one).get(page).content.decode() for one in (helpers[1], helpers[2])] == [True, False]
    assert client.post(url("team_close", team.pk), follow=True).context["team"].closed_on is None
    tasks.claim(task_id=task.pk, by=helpers[1])
    tasks.finish(task_id=task.pk, result="办好了", by=helpers[1])
    client.post(url("team_close", team.pk))
    (closed,) = client.get(LIST, {"view": "closed"}).context["rows"]
    assert (closed.closed_on, closed.people, closed.done_tasks) == (TODAY(), 0, 1)


def test_strangers_find_no_team_and_cadres_keep_none(cast, sign_in, team):
    assert [sign_in(cast.other_secretary).get(url(name, team.pk)).status_code for name in ("team_detail", "team_change")] == [
        404
    ] * 2
    assert sign_in(cast.cadre_user).get(url("team_detail", team.pk)).status_code == 200
    assert sign_in(cast.cadre_user).get(NEW).status_code == 403
    assert sign_in(cast.worker).get(NEW, {"community": cast.yushu.pk}).status_code == 404


def test_three_teams_cost_no_more_than_one(cast, sign_in, team, helpers, queries):
    client, seen = sign_in(cast.worker), []
    for _turn in range(2):
        with queries() as asked:
            assert client.get(LIST).status_code == client.get(url("team_detail", team.pk)).status_code == 200
        seen.append(len(asked))
        for _more in range(2):
            other = factories.TeamFactory(community=cast.qinghe, leader=helpers[0], members=helpers[1:])
            factories.TaskFactory(community=cast.qinghe, created_by=cast.worker, for_team=other)
            factories.TaskFactory(community=cast.qinghe, created_by=cast.worker, for_team=team)
    assert seen[0] == seen[1] <= 22
