"""How an errand changes its state, whatever the step: locked, looked at, written with a line in the trail."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from residents.models import Errand, ErrandNote
from residents.services.errand_requests import promised_by


def locked(errand_id: int) -> Errand:
    """The errand, locked: two thumbs press at once."""
    return locked_all(errand_id)[errand_id]


def locked_all(*errand_ids: int) -> dict[int, Errand]:
    """The same of several."""
    # Always in the same order, or two that lock two errands wait for each other.
    list(Errand.objects.select_for_update(no_key=True).filter(pk__in=errand_ids).order_by("pk").values_list("pk"))
    rows = Errand.objects.with_places().select_related("community__subdistrict").in_bulk(errand_ids)
    if len(rows) < len(set(errand_ids)):
        raise Refused(_("Choose another errand."))
    return rows


def expect(errand: Errand, *states: str) -> None:
    """Refuse a step that does not follow from where the errand stands."""
    if errand.state not in states:
        raise Refused(
            _("This errand is “%(state)s”, and from there this step does not follow. Reload the page to see what may be done.")
            % {"state": errand.get_state_display()}
        )


def step(errand: Errand, state: str, kind: str, by: User, **values: Any) -> Errand:
    """A locked errand goes on to a state, with what belongs to it."""
    before = {"state": errand.state}
    for name, value in {"state": state, **values}.items():
        setattr(errand, name, value)
    return saved(errand, kind, by, before, list(values))


def waits(errand: Errand, state: str, by: User | None, kind: str) -> Errand:
    """A locked errand goes back to the queue; its promise begins anew."""
    before = {"state": errand.state, "assignee": errand.assignee_id}
    errand.state = state
    errand.assignee = errand.accepted_at = errand.accepted_by = errand.started_at = errand.bought_at = None
    errand.delivered_at = errand.delivered_by = None
    errand.waits_since, errand.escalated = timezone.now(), 0
    errand.promised_by = errand.escalates_at = promised_by(errand.community, errand.urgency, errand.waits_since)
    fields = ["assignee", "accepted_at", "accepted_by", "started_at", "bought_at", "delivered_at", "delivered_by",
              "waits_since", "promised_by", "escalates_at", "escalated", "outcome", "ended_at", "confirmed_at", "end_reason",
              "merged_round"]  # fmt: skip
    return saved(errand, kind, by, before, fields)


def end(errand: Errand, state: str, reason: str, by: User | None, kind: str, *, fields: Sequence[str] = ()) -> Errand:
    """A locked errand is over here, for this reason."""
    before = {"state": errand.state}
    errand.state, errand.ended_at, errand.end_reason = state, timezone.now(), reason[:200]
    return saved(errand, kind, by, before, ["ended_at", "end_reason", "outcome", "merged_into", "merged_round", *fields])


def saved(errand: Errand, kind: str, by: User | None, before: dict[str, Any], fields: Sequence[str]) -> Errand:
    """Write what was changed of a locked errand, and its line in the trail."""
    with explained(Errand):
        errand.save(update_fields=["state", *fields])
    after = {"state": errand.state, "assignee": errand.assignee_id}
    audit.record(kind, errand, by=by, before=before, after=after)
    return errand


def add_note(errand: Errand, text: str, by: User | None) -> None:
    """Keep a word that was said, if one was."""
    if text:
        ErrandNote.objects.create(errand=errand, text=text[:300], by=by)
