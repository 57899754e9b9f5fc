"""Teams: who belongs to one, and until when. A team is dissolved, never deleted; a task is given to it in services.tasks."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from residents.access import Permission, holders
from residents.models import ChatGroup, Community, Task, TaskState, Team, TeamMember

COUNTED_DAYS = dt.timedelta(days=30)


@transaction.atomic
def form(
    *, community: Community, name: str, kind: str, leader: User, members: Iterable[User] = (),
    chat_group: ChatGroup | None = None, by: User,
) -> Team:  # fmt: skip
    """Put a team together; its leader belongs to it."""
    people = _people(community, leader, members)
    _expect_group(chat_group, community)
    with explained(Team):
        team = Team.objects.create(community=community, name=name, kind=kind, leader=leader, chat_group=chat_group)
    TeamMember.objects.bulk_create(TeamMember(team=team, user_id=pk) for pk in sorted(people))
    audit.record("team.formed", team, by=by, after={"leader": leader.pk, "members": sorted(people)})
    return team


@transaction.atomic
def change(
    *, team_id: int, name: str, kind: str, leader: User, members: Iterable[User] = (), chat_group: ChatGroup | None = None,
    by: User,
) -> Team:  # fmt: skip
    """Another leader, somebody more or less: who leaves was in it until yesterday."""
    team = _locked(team_id)
    people, before = _people(team.community, leader, members), set(_live(team).values_list("user", flat=True))
    _expect_group(chat_group, team.community)
    told, after = audit.changed(team, {"name": name, "kind": kind, "leader": leader.pk})
    team.name, team.kind, team.leader, team.chat_group = name, kind, leader, chat_group
    with explained(Team):
        team.save(update_fields=["name", "kind", "leader", "chat_group"])
    _leave(_live(team).exclude(user__in=people))
    TeamMember.objects.bulk_create(TeamMember(team=team, user_id=pk) for pk in sorted(people - before))
    if before != people:
        told, after = {**told, "members": sorted(before)}, {**after, "members": sorted(people)}
    audit.record("team.changed", team, by=by, before=told, after=after)
    return team


@transaction.atomic
def close(*, team_id: int, by: User) -> Team:
    """Dissolve it; what it still has to do has to be given to somebody first."""
    team = _locked(team_id)
    if waiting := Task.objects.open().filter(for_team=team).count():
        words = ngettext(
            "The team still has %(n)d task. Give it to somebody, or call it off.",
            "The team still has %(n)d tasks. Give them to somebody, or call them off.",
            waiting,
        )
        raise Refused(words % {"n": waiting})
    _leave(_live(team))
    team.closed_on = timezone.localdate()
    team.save(update_fields=["closed_on"])
    audit.record("team.closed", team, by=by, after={"closed_on": team.closed_on})
    return team


def _locked(team_id: int) -> Team:
    list(Team.objects.select_for_update(no_key=True).filter(pk=team_id).values_list("pk"))
    team = Team.objects.select_related("community__subdistrict").get(pk=team_id)
    if team.closed_on:
        raise Refused(_("This team is dissolved. Form a new one."))
    return team


def _people(community: Community, leader: User, members: Iterable[User]) -> set[int]:
    """Whoever is in a team does tasks in its community."""
    wanted = {leader.pk: leader, **{one.pk: one for one in members}}
    able = set(holders(Permission.TASK_DO, community.pk).filter(pk__in=wanted).values_list("pk", flat=True))
    for pk, one in wanted.items():
        if pk not in able:
            raise Refused(_("%(name)s does no tasks in this community. Choose somebody else.") % {"name": one})
    return able


def _expect_group(group: ChatGroup | None, community: Community) -> None:
    if group and (group.community_id != community.pk or group.level != ChatGroup.Level.TEAM or group.closed_on):
        raise Refused(_("Choose a group of helpers of this community."))


def _live(team: Team) -> "QuerySet[TeamMember]":
    return TeamMember.objects.live().filter(team=team)


def _leave(rows: "QuerySet[TeamMember]") -> None:
    today = timezone.localdate()
    # Whoever came today never was in it.
    rows.filter(starts_on=today).delete()
    rows.update(ends_on=today - dt.timedelta(days=1))


# Who, and how much


def able(team: Team) -> "QuerySet[User]":
    """Who of the team may do a task today: a role may have ended before its place in the team."""
    return holders(Permission.TASK_DO, team.community_id).filter(pk__in=_live(team).values("user"))


def belongs(user: User, team_id: int | None) -> bool:
    """Whether somebody is in this team today."""
    return team_id is not None and Team.objects.of(user).filter(pk=team_id).exists()


def counted(rows: Any) -> "QuerySet[Team]":
    """Each with how many belong to it, what it has open, and what it has done of late."""
    since = timezone.now() - COUNTED_DAYS
    tasks = Task.objects.filter(for_team=OuterRef("pk"))
    found: QuerySet[Team] = rows.select_related("leader", "community", "chat_group").annotate(
        people=_number(TeamMember.objects.live().filter(team=OuterRef("pk")), "team"),
        open_tasks=_number(tasks.open(), "for_team"),
        done_tasks=_number(tasks.filter(state=TaskState.DONE, ended_at__gte=since), "for_team"),
    )
    return found


def _number(rows: Any, by: str) -> Coalesce:
    counts = rows.order_by().values(by).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counts, output_field=IntegerField()), 0)
