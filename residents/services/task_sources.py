"""A task with one press: from what a round found, a health alert, an errand, a matter. Pressed again it finds the same."""

import uuid
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.accounts.models import User
from portal.lib.errors import Refused
from residents.models import (
    Community,
    Dwelling,
    Errand,
    Finding,
    Matter,
    MatterKind,
    QuarantineCase,
    Task,
    TaskKind,
    TaskSource,
    TaskState,
    task_titles,
)
from residents.services import findings, tasks
from residents.services.tasks import Place

Risk = Task.Risk
# What has to be done about a finding, and how risky that is.
AFTER: dict[str, tuple[str, int]] = {
    "fever": (TaskKind.HEALTH, Risk.HIGH),
    "symptom": (TaskKind.HEALTH, Risk.HIGH),
    "positive": (TaskKind.HEALTH, Risk.HIGH),
    "exposed": (TaskKind.VISIT, Risk.HIGH),
    "no_food": (TaskKind.SUPPLIES, Risk.LOW),
    "medicine": (TaskKind.SUPPLIES, Risk.LOW),
    "dark": (TaskKind.CALL, Risk.LOW),
    "unreached": (TaskKind.VISIT, Risk.MEDIUM),
    "returnee": (TaskKind.VISIT, Risk.MEDIUM),
    "hazard": (TaskKind.REPAIR, Risk.MEDIUM),
    "gathering": (TaskKind.ORDER, Risk.MEDIUM),
}
# The same of what was brought up. A dispute is in the hands of who mediates it, and stands in no list.
ABOUT: dict[str, tuple[str, int]] = {
    "fault": (TaskKind.REPAIR, Risk.LOW),
    "emergency": (TaskKind.HEALTH, Risk.HIGH),
    "lock_out": (TaskKind.VISIT, Risk.MEDIUM),
    "gathering": (TaskKind.ORDER, Risk.MEDIUM),
    "refusal": (TaskKind.VISIT, Risk.MEDIUM),
    "tip_off": (TaskKind.VISIT, Risk.MEDIUM),
}


@transaction.atomic
def from_finding(finding: Finding, *, by: User) -> Task:
    """What a stop found: the home, what it was, and how risky it is to go there."""
    findings.locked(finding.pk)
    kind, risk = AFTER.get(finding.kind, (TaskKind.OTHER, Risk.LOW))
    source = TaskSource.LIGHTS if finding.stop.round.kind == "light_count" else TaskSource.FINDING
    home = finding.stop.dwelling
    place = _at(finding.community, home) if home else Place(finding.community, words=finding.stop.place[:60])
    return _once(
        Task.objects.filter(finding=finding).exclude(state=TaskState.CANCELLED), place, by=by, kind=kind, risk=risk,
        source=source, title=lambda: task_titles.of_finding(finding.kind), what=finding.detail, finding=finding,
    )  # fmt: skip


def from_alert(case: QuarantineCase, *, by: User) -> Task:
    """A fever or a symptom of somebody in quarantine: going there is of the highest risk."""
    if case.alert_since is None:
        raise Refused(_("There is no alert any more."))
    return _once(
        Task.objects.open().filter(case=case), _at(case.community, case.dwelling), by=by, kind=TaskKind.HEALTH,
        risk=Risk.HIGH, source=TaskSource.ALERT, title=task_titles.of_alert, case=case,
    )  # fmt: skip


def from_errand(errand: Errand, *, by: User) -> Task:
    """An errand that asks for more than carrying: a lift that stands still, a home that needs a visit."""
    place = _at(errand.community, errand.dwelling) if errand.dwelling else _near(errand)
    return _once(
        Task.objects.open().filter(errand=errand), place, by=by, kind=TaskKind.VISIT, risk=Risk.LOW,
        source=TaskSource.ERRAND, title=lambda: task_titles.of_errand(errand.kind), what=errand.what,
        errand=errand,
    )  # fmt: skip


def from_matter(matter: Matter, *, by: User) -> Task:
    """Somebody has to go: what was brought up, and where. What was done stands among its steps afterwards."""
    if not matter.is_open:
        raise Refused(_("This is ended. Open it again first."))
    kind, risk = ABOUT.get(matter.kind, (TaskKind.OTHER, Risk.LOW))
    place = Place(matter.community, matter.compound, matter.building, matter.dwelling, matter.place)
    return _once(
        Task.objects.open().filter(matter=matter), place, by=by, kind=kind, risk=risk, source=TaskSource.MATTER,
        title=lambda: task_titles.of_matter(matter.kind), what=matter.what, matter=matter,
    )  # fmt: skip


def _at(community: Community, home: Dwelling) -> Place:
    return Place(community, home.entrance.building.compound, home.entrance.building, home)


def _near(errand: Errand) -> Place:
    building = errand.entrance.building if errand.entrance else None
    return Place(errand.community, building.compound if building else None, building, words=errand.written_home)


@transaction.atomic
def _once(known: "QuerySet[Task]", place: Place, *, title: Callable[[], str], by: User, **facts: Any) -> Task:
    # One press after the other of a community: the second of two at once finds the first one's task.
    Community.objects.select_for_update(no_key=True).get(pk=place.community.pk)
    if found := known.first():
        return found
    # As the register is written, whoever presses; readers are told in their own (Task.words).
    with override("zh-hans"):
        words = title()
    return tasks.write(key=uuid.uuid4(), place=place, title=words, by=by, **facts)


SOURCES: dict[str, tuple[Any, Callable[..., Task]]] = {
    "finding": (
        lambda: Finding.objects.select_related(
            "community__subdistrict", "stop__round", "stop__dwelling__entrance__building__compound"
        ),
        from_finding,
    ),
    "alert": (
        lambda: QuarantineCase.objects.select_related(
            "community__subdistrict", "dwelling__entrance__building__compound"
        ),
        from_alert,
    ),
    "errand": (lambda: Errand.objects.with_places().select_related("community__subdistrict"), from_errand),
    "matter": (
        lambda: Matter.objects.with_places().select_related("community__subdistrict").exclude(kind=MatterKind.DISPUTE),
        from_matter,
    ),
}  # fmt: skip
