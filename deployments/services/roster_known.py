"""What the portal knows of the people on a roster, and what is to be written for each."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from deployments.models import Cadre, Secondment, SendingUnit
from portal.lib.crypto import lookup_hash
from portal.lib.imports import Line
from residents.models import Community


@dataclass(slots=True)
class Plan:
    """What is to be written for one line."""

    person: dict[str, Any]
    unit: str
    terms: dict[str, Any]
    cadre: Cadre | None = None
    secondment: Secondment | None = None
    community: Community | None = None
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    terms_before: dict[str, Any] = field(default_factory=dict)
    terms_after: dict[str, Any] = field(default_factory=dict)


class Known:
    """What the portal already knows of the people of some lines; a fixed number of statements."""

    def __init__(self, lines: list[Line]) -> None:
        plans: list[Plan] = [line.plan for line in lines]
        self.hashes = {p.person["id_number"]: lookup_hash(p.person["id_number"]) for p in plans if p.person["id_number"]}
        phones = {plan.person["phone"] for plan in plans}
        cadres = Cadre.objects.filter(Q(id_hash__in=self.hashes.values()) | Q(phone__in=phones)).select_related(
            "unit", "home_community"
        )
        self.by_hash: dict[str, Cadre] = {}
        self.by_name: dict[tuple[str, str, str], Cadre] = {}
        for cadre in cadres:
            if cadre.id_hash:
                self.by_hash[cadre.id_hash] = cadre
            self.by_name.setdefault((cadre.unit.name if cadre.unit else "", cadre.name, cadre.phone), cadre)
        self.secondments: dict[int, list[Secondment]] = {}
        found = {cadre.pk for cadre in (*self.by_hash.values(), *self.by_name.values())}
        for row in Secondment.objects.standing().filter(cadre__in=found).select_related("compound").order_by("starts_on"):
            self.secondments.setdefault(row.cadre_id, []).append(row)
        self.units = {unit.name: unit for unit in SendingUnit.objects.filter(name__in={plan.unit for plan in plans})}
        self._names: list[str] | None = None

    def find(self, plan: Plan) -> Cadre | None:
        number = plan.person["id_number"]
        if number and (cadre := self.by_hash.get(self.hashes[number])):
            return cadre
        return self.by_name.get((plan.unit, plan.person["name"], plan.person["phone"]))

    def is_ours(self, cadre: Cadre, communities: dict[str, list[Community]]) -> bool:
        ours = {community.pk for found in communities.values() for community in found}
        return any(row.community_id in ours for row in self.secondments.get(cadre.pk, ()))

    def unit_names(self) -> list[str]:
        if self._names is None:
            self._names = list(SendingUnit.objects.values_list("name", flat=True)[:5000])
        return self._names
