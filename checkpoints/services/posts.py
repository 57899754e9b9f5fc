"""Posts of a compound, and whether they are open: at least one gate of a compound always is."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from checkpoints.models import Post, PostStatus, Shift
from checkpoints.services import shifts
from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from residents.models import Compound

FIELDS = ("name", "kind", "opens_at", "closes_at", "crew_required")


@transaction.atomic
def add(*, compound_id: int, by: User, **values: Any) -> Post:
    """Set up a post; values are those of FIELDS."""
    _lock_compound(compound_id)
    with explained(Post):
        post = Post.objects.create(compound_id=compound_id, **values)
    audit.record("post.added", post, by=by, after={"name_of_post": post.name, "kind": post.kind})
    return post


@transaction.atomic
def change(*, post_id: int, by: User, **values: Any) -> Post:
    """Change name, kind, hours or crew; shifts already made keep theirs."""
    post = _locked(post_id)
    before, after = audit.changed(post, values)
    if not after:
        return post
    for name, value in after.items():
        setattr(post, name, value)
    with explained(Post):
        post.save(update_fields=list(after))
    if "kind" in after:
        _check_a_gate_stays_open(post.compound)
    # A post's name is no person's: it is not masked.
    audit.record("post.changed", post, by=by, before=_plain(before), after=_plain(after))
    return post


@transaction.atomic
def give_up(*, post_id: int, by: User) -> Post:
    """Close a post for good from today: its coming shifts are cancelled, and their crews told."""
    post = _locked(post_id)
    if post.closed_on:
        raise Refused(_("This post has already been given up."))
    for shift_id in _coming(post).order_by("pk").values_list("pk", flat=True):
        shifts.cancel(shift_id=shift_id, by=by)
    post.closed_on = timezone.localdate()
    post.save(update_fields=["closed_on"])
    if post.kind == Post.Kind.CHECKPOINT:
        _check_a_gate_stays_open(post.compound)
    audit.record("post.given_up", post, by=by, after={"closed_on": post.closed_on})
    return post


def coming_shifts(post: Post) -> int:
    """How many shifts giving the post up would cancel."""
    return _coming(post).count()


@transaction.atomic
def set_status(
    *, post_id: int, status: str, starts_on: dt.date, by: User, ends_on: dt.date | None = None, reason: str = "",
    keeper: str = "", keeper_phone: str = "",
) -> PostStatus:  # fmt: skip
    """Open, restrict or seal a post from a day on; the new status takes its days from what stood there before."""
    post = _locked(post_id)
    if starts_on < timezone.localdate():
        raise Refused(_("What was is not changed afterwards. Choose today or a later day."))
    if ends_on and ends_on < starts_on:
        raise Refused(_("The last day lies before the first."))
    _make_room(post, starts_on, ends_on)
    with explained(PostStatus):
        row = PostStatus.objects.create(
            post=post, status=status, starts_on=starts_on, ends_on=ends_on, reason=reason, keeper=keeper,
            keeper_phone=keeper_phone,
        )  # fmt: skip
    if post.kind == Post.Kind.CHECKPOINT:
        _check_a_gate_stays_open(post.compound)
    audit.record("post.status", row, by=by, after={"status": status, "starts_on": starts_on, "ends_on": ends_on})
    return row


def _lock_compound(compound_id: int) -> Compound:
    """Two people sealing two gates of one compound wait for each other."""
    return Compound.objects.select_for_update(of=("self",), no_key=True).get(pk=compound_id)


def _locked(post_id: int) -> Post:
    _lock_compound(Post.objects.values_list("compound_id", flat=True).get(pk=post_id))
    return Post.objects.select_for_update(of=("self",), no_key=True).select_related("compound__community").get(pk=post_id)


def _coming(post: Post) -> Any:
    return post.shifts.filter(starts_at__gt=timezone.now()).exclude(state=Shift.State.CANCELLED)


def _make_room(post: Post, starts_on: dt.date, ends_on: dt.date | None) -> None:
    """Shorten, split or drop the statuses that stand on these days."""
    day = dt.timedelta(days=1)
    for row in post.statuses.all():
        begins_later = ends_on is not None and row.starts_on > ends_on
        if begins_later or (row.ends_on is not None and row.ends_on < starts_on):
            continue
        lasts_longer = ends_on is not None and (row.ends_on is None or row.ends_on > ends_on)
        kept = {name: getattr(row, name) for name in ("status", "ends_on", "reason", "keeper", "keeper_phone")}
        rest = PostStatus(post=post, **kept)
        if row.starts_on < starts_on:
            row.ends_on = starts_on - day
            row.save(update_fields=["ends_on"])
        else:
            row.delete()
        if lasts_longer and ends_on is not None:
            rest.starts_on = ends_on + day
            rest.save()


def _check_a_gate_stays_open(compound: Compound) -> None:
    """From today on there is no day on which every gate of the compound is sealed; none at all counts as sealed."""
    gates = set(compound.posts.in_use().gates().values_list("pk", flat=True))
    today = timezone.localdate()
    sealed = PostStatus.objects.filter(post__in=gates, status=PostStatus.Status.SEALED).exclude(ends_on__lt=today)
    rows = list(sealed)
    # If all were sealed on some day, they would be on the day on which the last of them is sealed.
    for day in {today, *(row.starts_on for row in rows)}:
        shut = {row.post_id for row in rows if row.starts_on <= day and (row.ends_on is None or row.ends_on >= day)}
        if day >= today and shut == gates:
            raise Refused(
                _("%(compound)s would have no open gate from %(day)s. Open another gate first.")
                % {"compound": compound.name, "day": day}
            )


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {("name_of_post" if name == "name" else name): value for name, value in values.items()}
