"""The resident's pages of a matter: bring it up from the sheet at the door, follow it by a private link."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.accounts.access import public
from portal.lib.errors import Refused
from residents.forms.asks import WordForm
from residents.forms.matters import OwnForm
from residents.models import Errand
from residents.services import asks, matter_asks
from residents.services.ask_sheets import Sheet
from residents.views.limits import address_of, astray, too_many


@public
@require_http_methods(["GET", "HEAD", "POST"])
def matter_ask(request: HttpRequest, token: str) -> HttpResponse:
    """I have a problem, or an idea."""
    try:
        found = asks.opened(token)
    except asks.Expired as ended:
        return render(request, "residents/asks/ended.html", {"community": ended.community}, status=410)
    errand = found if isinstance(found, Errand) else None
    sheet = matter_asks.sheet_of(errand) if errand else found
    if not isinstance(sheet, Sheet):
        return astray(request)
    form = OwnForm(request.POST if request.method == "POST" else None, sheet=sheet)
    if form.is_bound and form.is_valid():
        if not matter_asks.within_limits(sheet=sheet, address=address_of(request), phone=form.cleaned_data["phone"]):
            return too_many(request, sheet.community)
        try:
            matter = matter_asks.report(sheet=sheet, errand=errand, **form.facts())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("residents:matter_own", matter_asks.link(matter))
    context = {"sheet": sheet, "form": form, "token": token}
    return render(request, "residents/matters/ask.html", context, status=422 if form.is_bound else 200)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def matter_own(request: HttpRequest, token: str) -> HttpResponse:
    """What became of what I brought up."""
    matter = matter_asks.opened(token)
    if matter is None:
        return astray(request)
    if request.method == "POST":
        if not matter_asks.within_limits(matter=matter, address=address_of(request)):
            return too_many(request, matter.community)
        form = WordForm(request.POST)
        try:
            matter_asks.add(matter=matter, text=form.cleaned_data["text"] if form.is_valid() else "")
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, _("Thank you, we have it."))
        return redirect("residents:matter_own", token)
    said = matter.steps.filter(for_resident=True).select_related("by")
    return render(request, "residents/matters/own.html", {"matter": matter, "said": said})
