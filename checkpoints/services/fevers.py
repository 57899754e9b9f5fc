"""A fever at the gate, step by step: isolate, measure again, call 120, report, hand over."""

from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from checkpoints.models import Fever, Passage, Post
from checkpoints.models.passages import PassageQuerySet
from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from residents.models import Community

STEPS = ("isolated", "measured", "called", "reported")


def of(passage: Passage) -> Fever:
    """The procedure of somebody who is held: stored, or as it begins."""
    return Fever.objects.filter(passage=passage.pk).first() or Fever(
        community=passage.community, post=passage.post, passage=passage.pk, found_at=passage.happened_at,
        written_home=passage.written_home, written_name=passage.written_name, temperature=passage.temperature,
    )  # fmt: skip


@transaction.atomic
def step(*, passage: Passage, step: str, second: Decimal | None = None, by: User) -> Fever:
    """Tick one step off; a second tap changes nothing."""
    row = _locked(passage)
    if row.closed_at:
        raise Refused(_("This person was taken over already."))
    if getattr(row, f"{step}_at"):
        return row
    if step == "measured":
        if second is None:
            raise Refused(_("Write what the second thermometer says."))
        row.second = second
    after = {f"{step}_at": timezone.now(), f"{step}_by": by}
    for name, value in after.items():
        setattr(row, name, value)
    with explained(Fever):
        row.save()
    kind = "fever.notified" if step == "reported" else f"fever.{step}"
    # What the thermometer said is not told twice.
    audit.record(kind, row, by=by, before=dict.fromkeys(after), after=after)
    return row


@transaction.atomic
def close(*, passage: Passage, handling: str, by: User) -> Fever:
    """Say what became of the person: taken by the ambulance, at home, sent on."""
    row = _locked(passage)
    if row.closed_at:
        return row
    row.closed_at, row.closed_by, row.handling = timezone.now(), by, handling
    with explained(Fever):
        row.save()
    after = {"closed_at": row.closed_at, "closed_by": by, "handling": handling}
    audit.record("fever.closed", row, by=by, before=dict.fromkeys(after), after=after)
    return row


def waiting(post: Post) -> PassageQuerySet:
    """Who is held at a gate whom nobody has taken over: a held passage without a procedure is one as well."""
    held = Passage.objects.standing().filter(post=post, day=timezone.localdate(), result=Passage.Result.HELD)
    done = Fever.objects.filter(post=post, closed_at__isnull=False).values("passage")
    return held.exclude(pk__in=done).order_by("happened_at", "id")


def _locked(passage: Passage) -> Fever:
    # The community orders two who begin at once.
    Community.objects.select_for_update(of=("self",), no_key=True).get(pk=passage.community_id)
    if passage.result != Passage.Result.HELD:
        raise Refused(_("This person was not held."))
    row = of(passage)
    if row.pk is None:
        row.save()
        audit.record("fever.held", row, by=None)
    return row
