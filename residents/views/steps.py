"""Steps of a record: each asks what it needs, says what it does, and does it. Errands, tasks and matters use it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.lib.errors import Refused
from portal.lib.pages import page
from residents.access import Permission, Request, may_in
from residents.forms.steps import StepForm


@dataclass(frozen=True)
class Step:
    """One button of a record's page: what it asks, what it does, from where, who may."""

    label: Any
    service: Callable[..., Any]
    states: tuple[str, ...]
    icon: str
    permission: Permission
    form: type[StepForm] | None = None
    # Only whoever has it in hand.
    own: bool = False
    # What else must be true of the row and the person.
    fits: Callable[[Any, User], bool] | None = None
    # What a link may fill in: /…/assign/?helper=7.
    prefilled: tuple[str, ...] = ()
    text: Any = ""
    main: bool = False
    danger: bool = False

    @property
    def asks(self) -> bool:
        """Whether it has a page of its own; a template that looked at `form` would call it, and find nothing."""
        return self.form is not None


@dataclass(frozen=True)
class Steps:
    """The steps of one kind of record. `row_name` is what the services call its key: task_id."""

    steps: Mapping[str, Step]
    row_name: str
    view: str  # of the record's page; the list's is in `above`
    step_view: str
    above: tuple[str, Any]
    # Whether somebody has this row in hand.
    has: Callable[[Any, User], bool]
    # How the way back names the row.
    named: Callable[[Any], str] = str

    def open_to(self, row: Any, user: User) -> list[tuple[str, Step]]:
        """What this person may do with this row now."""
        return [(name, step) for name, step in self.steps.items() if row.state in step.states and self._may(step, row, user)]

    def _may(self, step: Step, row: Any, user: User) -> bool:
        fits = step.fits is None or step.fits(row, user)
        return may_in(user, step.permission, row.community) and (not step.own or self.has(row, user)) and fits

    def answer(self, request: Request, row: Model, name: str, *, back: str = "") -> HttpResponse:
        """Show what the step asks, or do it and return to the record or to the page `back`; a tick alone is confirmed."""
        step = self.steps.get(name)
        if step is None:
            raise Http404
        if not may_in(request.user, step.permission, row.community):  # type: ignore[attr-defined]
            raise PermissionDenied
        form = self._form(request, row, step, back)
        if request.method == "POST" and (form is None or form.is_valid()):
            values = form.values() if form else {}
            act = partial(step.service, **{self.row_name: row.pk}, by=request.user, **values)
            return self.done(request, row, act, back=back)
        above, label = self.above
        context = {
            "row": row, "named": self.named(row), "step": step, "form": form, "view": self.view, "above": above,
            "above_label": label,
        }  # fmt: skip
        return page(request, "parts/step.html", context, status=422 if form and form.is_bound else 200)

    def _form(self, request: Request, row: Model, step: Step, back: str) -> StepForm | None:
        if step.form is None:
            return None
        sent = (request.POST, request.FILES) if request.method == "POST" else ()
        initial = {field: request.GET.get(field) for field in step.prefilled}
        cancel = reverse(back) if back else reverse(self.view, args=[row.pk])
        return step.form(*sent, row=row, step=step, by=request.user, cancel=cancel, initial=initial)

    def done(self, request: Request, row: Model, act: Callable[[], Any], *, back: str = "") -> HttpResponse:
        """Do it, say so or say why not, and return."""
        try:
            act()
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, _("Done."))
        return redirect(back) if back else redirect(self.view, row.pk)
