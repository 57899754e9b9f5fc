"""Posts of one's compounds: list, set up, change, seal, give up, print the poster."""

import datetime as dt
from typing import Any

import segno
from django.contrib import messages
from django.db.models import Count, Q
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from checkpoints.forms.posts import PostForm, StatusForm
from checkpoints.models import Post
from checkpoints.services import post_sheet, posts
from portal.lib.errors import Refused
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, requires
from residents.models import Compound
from residents.services import closed_places


@require_safe
@requires(Permission.SHIFT_VIEW)
def post_list(request: Request) -> HttpResponse:
    """Which posts are there, are they open, and are today's shifts staffed."""
    counts = dict(Post.objects.within(request.communities).in_use().order_by().values_list("kind").annotate(n=Count("pk")))
    asked = request.GET.get("kind", "")
    context = {
        "page": paged(request, _listed(request, asked if asked in counts else "")),
        "filters": [(kind.value, kind.label, counts[kind.value]) for kind in Post.Kind if kind.value in counts],
        "total": sum(counts.values()),
        "asked": asked,
    }
    return page(request, "checkpoints/posts/list.html", context, part="post-rows")


@require_POST
@requires(Permission.BOARD_VIEW)
def post_export(request: Request) -> FileResponse:
    """The same posts as a sheet; the trail says so."""
    asked = request.GET.get("kind", "")
    return post_sheet.download(_listed(request, asked if asked in Post.Kind.values else ""), by=request.user)


def _listed(request: Request, kind: str) -> Any:
    """Posts in the order of the places, with `status` and how many shifts they have `today`."""
    today = timezone.localdate()
    rows = Post.objects.within(request.communities).in_use().with_status(today).with_keeper(today)
    rows = rows.filter(kind=kind) if kind else rows
    rows = rows.annotate(today=Count("shifts", filter=Q(shifts__day=today) & ~Q(shifts__state="cancelled")))
    return rows.select_related("compound__community").order_by("compound__community", "compound", "pk")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.POST_EDIT)
def post_add(request: Request) -> HttpResponse:
    """The secretary sets up a post."""
    compounds = Compound.objects.within(request.communities).select_related("community")
    form = PostForm(request.POST if request.method == "POST" else None, compounds=compounds)
    if request.method == "POST" and form.is_valid():
        values = _values(form)
        try:
            post = posts.add(compound_id=form.cleaned_data["compound"].pk, by=request.user, **values)
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, _("The post is set up. Print its poster next."))
            return redirect("checkpoints:post_detail", post.pk)
    return _form(request, form, _("New post"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.POST_EDIT)
def post_edit(request: Request, pk: int) -> HttpResponse:
    """The secretary changes a post's name, kind, hours or crew."""
    post = _one(request, pk)
    form = PostForm(request.POST if request.method == "POST" else None, instance=post, compounds=Compound.objects.none())
    if request.method == "POST" and form.is_valid():
        try:
            posts.change(post_id=pk, by=request.user, **_values(form))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("checkpoints:post_detail", pk)
    return _form(request, form, _("Change the post"))


@require_safe
@requires(Permission.SHIFT_VIEW)
def post_detail(request: Request, pk: int) -> HttpResponse:
    """One post: its hours, its status by day, its coming shifts."""
    return _detail(request, _one(request, pk), StatusForm())


@require_http_methods(["POST"])
@requires(Permission.POST_EDIT)
def post_status(request: Request, pk: int) -> HttpResponse:
    """The secretary opens, restricts or seals a post from a day on."""
    post = _one(request, pk)
    form = StatusForm(request.POST)
    if not form.is_valid():
        return _detail(request, post, form, status=422)
    try:
        posts.set_status(post_id=pk, by=request.user, **form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _detail(request, post, form, status=422)
    messages.success(request, _("The status is set."))
    return redirect("checkpoints:post_detail", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.POST_EDIT)
def post_give_up(request: Request, pk: int) -> HttpResponse:
    """The secretary closes a post for good, after reading what that does."""
    post = _one(request, pk)
    back = reverse("checkpoints:post_detail", args=[pk])
    if request.method == "POST":
        try:
            posts.give_up(post_id=pk, by=request.user)
        except Refused as refusal:
            messages.warning(request, str(refusal))
            return redirect(back)
        return redirect("checkpoints:post_list")
    coming = posts.coming_shifts(post)
    text = ngettext(
        "%(n)s coming shift will be cancelled, and its crew told. What happened at the post is kept.",
        "%(n)s coming shifts will be cancelled, and their crews told. What happened at the post is kept.",
        coming,
    )
    question = _("Give up %(post)s of %(compound)s?") % {"post": post.name, "compound": post.compound.name}
    context = {
        "question": question,
        "text": text % {"n": coming},
        "action": _("Give up the post"),
        "back": back,
        "danger": True,
    }
    return render(request, "confirm.html", context)


@require_safe
@requires(Permission.POST_EDIT)
def post_poster(request: Request, pk: int) -> HttpResponse:
    """The sheet that hangs at the post: scan it to sign in."""
    return page(request, "checkpoints/posts/poster.html", {"post": _one(request, pk)})


@require_safe
@requires(Permission.POST_EDIT)
def post_code(request: Request, pk: int) -> HttpResponse:
    """The QR code of a post, drawn here: nothing is asked of any other host."""
    address = request.build_absolute_uri(reverse("checkpoints:attendance_scan", args=[_one(request, pk).code]))
    svg = segno.make(address, error="m").svg_inline(scale=8, border=2)
    svg = svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return HttpResponse(svg, content_type="image/svg+xml", headers={"Cache-Control": "private, no-store"})


def _one(request: Request, pk: int) -> Post:
    rows = Post.objects.within(request.communities).with_status(timezone.localdate())
    return get_object_or_404(rows.select_related("compound__community"), pk=pk)


def _values(form: PostForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in posts.FIELDS}


def _form(request: Request, form: PostForm, title: str) -> HttpResponse:
    context = {"form": form, "title": title, "back": reverse("checkpoints:post_list")}
    return page(request, "checkpoints/posts/form.html", context, status=422 if form.errors else 200)


def _detail(request: Request, post: Post, form: StatusForm, status: int = 200) -> HttpResponse:
    form.helper.form_action = reverse("checkpoints:post_status", args=[post.pk])
    today = timezone.localdate()
    soon = post.shifts.standing().filter(day__gte=today, day__lt=today + dt.timedelta(days=7))
    context = {
        "post": post,
        "form": form,
        "statuses": post.statuses.all()[:20],
        "shifts": soon.annotate(placed=Count("crew", filter=Q(crew__released_at=None)))[:30],
        "today": today,
        "closed": closed_places.at(post.compound.community_id, post.compound_id, post.name),
    }
    return page(request, "checkpoints/posts/detail.html", context, status=status)
