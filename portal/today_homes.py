"""What the first page says of the homes: who is late, who is due, who is alone."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.masking import Eyes
from residents.models import CaseState, QuarantineCase
from residents.services import alone, health_checks

SHOWN = 6


@dataclass(frozen=True)
class Line:
    """One person who needs somebody: where, who, why, and the page where it is done."""

    home: Any
    name: str
    why: str
    tone: str
    icon: str
    address: str


def counted(communities: Any) -> "dict[str, QuerySet[Any]]":
    """What is counted of the homes, to be counted together with the rest of the day."""
    now = timezone.now()
    day = timezone.localdate(now)
    cases = QuarantineCase.objects.within(communities)
    followed = health_checks.due_cases(communities, day, now)
    return {
        "alerts": cases.filter(state__in=[CaseState.ALERT, CaseState.VIOLATION]),
        "checks_missed": followed.filter(health_checks.MISSED),
        "checks_due": followed.filter(health_checks.WAITING),
        "to_move": cases.filter(state=CaseState.TO_CENTRAL),
        "to_release": cases.period_over(day),
        "site_calls": health_checks.calls_due(communities, day),
        "alone": alone.unmet(communities, day),
    }


def lines(communities: Any, *, by: Any) -> list[Line]:
    """The first of those who are late, then due, then alone; two statements however many they are."""
    eyes = Eyes(by)
    now = timezone.now()
    late = Case(When(health_checks.MISSED, then=Value(0)), default=Value(1), output_field=IntegerField())
    due = health_checks.due_cases(communities, timezone.localdate(now), now).filter(health_checks.WAITING)
    due = due.annotate(rank=late).order_by("rank", "dwelling__entrance__building__compound", "pk")
    home = "dwelling__entrance__building__compound"
    found = [_check(case, eyes) for case in due.select_related("resident", "community__subdistrict", home)[:SHOWN]]
    unmet = alone.unmet(communities).exclude(cases__in=QuarantineCase.objects.open())
    unmet = unmet.select_related("community__subdistrict", home).order_by(home, "pk")
    return found + [_alone(resident, eyes) for resident in unmet[:SHOWN]]


def _check(case: Any, eyes: Eyes) -> Line:
    missed = case.rank == 0
    slot = "am" if case.asked_am and not case.done_am else "pm"
    return Line(
        home=case.dwelling, name=eyes.name(case.resident, case.community), icon="temperature", tone="p-bad" if missed else "",
        why=_("check missed") if missed else _("check due"),
        address=f"{reverse('residents:health_check_record', args=[case.pk])}?slot={slot}",
    )  # fmt: skip


def _alone(resident: Any, eyes: Eyes) -> Line:
    return Line(
        home=resident.dwelling, name=eyes.name(resident, resident.community), icon="user", tone="p-warn",
        why=_("alone, not met today"), address=reverse("residents:dwelling_detail", args=[resident.dwelling_id]),
    )  # fmt: skip
