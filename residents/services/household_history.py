"""What a home's timeline shows of the ledger itself: comings and goings, and who changed what."""

from collections.abc import Iterator

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from portal.accounts import trail
from portal.accounts.models import Event
from residents.models import CareProfile, Dwelling, Resident, ResidentChange
from residents.timeline import Entry, on_day

ICONS = {
    ResidentChange.Kind.MOVED_IN: "user-plus",
    ResidentChange.Kind.BORN: "user-plus",
    ResidentChange.Kind.RETURNED: "user-check",
    ResidentChange.Kind.MOVED_OUT: "user-minus",
    ResidentChange.Kind.DIED: "user-minus",
    ResidentChange.Kind.LEFT_FOR_A_TIME: "user-minus",
}


def entries(dwelling: Dwelling, most: int) -> Iterator[Entry]:
    """The newest changes of the people of a home and of what is known of it."""
    people = set(dwelling.residents.values_list("pk", flat=True))
    changes = ResidentChange.objects.filter(Q(dwelling=dwelling) | Q(resident__in=people)).select_related("resident")
    for change in changes.order_by("-on", "-id")[:most]:
        yield Entry(
            at=on_day(change.on),
            what=change.get_kind_display(),
            name=change.resident.name,
            note=" · ".join(filter(None, [change.from_area, change.note])),
            icon=ICONS.get(ResidentChange.Kind(change.kind), "arrows-exchange"),
            whole_day=True,
        )
    for resident in dwelling.residents.filter(changes=None).order_by("-came_on", "-id")[:most]:
        yield Entry(at=on_day(resident.came_on), what=_("on record"), name=resident.name, icon="user-plus", whole_day=True)
    for event in _events(dwelling, people)[:most]:
        line = trail.line(event)
        yield Entry(at=event.at, what=_("%(record)s %(verb)s") % {"record": line.record, "verb": line.verb},
                    who=line.who, icon="edit", details=line.changes)  # fmt: skip


def _events(dwelling: Dwelling, people: set[int]) -> "QuerySet[Event]":
    care = CareProfile.objects.filter(resident__in=people).values_list("pk", flat=True)
    about = Q(table=Dwelling._meta.label_lower, row=str(dwelling.pk))
    about |= Q(table=Resident._meta.label_lower, row__in=[str(pk) for pk in people])
    about |= Q(table=CareProfile._meta.label_lower, row__in=[str(pk) for pk in care])
    return Event.objects.filter(about).select_related("by").order_by("-id")
