"""特殊群体台账: one row for each list of care somebody is on, with what has to be known for it."""

from typing import Any

from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.ledgers import places
from residents.ledgers.sources import Column, Filter, Source
from residents.models import CareProfile, Community, Stop
from residents.services import care
from residents.services.household_export import age


def rows(community: Community) -> Any:
    """Everybody on a list of care today, and who called on them last."""
    calls = Stop.objects.filter(state=Stop.State.DONE).exclude(round__kind="light_count")
    calls = calls.filter(Q(resident=OuterRef("resident")) | Q(dwelling=OuterRef("resident__dwelling"), resident=None))
    calls = calls.order_by("-done_at")
    profiles = CareProfile.objects.live().filter(resident__community=community, resident__left_on=None)
    profiles = profiles.annotate(
        called_at=Subquery(calls.values("done_at")[:1]), called_by=Subquery(calls.values("done_by__name")[:1])
    )
    related = ("category", "resident__dwelling__entrance__building__compound")
    return profiles.select_related(*related).order_by(*places.order("resident__dwelling"))


def _called(profile: Any) -> str:
    """When somebody was there last, to the minute today, otherwise the day."""
    if profile.called_at is None:
        return ""
    at = timezone.localtime(profile.called_at)
    return f"{at:%H:%M}" if at.date() == timezone.localdate() else f"{at:%Y-%m-%d}"


def _of(profiles: Any, code: str, community: Community) -> Any:
    return profiles.filter(category__code=code)


SOURCE = Source(
    key="care",
    label=_("people on lists of care"),
    rows=rows,
    columns=(
        *places.columns(lambda profile: profile.resident.dwelling),
        Column("name", _("Name"), lambda profile: profile.resident.name),
        Column("age", _("Age"), lambda profile: age(profile.resident.born_on, timezone.localdate()), width=6),
        Column("category", _("Category"), lambda profile: profile.category.label, width=12),
        Column("need", _("Illness or need"), lambda profile: profile.need, width=20),
        Column("drug", _("Medicine"), lambda profile: profile.drug, width=14),
        Column("hospital", _("Hospital"), lambda profile: profile.hospital, width=14),
        Column("contact", _("Guardian or emergency contact"), lambda profile: profile.contact, width=12),
        Column("contact_phone", _("Their phone"), lambda profile: profile.contact_phone, "phone", width=13),
        Column("phone", _("Phone"), lambda profile: profile.resident.phone, "phone", width=13),
        Column("visits", _("Visits a day"), lambda profile: profile.category.visits_a_day or None, width=8),
        Column("called_by", _("Called on by"), lambda profile: profile.called_by),
        Column("called", _("Last contact"), _called, width=12),
        Column("since", _("Since"), lambda profile: profile.since, width=12),
        Column("note", _("Remark"), lambda profile: profile.note, width=20),
    ),
    filters=(
        places.compound("resident__dwelling__entrance__building__compound"),
        Filter("category", _("category"), lambda community: sorted(care.labels().items(), key=lambda pair: pair[1]), _of),
    ),
    # The columns of the office's form in its order, and the entrance, without which nobody finds the door.
    standard=(
        "compound", "building", "entrance", "room", "name", "age", "category", "need", "drug", "hospital", "contact",
        "contact_phone", "called_by", "called", "note",
    ),
)  # fmt: skip
