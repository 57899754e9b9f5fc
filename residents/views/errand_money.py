"""Money of errands: written down, taken back, and the book of each helper."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.models import User
from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, may_in, requires
from residents.forms.errand_money import PaymentForm, ReverseForm
from residents.models import Errand, Payment
from residents.services import errand_money


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ERRAND_CLAIM)
def errand_pay(request: Request, pk: int) -> HttpResponse:
    """I write down what it cost and who paid; the community writes down what it paid back."""
    rows = Errand.objects.within(request.communities).with_places().select_related("community__subdistrict")
    errand = get_object_or_404(rows, pk=pk)
    back = reverse("residents:errand_detail", args=[pk])
    kinds = _kinds(request, errand)
    if not kinds:
        raise Http404
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = PaymentForm(data, files, kinds=kinds, cancel=back)
    if form.is_bound and form.is_valid():
        try:
            errand_money.pay(errand_id=pk, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("amount", str(refusal))
        else:
            messages.success(request, _("Written down."))
            return redirect(back)
    context = {"errand": errand, "form": form, "balance": errand_money.of_errand(errand)}
    return page(request, "residents/errands/pay.html", context, status=422 if form.is_bound else 200)


def _kinds(request: Request, errand: Errand) -> list[str]:
    """A helper writes what was spent on their own errand; the community also pays back."""
    kinds = ["paid", "advanced"] if errand.assignee_id == request.user.pk else []
    if may_in(request.user, Permission.ERRAND_SETTLE, errand.community):
        kinds = [*kinds, "reimbursed"]
    return kinds


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ERRAND_SETTLE)
def errand_reverse(request: Request, pk: int) -> HttpResponse:
    """An amount was wrong: a row of its own takes it back, and both can be read."""
    payments = Payment.objects.within(request.communities).select_related("errand__kind", "helper")
    payment = get_object_or_404(payments, pk=pk)
    back = reverse("residents:errand_detail", args=[payment.errand_id])
    form = ReverseForm(request.POST if request.method == "POST" else None, cancel=back)
    if form.is_bound and form.is_valid():
        try:
            errand_money.reverse(payment_id=pk, note=form.cleaned_data["note"], by=request.user)
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, _("Taken back."))
        return redirect(back)
    return page(
        request, "residents/errands/reverse.html", {"payment": payment, "form": form}, status=422 if form.is_bound else 200
    )  # fmt: skip


@require_safe
@requires(Permission.ERRAND_VIEW)
def errand_receipt(request: Request, pk: int) -> HttpResponseBase:
    """The photo of a receipt, for who has the errand and for the desk."""
    payments = Payment.objects.within(request.communities).select_related("errand__community__subdistrict")
    payment = get_object_or_404(payments.exclude(receipt=""), pk=pk)
    mine = request.user.pk in (payment.helper_id, payment.errand.assignee_id)
    if not (mine or may_in(request.user, Permission.ERRAND_DESK, payment.errand.community)):
        raise Http404
    return picture(payment.receipt)


def picture(stored: Any) -> FileResponse:
    """A photo that portal.lib.photos has stored."""
    try:
        opened = stored.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    return FileResponse(opened, content_type="image/jpeg", headers={"X-Content-Type-Options": "nosniff"})


@require_safe
@requires(Permission.ERRAND_DESK)
def errand_ledger(request: Request) -> HttpResponse:
    """Who has advanced how much, and what is still owed to whom."""
    rows = errand_money.ledger(request.communities)
    context = {"rows": rows, "total": errand_money.total(balance for _user, balance in rows)}
    return page(request, "residents/errands/ledger.html", context)


@require_safe
@requires(Permission.ERRAND_CLAIM)
def errand_book(request: Request, pk: int) -> HttpResponse:
    """The book of one helper, every line of it; helpers read their own."""
    helper = get_object_or_404(User, pk=pk)
    rows = errand_money.of_helper(helper, request.communities)
    desk: Any = any(may_in(request.user, Permission.ERRAND_DESK, community) for community in _places(request))
    if pk != request.user.pk and not (desk and rows.exists()):
        raise Http404
    balances = dict(errand_money.ledger(request.communities))
    context = {"helper": helper, "rows": paged(request, rows), "balance": balances.get(helper, errand_money.Balance())}
    return page(request, "residents/errands/book.html", context)


def _places(request: Request) -> Any:
    return request.communities.select_related("subdistrict")
