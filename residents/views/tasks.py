"""The tasks of a community: the list, one task, and how one is written down."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts import audit
from portal.lib.downloads import sheet
from portal.lib.errors import Refused
from portal.lib.filters import named
from portal.lib.pages import page
from portal.lib.paging import MOST, paged
from residents.access import Permission, Request, has, may_in, requires
from residents.forms.tasks import ChatForm, TaskForm
from residents.models import Compound, Task, TaskKind, TaskSource, Team
from residents.services import errand_chat, task_queue, tasks
from residents.services.task_sources import SOURCES
from residents.services.task_view import COLUMNS, sheet_rows
from residents.services.teams import belongs
from residents.views.task_steps import TASK_STEPS


@require_safe
@requires(Permission.TASK_VIEW)
def task_list(request: Request) -> HttpResponse:
    """The desk sees what is to be done, what is late and who has it; a helper chooses one."""
    now, rows, view = timezone.now(), _filtered(request), _view(request)
    compounds = Compound.objects.within(request.communities).order_by("community", "id")
    teams = list(Team.objects.within(request.communities).live())
    chosen = {name: request.GET.get(name, "") for name in ("kind", "compound", "risk", "source", "team")}
    choices = {
        "kind": TaskKind.choices, "risk": Task.Risk.choices, "source": TaskSource.choices,
        "compound": [(row.pk, row) for row in compounds], "team": [(row.pk, row) for row in teams],
    }  # fmt: skip
    context = {
        "rows": paged(request, task_queue.chosen(rows.with_places().prefetch_related("team"), view, request.user, now)),
        "counts": task_queue.counts(rows, request.user, now),
        "view": view,
        "kinds": TaskKind.choices,
        "sources": TaskSource.choices,
        "risks": Task.Risk.choices,
        "compounds": compounds,
        "teams": teams,
        "chosen": chosen,
        "named": named(chosen, choices),
    }
    return page(request, "residents/tasks/list.html", context, part="task-rows")


def _view(request: Request) -> str:
    view = request.GET.get("view", "")
    return view if view in task_queue.VIEWS else "open"


def _filtered(request: Request) -> Any:
    rows = Task.objects.within(request.communities)
    for name, values in (("kind", TaskKind.values), ("source", TaskSource.values)):
        if (value := request.GET.get(name, "")) in values:
            rows = rows.filter(**{name: value})
    for name, field in (("compound", "compound"), ("risk", "risk"), ("team", "for_team")):
        value = request.GET.get(name, "")
        if value.isascii() and value.isdigit() and len(value) < 10:
            rows = rows.filter(**{field: int(value)})
    return rows


@never_cache
@require_POST
@requires(Permission.TASK_DESK)
def task_export(request: Request) -> HttpResponseBase:
    """The office takes the same rows out as a sheet; it is on record."""
    chosen = task_queue.chosen(_filtered(request).with_places(), _view(request), request.user, timezone.now())[:MOST]
    for community in request.communities:
        audit.record("task.exported", community, by=request.user, after={"rows": len(chosen)})
    unit = str(request.communities.first()) if request.communities.count() == 1 else ""
    return sheet(COLUMNS, sheet_rows(chosen), title="任务台账", unit=unit, file=f"任务台账{timezone.localdate()}")


@require_safe
@requires(Permission.TASK_VIEW)
def task_detail(request: Request, pk: int) -> HttpResponse:
    """One task: where, how risky, who has it, what was said, and what may be done next."""
    rows = Task.objects.within(request.communities).with_places()
    related = ("community__subdistrict", "created_by", "ended_by", "assigned_by", "finding__stop", "case", "errand__kind")
    task = get_object_or_404(rows.select_related(*related, "answer_errand", "answer_stop").prefetch_related("team"), pk=pk)
    context = {
        "task": task,
        "errands": task.errands_asked.select_related("kind") if has(request.user, Permission.ERRAND_VIEW) else [],
        "notes": task.notes.select_related("by"),
        "steps": TASK_STEPS.open_to(task, request.user),
        "in_full": _in_full(request, task),
        "desk": may_in(request.user, Permission.TASK_DESK, task.community),
    }
    return page(request, "residents/tasks/detail.html", context)


def _in_full(request: Request, task: Task) -> bool:
    """Whoever has a part in it must know what it is about; others see that there is something."""
    parts = {task.assignee_id, task.lead_id, task.created_by_id, *(one.pk for one in task.team.all())}
    if request.user.pk in parts or may_in(request.user, Permission.TASK_DESK, task.community):
        return True
    return belongs(request.user, task.for_team_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.TASK_RAISE)
def task_create(request: Request) -> HttpResponse:
    """Somebody has seen something, or the meeting has decided it: write it down."""
    form = _form(request, {}, data=request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        facts = form.cleaned_data
        try:
            task = tasks.write(
                key=facts["key"], place=form.place(), title=facts["title"], what=facts["what"], kind=facts["kind"],
                risk=facts["risk"], due_at=facts["due_at"], source=facts["source"], by=request.user,
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Written down. Give it to somebody, or take it yourself."))
            return redirect("residents:task_detail", task.pk)
    return _asked(request, form)


def _form(request: Request, initial: dict[str, Any], data: Any = None) -> TaskForm:
    return TaskForm(data, initial=initial, communities=request.communities, cancel=reverse("residents:task_list"))


def _asked(request: Request, form: TaskForm) -> HttpResponse:
    return page(request, "residents/tasks/form.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.TASK_RAISE)
def task_paste(request: Request) -> HttpResponse:
    """A line of the group is pasted as it is; what it says is filled in, and looked at before it counts."""
    form = ChatForm(
        request.POST if request.method == "POST" else None, communities=request.communities,
        cancel=reverse("residents:task_list"),
    )  # fmt: skip
    if not (form.is_bound and form.is_valid()):
        return page(request, "residents/tasks/paste.html", {"form": form}, status=422 if form.is_bound else 200)
    compound, text = form.cleaned_data["compound"], form.cleaned_data["text"]
    guess = errand_chat.read(text, community=compound.community, compound=compound)
    first = text.strip().splitlines()[0]
    initial = {"compound": compound, "where": guess.home, "title": first[:80], "what": text[:1000], "source": TaskSource.CHAT}
    return _asked(request, _form(request, initial))


@require_POST
@requires(Permission.TASK_DESK)
def task_start_from(request: Request, source: str, pk: int) -> HttpResponse:
    """One press: what was found becomes something somebody does."""
    if source not in SOURCES:
        raise Http404
    rows, make = SOURCES[source]
    row = get_object_or_404(rows().within(request.communities), pk=pk)
    try:
        task = make(row, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("residents:task_list")
    return redirect("residents:task_detail", task.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.TASK_VIEW)
def task_step(request: Request, pk: int, step: str) -> HttpResponse:
    """Do the next thing with a task; one that asks something has a page of its own."""
    rows = Task.objects.within(request.communities).with_places().select_related("community__subdistrict")
    return TASK_STEPS.answer(request, get_object_or_404(rows, pk=pk), step)
