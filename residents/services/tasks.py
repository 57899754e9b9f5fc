"""The life of a task: written down, given, done. Where it may come from is in task_sources, what answers it in task_answers."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from residents.access import Permission, communities_for, may_in
from residents.models import Building, Community, Compound, Dwelling, Finding, Task, TaskNote, TaskSource, TaskState, Team
from residents.models.task_states import IN_HAND, OPEN
from residents.services import findings, teams
from residents.services.policies import duty_policy
from residents.services.task_answers import Answer, answer_of
from residents.services.task_messages import tell, tell_team

State = TaskState


@dataclass(frozen=True)
class Place:
    """Where: a home, a building, a compound, or words."""

    community: Community
    compound: Compound | None = None
    building: Building | None = None
    dwelling: Dwelling | None = None
    words: str = ""


def due_by(community: Community, since: dt.datetime) -> dt.datetime:
    """By when a task without an hour of its own is to be done, as the policy of the day says."""
    return since + dt.timedelta(minutes=duty_policy(community, timezone.localdate(since)).task_minutes)


@transaction.atomic
def write(
    *, key: uuid.UUID, place: Place, title: str, what: str = "", kind: str, risk: int, due_at: dt.datetime | None = None,
    source: str = TaskSource.HAND, helper: User | None = None, by: User, **because: Any,
) -> Task:  # fmt: skip
    """Write a task down. The same key again finds the first one: an impatient thumb never makes two."""
    # One after the other of a community: the second of two at once must see the first.
    Community.objects.select_for_update(no_key=True).get(pk=place.community.pk)
    if (known := Task.objects.filter(key=key).first()) is not None:
        if known.created_by_id != by.pk or known.community_id != place.community.pk:
            raise Refused(_("This form was sent already. Open a new one."))
        return known
    due_at = due_at or due_by(place.community, timezone.now())
    with explained(Task):
        task = Task.objects.create(
            key=key, community=place.community, compound=place.compound, building=place.building, dwelling=place.dwelling,
            place=place.words, title=title, what=what, kind=kind, risk=risk, due_at=due_at, escalates_at=due_at,
            source=source, created_by=by, **because,
        )  # fmt: skip
    audit.record("task.written", task, by=by, after={"kind": kind, "risk": risk, "source": source})
    return _assigned(task, helper, (), by) if helper else task


def locked(task_id: int) -> Task:
    """The task, locked: two thumbs press at once."""
    list(Task.objects.select_for_update(no_key=True).filter(pk=task_id).values_list("pk"))
    return Task.objects.with_places().select_related("community__subdistrict", "finding", "matter__community").get(pk=task_id)


def expect(task: Task, *states: str) -> None:
    """Refuse a step that does not follow from where the task stands."""
    if task.state not in states:
        raise Refused(
            _("This task is “%(state)s”, and from there this step does not follow. Reload the page to see what may be done.")
            % {"state": task.get_state_display()}
        )


@transaction.atomic
def claim(*, task_id: int, by: User) -> Task:
    """Give a task that nobody has to the person who asked first."""
    task = locked(task_id)
    if task.assignee_id == by.pk and task.state in IN_HAND:
        return task
    if task.assignee_id:
        raise Refused(_("Somebody has already taken this task. Choose another from the list."))
    expect(task, State.NEW)
    if task.for_team and not (teams.belongs(by, task.for_team_id) or may_in(by, Permission.TASK_DESK, task.community)):
        raise Refused(_("This task is for %(team)s. Ask whoever leads it, or the desk.") % {"team": task.for_team})
    return _give(task, by, by, "task.accepted")


@transaction.atomic
def assign(*, task_id: int, helper: User, team: Iterable[User] = (), by: User) -> Task:
    """The desk gives a task to somebody, and says who goes along; also takes it from one and gives it to another."""
    task = locked(task_id)
    expect(task, *OPEN)
    return _assigned(task, helper, list(team), by)


@transaction.atomic
def give_to_team(*, task_id: int, team: Team, by: User) -> Task:
    """The desk gives a task to a team: whoever of it takes it first has it. Also takes it from somebody."""
    task = locked(task_id)
    expect(task, *OPEN)
    if team.community_id != task.community_id or team.closed_on:
        raise Refused(_("Choose a team of this community that is not dissolved."))
    if task.for_team_id == team.pk and not task.assignee_id:
        raise Refused(_("%(name)s has it already.") % {"name": team})
    if task.assignee and task.assignee_id != by.pk:
        tell([task.assignee], "task_taken", task)
    task.for_team = team
    task = _waits(task, "task.given_to_team", by, ["for_team"])
    tell_team(task, by)
    return task


@transaction.atomic
def hand_over(*, task_id: int, helper: User, by: User) -> Task:
    """Whoever has it gives it to a colleague."""
    task = _own(task_id, by)
    expect(task, *IN_HAND)
    if helper.pk == by.pk:
        raise Refused(_("Choose somebody else than yourself."))
    return _assigned(task, helper, list(task.team.exclude(pk=helper.pk)), by)


@transaction.atomic
def give_back(*, task_id: int, reason: str, by: User) -> Task:
    """Whoever has it cannot do it: somebody else has to take it."""
    task = _own(task_id, by)
    expect(task, *IN_HAND)
    _note(task, reason, by)
    task = _waits(task, "task.given_back", by)
    tell_team(task, by)
    return task


@transaction.atomic
def name_lead(*, task_id: int, lead: User, by: User) -> Task:
    """Say who leads on site: without one a task of the highest risk does not start."""
    task = locked(task_id)
    expect(task, *OPEN)
    _expect_helpers([lead], task)
    before, task.lead = {"lead": task.lead_id}, lead
    task.save(update_fields=["lead"])
    audit.record("task.lead", task, by=by, before=before, after={"lead": lead.pk})
    tell([lead], "task_lead", task)
    return task


@transaction.atomic
def start(*, task_id: int, by: User) -> Task:
    """Whoever has it begins."""
    task = _own(task_id, by)
    expect(task, State.ASSIGNED)
    task.started_at = timezone.now()
    return _moved(task, State.DOING, "task.started", by, ["started_at"])


@transaction.atomic
def finish(*, task_id: int, result: str = "", answer: str = "", by: User) -> Task:
    """Done: the record that says so is named, or words say what was done. What it came from is answered with it."""
    task = locked(task_id)
    if task.assignee_id != by.pk and not may_in(by, Permission.TASK_DESK, task.community):
        raise Refused(_("This task is not in your hands. Take it first, or ask the desk for it."))
    expect(task, *IN_HAND)
    found = answer_of(task, answer) if answer else None
    if not (found or result):
        raise Refused(_("Say what was done, or choose the record that says so."))
    _answer(task, found, result)
    # Whoever forgot to press "begin" did begin.
    task.started_at = task.started_at or timezone.now()
    fields = ["result", "answer_check", "answer_errand", "answer_stop", "started_at"]
    task = _ended(task, State.DONE, "task.done", by, fields)
    _close_finding(task, by)
    _tell_matter(task, by)
    return task


def _answer(task: Task, found: Answer | None, result: str) -> None:
    task.result = (result or found.kept if found else result)[:300]
    if found:
        setattr(task, found.field, found.row)


def _close_finding(task: Task, by: User) -> None:
    if task.finding_id and Finding.objects.open().filter(pk=task.finding_id).exists():
        findings.handle(finding_id=task.finding_id, handling=task.result[:200], by=by)


def _tell_matter(task: Task, by: User) -> None:
    """Whoever handles what was brought up reads there what was done."""
    if task.matter and task.matter.is_open:
        task.matter.steps.create(text=task.result, by=by)
        audit.record("matter.noted", task.matter, by=by)


@transaction.atomic
def cancel(*, task_id: int, reason: str, by: User) -> Task:
    """Not needed any more; the reason stays, and what it came from is open again."""
    task = locked(task_id)
    if task.state == State.CANCELLED:
        return task
    expect(task, *OPEN)
    task.result = reason[:300]
    if task.assignee and task.assignee_id != by.pk:
        tell([task.assignee], "task_cancelled", task)
    return _ended(task, State.CANCELLED, "task.cancelled", by, ["result"])


@transaction.atomic
def change(*, task_id: int, risk: int, due_at: dt.datetime, by: User) -> Task:
    """Riskier, or later, than it looked."""
    task = locked(task_id)
    expect(task, *OPEN)
    before, after = audit.changed(task, {"risk": risk, "due_at": due_at})
    task.risk, task.due_at = risk, due_at
    if "due_at" in after:
        task.escalates_at, task.escalated = due_at, 0
    with explained(Task):
        task.save(update_fields=["risk", "due_at", "escalates_at", "escalated"])
    audit.record("task.changed", task, by=by, before=before, after=after)
    return task


@transaction.atomic
def note(*, task_id: int, text: str, by: User) -> Task:
    """Add a word: nobody opened, the plumber comes at four."""
    task = locked(task_id)
    expect(task, *OPEN)
    _note(task, text, by)
    audit.record("task.noted", task, by=by)
    return task


# What the steps have in common


def _own(task_id: int, by: User) -> Task:
    task = locked(task_id)
    if task.assignee_id != by.pk:
        raise Refused(_("This task is not in your hands. Take it first, or ask the desk for it."))
    return task


def _assigned(task: Task, helper: User, team: Sequence[User], by: User) -> Task:
    _expect_helpers([helper, *team], task)
    if task.assignee_id == helper.pk and not team:
        raise Refused(_("%(name)s has it already.") % {"name": helper})
    same = task.assignee_id == helper.pk
    task = _give(task, helper, by, "task.assigned")
    task.team.set([one for one in team if one.pk != helper.pk])
    tell([one for one in (*team, *([] if same else [helper])) if one.pk != by.pk], "task_assigned", task)
    return task


def _expect_helpers(people: Iterable[User], task: Task) -> None:
    for one in people:
        if not one.is_active or not communities_for(one, Permission.TASK_DO).filter(pk=task.community_id).exists():
            raise Refused(_("%(name)s does no tasks in this community. Choose somebody else.") % {"name": one})


def _give(task: Task, helper: User, by: User, kind: str) -> Task:
    task.assignee, task.assigned_at, task.assigned_by = helper, timezone.now(), by
    # Whoever takes over begins anew: what was begun was begun by another.
    task.started_at = None
    return _moved(task, State.ASSIGNED, kind, by, ["assignee", "assigned_at", "assigned_by", "started_at"])


def _waits(task: Task, kind: str, by: User, fields: Sequence[str] = ()) -> Task:
    """Nobody has it."""
    task.assignee = task.assigned_at = task.assigned_by = task.started_at = None
    return _moved(task, State.NEW, kind, by, ["assignee", "assigned_at", "assigned_by", "started_at", *fields])


def _ended(task: Task, state: str, kind: str, by: User, fields: Sequence[str]) -> Task:
    task.ended_at, task.ended_by = timezone.now(), by
    return _moved(task, state, kind, by, [*fields, "ended_at", "ended_by"])


def _moved(task: Task, state: str, kind: str, by: User, fields: Sequence[str]) -> Task:
    before = _who(Task.objects.get(pk=task.pk))
    task.state = state
    with explained(Task):
        task.save(update_fields=["state", *fields])
    audit.record(kind, task, by=by, before=before, after=_who(task))
    return task


def _who(task: Task) -> dict[str, Any]:
    team = {"for_team": task.for_team_id} if task.for_team_id else {}
    return {"state": task.state, "assignee": task.assignee_id, **team}


def _note(task: Task, text: str, by: User) -> None:
    TaskNote.objects.create(task=task, text=text[:300], by=by)
