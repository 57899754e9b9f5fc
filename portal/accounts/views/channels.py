"""Where my messages go besides this portal."""

from django.contrib import messages as notes
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.access import Request, signed_in
from portal.accounts.forms.channels import ChannelForm
from portal.accounts.models import Channel, Delivery
from portal.accounts.services import channels
from portal.lib.errors import Refused
from portal.lib.pages import page


@require_safe
@signed_in
def channel_list(request: Request) -> HttpResponse:
    """I see where my messages go, and whether they arrive."""
    return page(request, "accounts/channels/list.html", {"rows": list(_mine(request))}, part="channel-rows")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def channel_create(request: Request) -> HttpResponse:
    """I add a bot, a webhook or my mailbox."""
    form = ChannelForm(request.POST or None, submit=_("Add"), cancel=reverse("accounts:channel_list"))
    if request.method == "POST" and form.is_valid():
        try:
            channels.create(values=form.values(), user=request.user, by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            notes.success(request, _("Added. Send a test to see whether it arrives."))
            return redirect("accounts:channel_list")
    return page(request, "accounts/channels/form.html", {"form": form, "title": _("New channel")})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def channel_edit(request: Request, pk: int) -> HttpResponse:
    """I change it; its address stays hidden."""
    channel = get_object_or_404(_mine(request), pk=pk)
    form = ChannelForm(request.POST or None, instance=channel, submit=_("Save"), cancel=reverse("accounts:channel_list"))
    if request.method == "POST" and form.is_valid():
        try:
            channels.update(channel_id=pk, values=form.values(), by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            notes.success(request, _("Saved."))
            return redirect("accounts:channel_list")
    return page(request, "accounts/channels/form.html", {"form": form, "title": _("Edit the channel"), "channel": channel})


@require_POST
@signed_in
def channel_test(request: Request, pk: int) -> HttpResponse:
    """I send a test, or try again what was given up."""
    channel = get_object_or_404(_mine(request), pk=pk)
    say_how_it_went(request, channels.test(channel_id=channel.pk, by=request.user))
    return redirect("accounts:channel_list")


@require_POST
@signed_in
def channel_remove(request: Request, pk: int) -> HttpResponse:
    """I want no more messages there."""
    channel = get_object_or_404(_mine(request), pk=pk)
    channels.remove(channel_id=channel.pk, by=request.user)
    notes.success(request, _("Removed. Messages still stand in the portal."))
    return redirect("accounts:channel_list")


def say_how_it_went(request: Request, delivery: Delivery | None) -> None:
    """Tell what came of a test."""
    if delivery and delivery.state == Delivery.State.SENT:
        notes.success(request, _("The test has arrived."))
    elif delivery and (fault := delivery.fault or delivery.channel.fault):
        said = dict(delivery.channel._meta.get_field("fault").choices or ())[fault]
        notes.warning(request, _("The test did not arrive: %(fault)s.") % {"fault": said})
    else:
        notes.info(request, _("The test is on its way."))


def _mine(request: Request) -> "QuerySet[Channel]":
    return Channel.objects.filter(user=request.user, removed_at=None).order_by("id")
