"""The steps of a task, in the order in which they are pressed."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.accounts.models import User
from residents.access import Permission
from residents.forms import tasks as forms
from residents.forms.steps import NoteForm, ReasonForm
from residents.forms.teams import ForTeamForm
from residents.models import TaskState
from residents.models.task_states import IN_HAND, OPEN
from residents.services import tasks
from residents.views.steps import Step, Steps

DO, DESK = Permission.TASK_DO, Permission.TASK_DESK


def _has(task: Any, user: User) -> bool:
    return bool(task.assignee_id == user.pk)


TASK_STEPS = Steps(
    {
        "claim": Step(_("I take it"), tasks.claim, (TaskState.NEW,), "hand-stop", DO, main=True),
        "start": Step(
            pgettext_lazy("task", "Begin"), tasks.start, (TaskState.ASSIGNED,), "player-play", DO, own=True, main=True
        ),
        "finish": Step(
            pgettext_lazy("task", "Done"), tasks.finish, IN_HAND, "circle-check", DO, forms.FinishForm, own=True, main=True,
            text=_("Choose the record that says so, or say what was done. What it came from is answered with it."),
        ),
        "lead": Step(
            _("Name the lead on site"), tasks.name_lead, OPEN, "flag", DESK, forms.LeadForm,
            text=_("Without a lead on site a task of risk 3 does not start."),
        ),
        "assign": Step(_("Give it to somebody"), tasks.assign, OPEN, "user-plus", DESK, forms.AssignForm),
        "team": Step(
            _("Give it to a team"), tasks.give_to_team, OPEN, "users-group", DESK, ForTeamForm,
            text=_("Everybody of the team is told; whoever takes it first has it."),
        ),
        "note": Step(_("Add a note"), tasks.note, OPEN, "note", DO, NoteForm),
        "hand-over": Step(
            _("Give it to a colleague"), tasks.hand_over, IN_HAND, "arrows-exchange", DO, forms.HelperForm, own=True
        ),
        "give-back": Step(
            _("Give it back"), tasks.give_back, IN_HAND, "arrow-back-up", DO, ReasonForm, own=True,
            text=_("Somebody else has to take it."),
        ),
        "change": Step(_("Change risk or hour"), tasks.change, OPEN, "clock", DESK, forms.ChangeForm),
        "close": Step(
            _("Close it for them"), tasks.finish, IN_HAND, "check", DESK, forms.FinishForm,
            text=_("Choose the record that says so, or say what was done."),
        ),
        "cancel": Step(
            _("Call it off"), tasks.cancel, OPEN, "trash", DESK, ReasonForm, danger=True,
            text=_("Nobody does it any more; the reason stays."),
        ),
    },
    row_name="task_id",
    view="residents:task_detail",
    step_view="residents:task_step",
    above=("residents:task_list", _("Tasks")),
    has=_has,
)  # fmt: skip
