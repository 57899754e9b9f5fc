"""困难诉求台账: what residents brought up, who handled it and how it ended. Disputes are sealed: none stands in any ledger."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.ledgers.sources import Column, Filter, Source
from residents.models import Community, Matter, MatterState
from residents.models.matters import APPEALS, INCIDENTS

KINDS = [(kind.value, kind.label) for kind in (*APPEALS, *INCIDENTS)]


def rows(community: Community) -> Any:
    """Everything but disputes, what was reported last first."""
    found = Matter.objects.filter(community=community, kind__in=[*APPEALS, *INCIDENTS])
    return found.with_places().order_by("-reported_at", "-id")


def _at(moment: Any) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""


SOURCE = Source(
    key="matters",
    label=_("problems and incidents"),
    rows=rows,
    columns=(
        Column("where", _("Place"), lambda matter: matter.where, width=18),
        Column("kind", _("Kind"), lambda matter: matter.get_kind_display(), width=12),
        Column("what", _("What happened"), lambda matter: matter.what, width=30),
        Column("name", _("Who says so"), lambda matter: matter.written_name, width=10),
        Column("phone", _("Phone"), lambda matter: matter.written_phone, "phone", width=13),
        Column("reported", _("Reported"), lambda matter: _at(matter.reported_at), width=15),
        Column("handler", _("Who handles it"), lambda matter: matter.handler, width=10),
        Column("state", _("State"), lambda matter: matter.get_state_display(), width=10),
        Column("outcome", _("Outcome"), lambda matter: matter.outcome, width=30),
        Column("ended", _("Ended"), lambda matter: _at(matter.ended_at), width=15),
        Column("satisfaction", _("Satisfaction"), lambda matter: matter.get_satisfaction_display(), width=10),
    ),
    filters=(
        Filter("kind", _("kind"), lambda community: KINDS, lambda rows, value, community: rows.filter(kind=value)),
        Filter(
            "state", _("state"), lambda community: list(MatterState.choices),
            lambda rows, value, community: rows.filter(state=value),
        ),
    ),
    standard=("where", "kind", "what", "name", "phone", "reported", "handler", "state", "outcome", "ended"),
)  # fmt: skip
