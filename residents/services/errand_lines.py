"""The things of an errand: bought, not to be had, something else instead."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import audit
from portal.accounts.models import User
from portal.accounts.outbox import tell
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from residents.models import Errand, ErrandLine, ErrandState
from residents.models.errand_states import IN_HAND
from residents.services.errand_states import expect, locked, locked_all
from residents.services.errands import bought

State = ErrandLine.State
# What is said in the shop of one thing for all homes; the resident answers a substitute.
IN_SHOP = (State.BOUGHT, State.OUT_OF_STOCK, State.ASKED)
BEFORE_BOUGHT = (ErrandState.ACCEPTED, ErrandState.IN_PROGRESS)


@transaction.atomic
def mark(*, line_id: int, state: str, substitute: str = "", by: User) -> ErrandLine:
    """Whoever has the errand says what became of one thing."""
    line = ErrandLine.objects.select_related("errand").get(pk=line_id)
    errand = locked(line.errand_id)
    expect(errand, *IN_HAND)
    if errand.assignee_id != by.pk:
        raise Refused(_("This errand is not in your hands. Take it first, or ask the desk for it."))
    if state == State.ASKED and not substitute:
        raise Refused(_("Say what would do instead."))
    before = {"state": line.state}
    if line.state == State.BOUGHT and state == State.WANTED and line.substitute:
        # It is the substitute that is not in the bag after all.
        state = State.AGREED
    if line.state == State.DECLINED and state == State.BOUGHT:
        # The thing itself was there in the end.
        line.substitute = ""
    line.state, line.substitute = state, substitute or line.substitute
    with explained(ErrandLine):
        line.save(update_fields=["state", "substitute"])
    audit.record("errandline.marked", line, by=by, community=errand.community, before=before, after={"state": state})
    return line


@transaction.atomic
def bag(*, line_ids: Iterable[int], state: str = State.BOUGHT, substitute: str = "", by: User) -> int:
    """One thing for several homes: in the bag, out of stock, or each home is asked whether something else will do.

    What is no longer in one's hands is left alone. Return for how many.
    """
    if state not in IN_SHOP:
        raise Refused(_("Choose what became of it."))
    if state == State.ASKED and not substitute:
        raise Refused(_("Say what would do instead."))
    rows = ErrandLine.objects.filter(pk__in=list(line_ids), state__in=(State.WANTED, State.AGREED))
    homes = locked_all(*rows.values_list("errand", flat=True))
    mine = [pk for pk, errand in homes.items() if errand.assignee_id == by.pk and errand.state in IN_HAND]
    lines = list(rows.filter(errand__in=mine).select_related("errand"))
    told: dict[str, Any] = {"kind": "errandline.marked", "by": by, "after": {"state": state}}
    audit.write(
        audit.line(row=line, community=homes[line.errand_id].community, before={"state": line.state}, **told) for line in lines
    )
    for line in lines:
        line.state, line.substitute = state, substitute or line.substitute
    ErrandLine.objects.bulk_update(lines, ["state", "substitute"])
    for pk in mine:
        _nothing_left(homes[pk], by)
    return len(lines)


def _nothing_left(errand: Errand, by: User) -> None:
    """The last thing of a home is in the bag: the resident sees that it comes."""
    left = errand.lines.filter(state__in=(State.WANTED, State.ASKED, State.AGREED)).exists()
    if errand.state in BEFORE_BOUGHT and not left and errand.lines.filter(state=State.BOUGHT).exists():
        bought(errand_id=errand.pk, by=by)


@transaction.atomic
def answer(*, line_id: int, agreed: bool) -> ErrandLine:
    """The resident says whether the substitute will do."""
    line = ErrandLine.objects.select_related("errand").get(pk=line_id)
    errand = locked(line.errand_id)
    line.refresh_from_db(fields=["state"])
    if line.state != State.ASKED:
        raise Refused(_("This has been answered already."))
    expect(errand, *IN_HAND)
    line.state = State.AGREED if agreed else State.DECLINED
    line.save(update_fields=["state"])
    if errand.assignee:
        tell(errand.assignee, "errand_answered", key=f"errand_answered-{line.pk}-{timezone.now():%Y%m%d%H%M%S%f}",
             link=reverse("residents:errand_detail", args=[errand.pk]), errand=errand.pk)  # fmt: skip
    states = {"before": {"state": State.ASKED}, "after": {"state": line.state}}
    audit.record("errandline.answered", line, by=None, community=errand.community, **states)
    return line
