"""The steps of a batch and of a home's goods: each asks what it needs, and does it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods

from checkpoints.access import may_settle
from checkpoints.forms import deliveries as forms
from checkpoints.models import DeliveryBatch, DeliveryDrop
from checkpoints.models.deliveries import EARLY, OVER, DeliveryState, Way
from checkpoints.models.drops import LYING, DropState
from checkpoints.services import deliveries, drops
from portal.lib.errors import Refused
from portal.lib.pages import page
from residents.access import Permission, Request, requires
from residents.models import Building

S = DeliveryState
OPEN = tuple(state for state in S if state not in OVER)


@dataclass(frozen=True)
class Step:
    """One button: what it is called, what it does, from where, and whether only a lead or the community may."""

    label: Any
    service: Callable[..., Any]
    states: tuple[str, ...]
    icon: str
    form: type[forms.StepForm] | None = None
    settles: bool = False
    text: Any = ""
    main: bool = False
    danger: bool = False

    @property
    def asks(self) -> bool:
        """Whether it has a page of its own; a template that looked at `form` would call it, and find nothing."""
        return self.form is not None


def _place(*, batch_id: int, lines: Any, building: Building | None, each: int | None, by: Any) -> None:
    if building:
        drops.place_all(batch_id=batch_id, building=building, each=each or 1, by=by)
    else:
        drops.place(batch_id=batch_id, lines=lines, by=by)


STEPS: dict[str, Step] = {
    "arrive": Step(gettext_lazy("It has come"), deliveries.arrive, (S.ORDERED,), "truck-delivery", main=True),
    "count": Step(
        gettext_lazy("Count it"), deliveries.count, (S.ARRIVED,), "list-details", forms.CountForm, main=True,
        text=gettext_lazy("Short or wrong goods wait until the community has settled it with the sender."),
    ),
    "settle": Step(
        gettext_lazy("Settle it"), deliveries.settle, (S.DISPUTED,), "check", forms.SettleForm, settles=True, main=True,
        text=gettext_lazy("Ask the sender, write down what was agreed and how many packages there are."),
    ),
    "disinfect": Step(gettext_lazy("Disinfected"), deliveries.disinfect, (S.CHECKED,), "droplet", main=True),
    "sort": Step(gettext_lazy("Sorted by building"), deliveries.sort, (S.RELEASED,), "packages", main=True),
    "place": Step(gettext_lazy("Write homes down"), _place, OPEN, "plus", forms.LinesForm),
    "early": Step(
        gettext_lazy("Let go before its time"), deliveries.free_early, (S.HOLDING,), "clock", forms.ReasonForm, settles=True,
        text=gettext_lazy("Only medicine and frozen goods. The reason stays on record."),
    ),
    "return": Step(
        gettext_lazy("Send the rest back"), partial(deliveries.end, state=S.RETURNED), OPEN, "arrow-back-up",
        forms.ReasonForm, settles=True, danger=True, text=gettext_lazy("Homes that still wait get nothing."),
    ),
    "discard": Step(
        gettext_lazy("Throw the rest away"), partial(deliveries.end, state=S.DISCARDED), OPEN, "trash", forms.ReasonForm,
        settles=True, danger=True, text=gettext_lazy("Homes that still wait get nothing."),
    ),
}  # fmt: skip
DROP_STEPS: dict[str, Step] = {
    "call": Step(pgettext_lazy("goods", "Called"), drops.call, (DropState.PLANNED, DropState.KEPT), "phone"),
    "collected": Step(
        pgettext_lazy("goods", "Collected"), partial(drops.hand_out, handed=Way.SHELF), LYING, "check", main=True
    ),
    "carried": Step(gettext_lazy("At the door"), partial(drops.hand_out, handed=Way.DOOR), LYING, "door", main=True),
    "left": Step(gettext_lazy("At the entrance"), partial(drops.hand_out, handed=Way.ENTRANCE), LYING, "building", main=True),
    "hand": Step(gettext_lazy("Somebody else took it"), drops.hand_out, LYING, "user-check", forms.HandForm),
    "keep": Step(gettext_lazy("Nobody answers"), drops.keep, (DropState.PLANNED, DropState.CALLED), "box", forms.KeepForm),
    "carry": Step(gettext_lazy("Ask for a carrier"), drops.ask_carrier, LYING, "walk"),
    "take-off": Step(gettext_lazy("Take off the list"), drops.take_off, (DropState.PLANNED,), "x"),
    "return": Step(
        gettext_lazy("Send back"), partial(drops.end, state=DropState.RETURNED), LYING, "arrow-back-up", forms.ReasonForm,
        settles=True, danger=True,
    ),
    "discard": Step(
        gettext_lazy("Throw away"), partial(drops.end, state=DropState.DISCARDED), LYING, "trash", forms.ReasonForm,
        settles=True, danger=True,
    ),
}  # fmt: skip
# What a home's goods may do while the batch still stands, or was not counted.
BEFORE = {"take-off", "return", "discard"}


def steps_for(batch: DeliveryBatch, *, settles: bool) -> list[tuple[str, Step]]:
    """What may be done with the batch now."""
    state = S.RELEASED if batch.state == S.HOLDING and batch.is_due else batch.state
    found = [(name, step) for name, step in STEPS.items() if state in step.states and (settles or not step.settles)]
    return [(name, step) for name, step in found if name != "early" or batch.care in EARLY]


def drop_steps_for(batch: DeliveryBatch, drop: DeliveryDrop, *, settles: bool) -> list[tuple[str, Step]]:
    """What may be done with the goods of a home; the first is the button, the rest is a menu."""
    if batch.state in OVER:
        return []
    asked = [(name, step) for name, step in DROP_STEPS.items() if drop.state in step.states and (settles or not step.settles)]
    if not batch.is_free:
        return [(name, step) for name, step in asked if name in BEFORE]
    usual = {Way.SHELF: "collected", Way.ENTRANCE: "left", Way.DOOR: "carried"}[Way(drop.way)]
    asked = [(name, step) for name, step in asked if not (name == "carry" and drop.errand_id)]
    asked = [(name, step) for name, step in asked if not (drop.is_special and name in {"collected", "left"})]
    return sorted(asked, key=lambda one: (one[0] != usual, one[0] != "call"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.DELIVERY_HANDLE)
def delivery_step(request: Request, pk: int, step: str) -> HttpResponse:
    """I do the next thing with a batch."""
    batch = get_object_or_404(_batches(request), pk=pk)
    wanted = _wanted(request, STEPS, step, batch)
    return _step(request, wanted, batch, partial(wanted.service, batch_id=pk))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.DELIVERY_HANDLE)
def drop_step(request: Request, pk: int, step: str) -> HttpResponse:
    """I do the next thing with the goods of a home."""
    rows = DeliveryDrop.objects.within(request.communities).select_related("dwelling__entrance__building")
    drop = get_object_or_404(rows, pk=pk)
    batch = _batches(request).get(pk=drop.batch_id)
    wanted = _wanted(request, DROP_STEPS, step, batch)
    return _step(request, wanted, batch, partial(wanted.service, drop_id=pk), drop)


def _batches(request: Request) -> Any:
    return DeliveryBatch.objects.within(request.communities).with_places().select_related("community__subdistrict")


def _wanted(request: Request, steps: dict[str, Step], name: str, batch: DeliveryBatch) -> Step:
    wanted = steps.get(name)
    if wanted is None:
        raise Http404
    if wanted.settles and not may_settle(request.user, batch):
        raise PermissionDenied
    return wanted


def _step(
    request: Request, step: Step, batch: DeliveryBatch, act: Callable[..., Any], drop: DeliveryDrop | None = None
) -> HttpResponse:
    form = _form(request, step, batch)
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            act(by=request.user, **(form.cleaned_data if form else {}))
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, _("Done."))
        return redirect("checkpoints:delivery_detail", batch.pk)
    context = {
        "row": batch, "part": drop.home if drop else "", "step": step, "form": form, "view": "checkpoints:delivery_detail",
        "above": "checkpoints:delivery_list", "above_label": _("Goods at the gate"),
    }  # fmt: skip
    return page(request, "parts/step.html", context, status=422 if form and form.is_bound else 200)


def _form(request: Request, step: Step, batch: DeliveryBatch) -> forms.StepForm | None:
    if step.form is None:
        return None
    more: dict[str, Any] = {}
    if step.form is forms.LinesForm:
        more["buildings"] = Building.objects.filter(compound=batch.post.compound_id).order_by("id")
    if step.form is forms.CountForm:
        more["initial"] = {"counted": batch.expected}
    back = reverse("checkpoints:delivery_detail", args=[batch.pk])
    data = request.POST if request.method == "POST" else None
    return step.form(data, submit=step.label, cancel=back, danger=step.danger, **more)
