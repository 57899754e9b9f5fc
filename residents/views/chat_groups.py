"""Chat groups of one's communities, their bots and what was sent to them."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts import wording
from portal.accounts.forms.channels import ChannelForm
from portal.accounts.models import Delivery
from portal.accounts.views.channels import say_how_it_went
from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, may_in, requires
from residents.forms.chat_groups import ChatGroupForm, LogFilter
from residents.models import ChatGroup, Community
from residents.services import chat_groups


@require_safe
@requires(Permission.CHAT_GROUP_VIEW)
def chat_group_list(request: Request) -> HttpResponse:
    """I see which groups we have, which are full, and where the portal can speak."""
    every = ChatGroup.objects.within(request.communities).filter(closed_on=None)
    level = request.GET.get("level", "")
    chosen = every.filter(level=level) if level in ChatGroup.Level.values else every
    chosen = chosen.annotate(running=Count("cases", filter=Q(cases__ended_on=None))).order_by("community", "id")
    rows = paged(request, chosen.select_related("community", "compound", "building", "entrance", "owner", "channel"))
    for group in rows:
        group.may_edit = may_in(request.user, Permission.CHAT_GROUP_EDIT, group.community)
    context = {"rows": rows, "level": level, "levels": ChatGroup.Level.choices}
    return page(request, "residents/chat_groups/list.html", context, part="chat-group-rows")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CHAT_GROUP_EDIT)
def chat_group_create(request: Request) -> HttpResponse:
    """The secretary puts a group down."""
    community = _community(request)
    back = reverse("residents:chat_group_list")
    form = ChatGroupForm(request.POST or None, community=community, submit=_("Add"), cancel=back)
    if request.method == "POST" and form.is_valid():
        try:
            group = chat_groups.create(community=community, values=form.values(), by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Added. Give it a bot, and the portal can speak there."))
            return redirect("residents:chat_group_channel", group.pk)
    context = {"form": form, "title": _("New chat group"), "community": community, "communities": request.communities}
    return page(request, "residents/chat_groups/form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CHAT_GROUP_EDIT)
def chat_group_edit(request: Request, pk: int) -> HttpResponse:
    """The secretary corrects what is known of a group."""
    group = _found(request, pk)
    back = reverse("residents:chat_group_list")
    form = ChatGroupForm(request.POST or None, instance=group, community=group.community, submit=_("Save"), cancel=back)
    if request.method == "POST" and form.is_valid():
        try:
            chat_groups.update(group_id=pk, values=form.values(), by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(back)
    return page(request, "residents/chat_groups/form.html", {"form": form, "title": _("Edit the chat group"), "group": group})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CHAT_GROUP_EDIT)
def chat_group_channel(request: Request, pk: int) -> HttpResponse:
    """The secretary gives a group its bot; the key is hidden from then on."""
    group = _found(request, pk)
    back = reverse("residents:chat_group_list")
    form = ChannelForm(request.POST or None, instance=group.channel, submit=_("Save"), cancel=back)
    if request.method == "POST" and form.is_valid():
        try:
            chat_groups.connect(group_id=pk, values=form.values(), by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved. Send a test to see whether it arrives."))
            return redirect(back)
    return page(request, "residents/chat_groups/channel.html", {"form": form, "group": group})


@require_POST
@requires(Permission.CHAT_GROUP_EDIT)
def chat_group_test(request: Request, pk: int) -> HttpResponse:
    """The secretary sends a test to the group, or tries again what was given up."""
    group = _found(request, pk)
    try:
        say_how_it_went(request, chat_groups.test(group_id=group.pk, by=request.user))
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("residents:chat_group_list")


@require_POST
@requires(Permission.CHAT_GROUP_EDIT)
def chat_group_step(request: Request, pk: int, step: str) -> HttpResponse:
    """The secretary takes the bot away, or closes the group."""
    group = _found(request, pk)
    steps: dict[str, tuple[Any, str]] = {
        "disconnect": (chat_groups.disconnect, _("The bot is removed.")),
        "close": (chat_groups.close, _("The group is closed.")),
    }
    work, said = steps.get(step, (None, ""))
    try:
        if work:
            work(group_id=group.pk, by=request.user)
            messages.success(request, said)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("residents:chat_group_list")


@require_safe
@requires(Permission.CHAT_GROUP_VIEW)
def chat_group_log(request: Request) -> HttpResponse:
    """I see what was sent to our groups, what waits, and why something did not arrive."""
    form = LogFilter(request.GET, groups=ChatGroup.objects.within(request.communities), states=Delivery.State.choices)
    form.is_valid()
    asked = form.cleaned_data
    found = Delivery.objects.filter(channel__community__in=request.communities)
    if asked.get("group"):
        found = found.filter(channel__chat_group=asked["group"])
    if asked.get("state"):
        found = found.filter(state=asked["state"])
    rows = paged(request, found.select_related("message", "channel__chat_group").order_by("-id"))
    for row in rows:
        row.heading, _gap, row.words = wording.outside(row.message, row.channel).partition("\n")
    return page(request, "residents/chat_groups/log.html", {"rows": rows, "form": form}, part="delivery-rows")


def _found(request: Request, pk: int) -> Any:
    rows = ChatGroup.objects.within(request.communities).filter(closed_on=None)
    return get_object_or_404(rows.select_related("community", "compound", "building", "entrance", "channel"), pk=pk)


def _community(request: Request) -> Community:
    """The community a new group is for: the one asked for, or the first of one's own."""
    asked = request.GET.get("community", "")
    key = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 16 else None
    return get_object_or_404(request.communities, pk=key) if key else request.communities.earliest("code")
