"""What quarantine adds to a compound's picture and to a home's line of time."""

from collections.abc import Iterator, Mapping

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from residents.access import Permission
from residents.layers import Layer, Mark
from residents.models import CaseState, ContactClass, Dwelling, QuarantineCase, Transfer
from residents.models.households import DwellingQuerySet
from residents.timeline import Entry, on_day, only_for

# More than a home shows at once.
OF_A_HOME = 10
# Of several cases in a home the one that matters most marks it.
RANK = ("positive", "alert", "red", "yellow", "site", "registered", "waiting")
STATES = {CaseState.ALERT: "alert", CaseState.VIOLATION: "alert", CaseState.TRANSFERRED: "site"}


def states(homes: DwellingQuerySet) -> Mapping[int, str]:
    """What each home in quarantine is, in one statement."""
    today = timezone.localdate()
    rows = QuarantineCase.objects.open().filter(dwelling__in=homes).order_by()
    found: dict[int, str] = {}
    for home, state, contact_class, sign, ends_on in rows.values_list(
        "dwelling", "state", "contact_class", "door_sign", "ends_on"
    ):
        over = state == CaseState.ACTIVE and ends_on < today
        mark = _mark(state, contact_class, sign, over=over)
        if home not in found or RANK.index(mark) < RANK.index(found[home]):
            found[home] = mark
    return found


def _mark(state: str, contact_class: str, sign: str, *, over: bool) -> str:
    if contact_class == ContactClass.POSITIVE:
        return "positive"
    if found := STATES.get(CaseState(state)):
        return found
    return "waiting" if over else sign or "registered"


LAYERS = [
    Layer(
        "quarantine",
        gettext_lazy("Quarantine"),
        (
            Mark("positive", "+", gettext_lazy("positive"), "bad"),
            Mark("alert", "!", gettext_lazy("alert"), "bad"),
            Mark("red", pgettext_lazy("sign", "R"), gettext_lazy("red door sign"), "warn"),
            Mark("yellow", pgettext_lazy("sign", "Y"), gettext_lazy("yellow door sign"), "info"),
            Mark("site", pgettext_lazy("sign", "T"), gettext_lazy("at a site"), "dim"),
            Mark("registered", pgettext_lazy("sign", "G"), gettext_lazy("registered, not begun"), "quiet"),
            Mark("waiting", pgettext_lazy("sign", "E"), gettext_lazy("waits for release"), "ok"),
        ),
        states,
        rest=gettext_lazy("no quarantine"),
        public=("red", "yellow"),
        permission=Permission.QUARANTINE_VIEW,
    )
]


def of_home(dwelling: Dwelling) -> "QuerySet[QuarantineCase]":
    """The cases of a home, those that run first."""
    rows = QuarantineCase.objects.filter(dwelling=dwelling).select_related("resident")
    return rows.order_by(F("ended_on").desc(nulls_first=True), "-starts_on", "id")[:OF_A_HOME]


@only_for(Permission.QUARANTINE_VIEW)
def entries(dwelling: Dwelling, most: int) -> Iterator[Entry]:
    """The cases of a home: when each began and ended, and who was fetched."""
    cases = QuarantineCase.objects.filter(dwelling=dwelling).select_related("resident", "notice_served_by", "released_by")
    for case in cases.order_by("-starts_on")[:most]:
        yield from _case(case)
    rows = Transfer.objects.filter(case__dwelling=dwelling).exclude(state=Transfer.State.CANCELLED)
    rows = rows.select_related("case__resident", "ordered_by")
    for row in rows.order_by("-ordered_at")[:most]:
        yield Entry(
            at=row.departed_at or row.ordered_at, what=_("Transfer: %(to)s") % {"to": row}, who=str(row.ordered_by),
            name=row.case.resident.name, note=str(row.get_state_display()), icon="car", address=case_address(row.case_id),
        )  # fmt: skip


def _case(case: QuarantineCase) -> Iterator[Entry]:
    here = case_address(case.pk)
    if case.started_at:
        yield Entry(
            at=case.started_at, what=_("Quarantine begun"), who=str(case.notice_served_by or ""), name=case.resident.name,
            note=f"{case.starts_on} – {case.ends_on}", icon="shield-check", address=here,
        )  # fmt: skip
    if case.ended_on:
        yield Entry(
            at=on_day(case.ended_on), what=_("Quarantine ended: %(state)s") % {"state": case.get_state_display()},
            who=str(case.released_by or ""), name=case.resident.name, icon="lock-open", address=here, whole_day=True,
        )  # fmt: skip


def case_address(pk: int) -> str:
    """Where a case is read."""
    return reverse("residents:quarantine_detail", args=[pk])
