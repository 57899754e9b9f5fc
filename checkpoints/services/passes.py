"""Entry passes: asked for, issued, suspended, restored, voided, replaced by a new number; a whole compound's at once."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from checkpoints.models import EntryPass, PassKind
from checkpoints.models.passes import LIVE, OUTSIDERS, PassQuerySet
from checkpoints.services import pass_codes
from checkpoints.services.pass_cases import RELATED
from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from residents.models import Compound, Dwelling, Resident

State = EntryPass.State
# A day pass for longer than this is a typing error.
LONGEST_DAYS = 92


@transaction.atomic
def request(
    *, compound: Compound, kind: str, dwelling: Dwelling | None, resident: Resident | None = None, holder: str = "",
    purpose: str = "", valid_from: dt.date, valid_until: dt.date | None = None, by: User,
) -> EntryPass:  # fmt: skip
    """Write down that a home asks for a pass; somebody of the community decides."""
    _check_home(compound, dwelling, resident)
    _check_days(kind, valid_from, valid_until)
    if dwelling:
        _end_run_out(compound, EntryPass.objects.filter(dwelling=dwelling), by=by)
    with explained(EntryPass):
        card = EntryPass.objects.create(
            community=compound.community, compound=compound, number=_next_number(compound), kind=kind, state=State.REQUESTED,
            dwelling=dwelling, resident=resident, holder=holder, purpose=purpose, valid_from=valid_from,
            valid_until=valid_until, key=pass_codes.newest_key(), asked_by=by,
        )  # fmt: skip
    audit.record("entrypass.requested", card, by=by, after={"number": card.number, "kind": kind})
    return card


@transaction.atomic
def issue(*, pass_id: int, by: User) -> EntryPass:
    """Let a pass be good that was asked for."""
    card = locked(pass_id)
    _expect(card, State.REQUESTED)
    card.state = State.ACTIVE
    card.issued_at = card.state_at = timezone.now()
    card.issued_by = by
    card.save(update_fields=["state", "issued_at", "issued_by", "state_at"])
    audit.record("entrypass.issued", card, by=by, after={"number": card.number})
    return card


@transaction.atomic
def issue_all(*, compound: Compound, valid_from: dt.date, valid_until: dt.date | None = None, by: User) -> int:
    """Issue a household pass to every home of a compound that has people and no good pass, at once; says how many."""
    _check_days(PassKind.HOUSEHOLD, valid_from, valid_until)
    number = _next_number(compound)
    _end_run_out(compound, EntryPass.objects.filter(compound=compound), by=by)
    having = EntryPass.objects.filter(kind=PassKind.HOUSEHOLD, resident=None, state__in=LIVE).values("dwelling")
    living = Resident.objects.living_in().filter(community=compound.community_id).values("dwelling")
    homes = Dwelling.objects.filter(entrance__building__compound=compound, pk__in=living).exclude(pk__in=having)
    now = timezone.now()
    made = EntryPass.objects.bulk_create(
        EntryPass(
            community_id=compound.community_id, compound=compound, number=number + place, kind=PassKind.HOUSEHOLD,
            state=State.ACTIVE, dwelling_id=home, valid_from=valid_from, valid_until=valid_until,
            key=pass_codes.newest_key(), asked_at=now, asked_by=by, issued_at=now, issued_by=by, state_at=now,
        )
        for place, home in enumerate(homes.in_place_order().values_list("pk", flat=True))
    )  # fmt: skip
    if made:
        audit.record("compound.passes_issued", compound, by=by, after={"count": len(made)})
    return len(made)


@transaction.atomic
def suspend(*, pass_id: int, reason: str, by: User) -> EntryPass:
    """Stop a pass for a while; quarantine needs no such step, the gate asks it by itself."""
    card = locked(pass_id)
    _expect(card, State.ACTIVE)
    return _move(card, State.SUSPENDED, reason, "entrypass.suspended", by)


@transaction.atomic
def restore(*, pass_id: int, by: User) -> EntryPass:
    """Let a suspended pass be good again."""
    card = locked(pass_id)
    _expect(card, State.SUSPENDED)
    return _move(card, State.ACTIVE, "", "entrypass.allowed_again", by)


@transaction.atomic
def void(*, pass_id: int, reason: str, by: User) -> EntryPass:
    """End a pass for good: lost, misused, moved out."""
    card = locked(pass_id)
    _expect(card, *LIVE)
    return _move(card, State.VOIDED, reason, "entrypass.voided", by)


@transaction.atomic
def replace(*, pass_id: int, reason: str, by: User) -> EntryPass:
    """Void a lost or copied card and issue another with a new number and a new code."""
    old = locked(pass_id)
    _expect(old, State.ACTIVE, State.SUSPENDED)
    if old.valid_until and old.valid_until < timezone.localdate():
        raise Refused(_("This pass has run out. Issue a new one for the home instead."))
    suspended = {"state": old.state, "state_reason": old.state_reason}
    _move(old, State.VOIDED, reason, "entrypass.voided", by)
    now = timezone.now()
    with explained(EntryPass):
        card = EntryPass.objects.create(
            community_id=old.community_id, compound=old.compound, number=_next_number(old.compound), kind=old.kind,
            dwelling_id=old.dwelling_id, resident_id=old.resident_id, holder=old.holder, purpose=old.purpose,
            valid_from=old.valid_from, valid_until=old.valid_until, key=pass_codes.newest_key(), asked_by=by,
            issued_at=now, issued_by=by, state_at=now, replaces=old, **suspended,
        )  # fmt: skip
    audit.record("entrypass.replaced", card, by=by, before={"number": old.number}, after={"number": card.number})
    return card


def locked(pass_id: int) -> EntryPass:
    """The pass, held until the end together with its home: two gates ask for the same trip at once."""
    # The home first: its other passes spend the same trips, and all wait in one order.
    if home := EntryPass.objects.values_list("dwelling", flat=True).get(pk=pass_id):
        Dwelling.objects.select_for_update(no_key=True).get(pk=home)
    EntryPass.objects.select_for_update(no_key=True).get(pk=pass_id)
    rows = EntryPass.objects.select_related(*RELATED)
    return rows.get(pk=pass_id)


def printed(*, cards: Iterable[EntryPass], compound: Compound, by: User) -> None:
    """Passes leave the portal on paper, with rooms on them: who printed how many stays on record."""
    audit.record("compound.passes_printed", compound, by=by, after={"count": len(list(cards))})


def of_home(dwelling: Dwelling, resident_id: int | None = None) -> PassQuerySet:
    """The live passes with which somebody of a home may come: their own first, then the household's."""
    rows = EntryPass.objects.live().filter(dwelling=dwelling)
    if resident_id:
        rows = rows.filter(Q(resident=None) | Q(resident=resident_id))
    return rows.order_by("resident_id", "number")


def _end_run_out(compound: Compound, cards: PassQuerySet, *, by: User) -> None:
    """Void household passes whose last day is over: they would keep their homes from the next one."""
    rows = cards.filter(kind=PassKind.HOUSEHOLD, resident=None, state__in=LIVE, valid_until__lt=timezone.localdate())
    count = rows.update(state=State.VOIDED, state_reason=pgettext("pass", "run out"), state_at=timezone.now())
    if count:
        audit.record("compound.passes_run_out", compound, by=by, after={"count": count})


def _move(card: EntryPass, state: str, reason: str, kind: str, by: User) -> EntryPass:
    if state != State.ACTIVE and not reason.strip():
        raise Refused(_("Say why: whoever stands at the gate asks."))
    before = card.state
    card.state, card.state_reason, card.state_at = state, reason.strip()[:120], timezone.now()
    card.save(update_fields=["state", "state_reason", "state_at"])
    audit.record(kind, card, by=by, before={"state": before}, after={"state": state, "state_reason": card.state_reason})
    return card


def _expect(card: EntryPass, *states: str) -> None:
    if card.state not in states:
        raise Refused(
            _("This pass is “%(state)s”, and from there this step does not follow. Reload the page to see what may be done.")
            % {"state": card.get_state_display()}
        )


def _check_home(compound: Compound, dwelling: Dwelling | None, resident: Resident | None) -> None:
    if dwelling and dwelling.entrance.building.compound_id != compound.pk:
        raise Refused(_("This home lies in another compound. Choose one of this compound."))
    if resident and (dwelling is None or resident.dwelling_id != dwelling.pk or resident.left_on):
        raise Refused(_("This person does not live in this home. Look the home up again."))


def _check_days(kind: str, valid_from: dt.date, valid_until: dt.date | None) -> None:
    if kind in OUTSIDERS and valid_until is None:
        raise Refused(_("Whoever comes from outside has a pass with a last day. Choose it."))
    if valid_until and (valid_until - valid_from).days > LONGEST_DAYS:
        raise Refused(_("The pass would be good for more than 92 days. Check the year and the month."))


def _next_number(compound: Compound) -> int:
    """The next number of a compound. The compound's row is the queue."""
    Compound.objects.select_for_update(no_key=True).get(pk=compound.pk)
    return int(EntryPass.objects.filter(compound=compound).aggregate(last=Max("number"))["last"] or 0) + 1
