"""Sign-ins of cadres."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from deployments.forms.cadres import ManyCadresForm
from deployments.services import accounts
from deployments.services import cadre_list as lists
from portal.lib.errors import Refused
from portal.lib.pages import page, warn_of
from residents.access import Permission, Request, requires


@never_cache
@require_POST
@requires(Permission.ACCOUNT_MANAGE)
def account_open(request: Request, pk: int) -> HttpResponse:
    """The secretary gives a cadre a sign-in, or a new one-time password."""
    cadre = get_object_or_404(lists.in_group(lists.listed(request.communities), ""), pk=pk)
    return _slips(request, [cadre])


@never_cache
@require_POST
@requires(Permission.ACCOUNT_MANAGE)
def account_open_many(request: Request) -> HttpResponse:
    """The secretary prints slips for all who have just arrived."""
    form = ManyCadresForm(request.POST, communities=request.communities)
    if not form.is_valid():
        for error in form.errors["cadre"]:
            messages.warning(request, str(error))
        return redirect("deployments:cadre_list")
    chosen = form.cleaned_data["cadre"].select_related("user")
    without = [cadre for cadre in chosen if cadre.user is None or not cadre.user.is_active]
    if not without:
        messages.warning(request, _("All of these have a sign-in already. Open a cadre's page to give a new password."))
        return redirect("deployments:cadre_list")
    return _slips(request, without)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
def account_close(request: Request, pk: int) -> HttpResponse:
    """The secretary takes a sign-in away."""
    cadre = get_object_or_404(lists.in_group(lists.listed(request.communities), ""), pk=pk)
    back = reverse("deployments:cadre_detail", args=[pk])
    if request.method != "POST":
        context = {
            "question": _("Close the sign-in of %(name)s?") % {"name": cadre},
            "text": _("The phone is signed out at once. The record stays, and the sign-in can be opened again."),
            "action": _("Close the sign-in"),
            "back": back,
            "danger": True,
        }
        return page(request, "confirm.html", context)
    try:
        accounts.close_account(cadre_id=pk, community=lists.postings([cadre])[cadre.posting].community, by=request.user)
        messages.success(request, _("The sign-in is closed."))
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect(back)


def _slips(request: Request, chosen: list[Any]) -> HttpResponse:
    """Answer with the passwords: they are stored nowhere, so no redirect could show them."""
    where = lists.postings(chosen)
    slips, refusals = accounts.open_accounts(
        cadres={cadre.pk: where[cadre.posting].community for cadre in chosen}, by=request.user
    )
    warn_of(request, refusals)
    if not slips:
        return redirect("deployments:cadre_list")
    return page(request, "deployments/accounts/slips.html", {"slips": slips, "address": request.build_absolute_uri("/")})
