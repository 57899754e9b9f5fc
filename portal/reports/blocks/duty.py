"""Who was on duty, and how long."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce, Greatest, Least
from django.utils.translation import gettext_lazy as _

from deployments.models import Cadre
from portal.reports import sources
from portal.reports.blocks.definitions import HOURS, PEOPLE, Counted, Figure, distinct
from portal.reports.blocks.durations import Hours
from portal.reports.periods import Period, Scope


def _kind(kind: str) -> Q:
    return Q(cadre__kind=kind)


def _absent(at: Scope) -> Any:
    """People who signed in to none of their shifts although one has long begun: all who should be there, less who is."""
    expected = sources.signed(at) | sources.missed(at)
    return distinct("cadre", _kind(Cadre.Kind.CADRE), expected) - distinct("cadre", _kind(Cadre.Kind.CADRE), sources.signed(at))


def hours(at: Period) -> Any:
    """From sign-in to sign-out; who has not signed out is counted up to now, at most to the end of the shift."""
    until = Least(Coalesce(F("attendance__signed_out_at"), F("ends_at")), at.moment)
    since = F("attendance__signed_in_at")
    return Hours(Coalesce(Sum(Greatest(until, since) - since, filter=sources.signed(at)), sources.NO_TIME))


def _stands(key: str, label: Any, unit: Any, aggregate: Callable[[Scope], Any], *, heading: str = "") -> Figure:
    return Figure(key, label, unit, "duty", Counted(sources.STANDS, aggregate), heading)


def figures() -> Iterator[Figure]:
    """People on duty."""
    seconded = Counted(sources.SECONDMENTS, lambda at: distinct("cadre", _kind(Cadre.Kind.CADRE)))
    yield Figure("cadres_seconded", _("cadres seconded"), PEOPLE, "duty", seconded)
    yield _stands(
        "cadres_on_duty",
        _("cadres on duty"),
        PEOPLE,
        lambda at: distinct("cadre", _kind(Cadre.Kind.CADRE), sources.signed(at)),
        heading="下沉干部在岗",
    )
    yield _stands("cadres_absent", _("cadres absent"), PEOPLE, _absent)
    yield _stands(
        "volunteers_on_duty",
        _("volunteers on duty"),
        PEOPLE,
        lambda at: distinct("cadre", _kind(Cadre.Kind.VOLUNTEER), sources.signed(at)),
        heading="志愿者在岗",
    )
    yield _stands(
        "people_on_duty", _("people on duty"), PEOPLE, lambda at: distinct("cadre", sources.signed(at)), heading="值守人数"
    )
    yield _stands("hours_served", _("hours served"), HOURS, hours)
