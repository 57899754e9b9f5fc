"""One shift: made, changed, cancelled; who stands it and what passed."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from checkpoints.access import correctable_passages, gate_shifts
from checkpoints.forms.shifts import HoursForm, ShiftForm
from checkpoints.models import Handover, Passage, Post, Shift
from checkpoints.services import attendance, handovers, shifts
from checkpoints.views.board import address
from portal.lib.dates import asked_day
from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, requires
from residents.services.policies import duty_policy


@require_safe
@requires(Permission.HANDOVER_VIEW)
def shift_detail(request: Request, pk: int) -> HttpResponse:
    """Who stands here, who has come, what has passed, and is it handed over?"""
    shifts = Shift.objects.within(request.communities).select_related("post__compound__community__subdistrict")
    shift = get_object_or_404(shifts, pk=pk)
    policy = duty_policy(shift.post.compound.community, shift.day)
    crew = list(shift.crew.standing().select_related("cadre__unit", "attendance"))
    for person in crew:
        person.shift = shift
        person.present = attendance.standing(person, policy, timezone.now())
    mine = gate_shifts(request.user).filter(pk=shift.pk).first()
    # Names at the gate are for those who stand there, and for the community.
    log = Passage.objects.standing().filter(shift=shift if mine else None)
    context = {
        "shift": shift,
        "crew": crew,
        "mine": mine,
        "totals": handovers.counted(shift),
        "sheet": Handover.objects.filter(shift=shift).select_related("confirmed_by").first(),
        "page": paged(request, log.select_related("post__compound").order_by("-happened_at", "-id")),
        "may_correct": correctable_passages(request.user).filter(shift=shift).exists(),
    }
    return page(request, "checkpoints/shifts/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SHIFT_EDIT)
def shift_add(request: Request, pk: int) -> HttpResponse:
    """The secretary adds a shift to a post, say for the peak hours."""
    posts = Post.objects.within(request.communities).in_use().select_related("compound")
    post = get_object_or_404(posts, pk=pk)
    back = address(asked_day(request), post.compound.community_id)
    initial = {"day": asked_day(request), "required": post.crew_required, "starts": "08:30", "ends": "17:30"}
    form = ShiftForm(request.POST if request.method == "POST" else None, initial=initial, cancel=back)
    if request.method == "POST" and form.is_valid():
        try:
            shift = shifts.add(post_id=post.pk, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("starts", str(refusal))
        else:
            return redirect(address(shift.day, post.compound.community_id, gap=shift.pk))
    context = {"form": form, "title": _("New shift"), "post": post, "back": back}
    return page(request, "checkpoints/shifts/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SHIFT_EDIT)
def shift_edit(request: Request, pk: int) -> HttpResponse:
    """The secretary moves a shift or changes its size; the crew moves along and is told."""
    shift = _one(request, pk)
    back = address(shift.day, shift.post.compound.community_id, gap=shift.pk)
    local = [timezone.localtime(at).time() for at in (shift.starts_at, shift.ends_at)]
    form = HoursForm(
        request.POST if request.method == "POST" else None,
        initial={"starts": local[0], "ends": local[1], "required": shift.required},
        cancel=back,
    )
    if request.method == "POST" and form.is_valid():
        try:
            shifts.change(shift_id=pk, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The shift is changed. Whoever knew of it has been told."))
            return redirect(back)
    context = {"form": form, "title": _("Change the shift"), "post": shift.post, "shift": shift, "back": back}
    return page(request, "checkpoints/shifts/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SHIFT_EDIT)
def shift_cancel(request: Request, pk: int) -> HttpResponse:
    """The secretary calls a shift off, after reading whom that touches."""
    shift = _one(request, pk)
    community = shift.post.compound.community_id
    if request.method == "POST":
        try:
            shifts.cancel(shift_id=pk, by=request.user)
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, _("The shift is cancelled."))
        return redirect(address(shift.day, community))
    placed = shift.crew.standing().count()
    text = ngettext("%(n)s person is taken off and told.", "%(n)s people are taken off and told.", placed)
    facts = {"post": shift.post.name, "day": shift.day, "hours": shift.hours}
    context = {
        "question": _("Cancel the shift of %(post)s on %(day)s, %(hours)s?") % facts,
        "text": text % {"n": placed},
        "action": _("Cancel the shift"),
        "back": reverse("checkpoints:shift_edit", args=[pk]),
        "danger": True,
    }
    return render(request, "confirm.html", context)


def _one(request: Request, pk: int) -> Shift:
    rows = Shift.objects.within(request.communities).standing()
    return get_object_or_404(rows.select_related("post__compound"), pk=pk)
