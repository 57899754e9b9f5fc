"""Ledgers of quarantine: one row a case."""

from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from residents.ledgers import places
from residents.ledgers.sources import Column, Filter, Source, yes
from residents.models import Community, QuarantineCase
from residents.models.quarantine import CaseState

# 返区人员: from another area, whoever they met there.
CAME_BACK = (QuarantineCase.Reason.INBOUND, QuarantineCase.Reason.HIGH_RISK)


class Group(TextChoices):
    """Which cases are asked for."""

    OPEN = "open", _("running")
    ENDED = "ended", _("ended")
    RETURNED = "returned", _("returned to the area, running")


def rows(community: Community) -> Any:
    """Every case of the community, running or ended, but for those put down by mistake."""
    cases = QuarantineCase.objects.filter(community=community).exclude(state=CaseState.VOIDED)
    related = ("resident", "dwelling__entrance__building__compound")
    return cases.select_related(*related).order_by(*places.order("dwelling"))


def _in_group(cases: Any, group: str, community: Community) -> Any:
    if group == Group.RETURNED:
        return cases.filter(ended_on=None, reason__in=CAME_BACK)
    return cases.filter(ended_on__isnull=group == Group.OPEN)


SOURCE = Source(
    key="quarantine",
    label=_("quarantine cases"),
    rows=rows,
    columns=(
        *places.columns(lambda case: case.dwelling),
        Column("name", _("Name"), lambda case: case.resident.name),
        Column("sex", _("Sex"), lambda case: case.resident.get_sex_display(), width=6),
        Column("id_number", _("ID number"), lambda case: case.resident.id_number, "id", width=20),
        Column("phone", _("Phone"), lambda case: case.resident.phone, "phone", width=13),
        Column("class", _("Class"), lambda case: case.get_contact_class_display()),
        Column("reason", _("Reason"), lambda case: case.get_reason_display(), width=18),
        Column("source_area", _("From which area"), lambda case: case.source_area, width=14),
        Column("state", _("State"), lambda case: case.get_state_display()),
        Column("starts_on", _("First day"), lambda case: case.starts_on, width=12),
        Column("ends_on", _("Last day"), lambda case: case.ends_on, width=12),
        Column("ended_on", _("Ended on"), lambda case: case.ended_on, width=12),
        Column("plan", _("Plan for this person"), lambda case: case.care_plan, width=24),
        Column("needs", _("What is needed"), lambda case: case.needs, width=16),
        Column("notice_no", _("Notice no."), lambda case: case.notice_no, width=14),
        Column("committed", _("Commitment signed"), lambda case: yes(case.committed_on is not None), width=8),
        Column("release_no", _("Release notice no."), lambda case: case.release_no, width=14),
    ),
    filters=(
        places.compound("dwelling__entrance__building__compound"),
        Filter("group", _("which cases"), lambda community: list(Group.choices), _in_group),
    ),
    standard=("compound", "building", "entrance", "room", "name", "phone", "class", "reason", "state", "starts_on", "ends_on"),
)
