"""A compound as it stands: its homes as one picture, and lists of those that are chosen."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.html import escape
from django.views.decorators.http import require_safe

from portal.accounts.models import User
from portal.lib.pages import page
from portal.lib.paging import paged
from residents.access import Permission, Request, may_in, requires
from residents.layers import Layer, facts, seen_by
from residents.models import Building, Compound, Dwelling, Entrance
from residents.services import compound_homes, compounds
from residents.views.compound_cells import Drawing, drawn

PANEL = "compound-home"


@dataclass(frozen=True)
class Asked:
    """What the address asks for: a layer of those the reader may see, how near, and whether homes are ticked."""

    layer: Layer
    layers: dict[str, Layer]
    entrances: list[Entrance]
    # All entrances of the building, to go on to the next.
    doors: list[Entrance]
    building: Building | None
    entrance: Entrance | None
    choosing: bool

    def query(self, **more: str) -> str:
        """The same in an address, to be joined with one thing more."""
        said = {"layer": self.layer.key} | ({"choose": "1"} if self.choosing else {})
        return urlencode(said | more) + "&"

    @property
    def near(self) -> dict[str, str]:
        """How near, as a part of an address."""
        if self.entrance:
            return {"entrance": str(self.entrance.pk)}
        return {"building": str(self.building.pk)} if self.building else {}

    @property
    def picture(self) -> str:
        """The same without ticking."""
        return urlencode({"layer": self.layer.key} | self.near)

    @property
    def here(self) -> str:
        """The address of this very view."""
        return self.query(**self.near)


@require_safe
@requires(Permission.RESIDENT_VIEW)
def compound_list(request: Request) -> HttpResponse:
    """I look for the compound whose homes I want to see."""
    rows = paged(request, compound_homes.counted(Compound.objects.within(request.communities).select_related("community")))
    compound_homes.count_people(rows)
    return page(request, "residents/compounds/list.html", {"rows": rows}, part="compound-rows")


@require_safe
@requires(Permission.RESIDENT_VIEW)
def compound_detail(request: Request, pk: int) -> HttpResponse:
    """The steward sees every home of her compound at once, and one of them beside it."""
    compound = found(request, pk)
    asked = asked_of(request.GET, compound, request.user)
    home = _home(request, compound, asked)
    if getattr(request, "htmx", None) and request.htmx.target == PANEL:  # type: ignore[attr-defined]
        context = {"compound": compound, "asked": asked, **_panel(request, home, asked)}
        return page(request, "residents/compounds/detail.html", context, part=PANEL)
    context = _picture(request, compound, asked, home) | _panel(request, home, asked)
    return page(request, "residents/compounds/detail.html", context)


def found(request: Request, pk: int) -> Compound:
    """A compound of one's own communities."""
    rows = Compound.objects.within(request.communities).select_related("community__subdistrict")
    return get_object_or_404(rows, pk=pk)


def asked_of(values: QueryDict, compound: Compound, reader: User) -> Asked:
    """What a query or a form asks for; nonsense, and a layer that is not for the reader, is the first layer."""
    known = seen_by(reader, compound.community)
    layer = known.get(values.get("layer", ""), next(iter(known.values())))
    entrances = list(compounds.entrances_of(compound))
    entrance = next((e for e in entrances if str(e.pk) == values.get("entrance")), None)
    asked = values.get("building")
    building = entrance.building if entrance else next((e.building for e in entrances if str(e.building_id) == asked), None)
    doors = [e for e in entrances if building and e.building_id == building.pk]
    shown = [entrance] if entrance else doors or entrances
    return Asked(layer, known, shown, doors, building, entrance, values.get("choose") == "1")


def _picture(request: Request, compound: Compound, asked: Asked, home: Dwelling | None) -> dict[str, Any]:
    homes = compounds.homes_of(compound, asked.building, asked.entrance)
    houses = compounds.houses(asked.entrances, homes)
    states = asked.layer.states(homes)
    total = sum(len(house.homes()) for house in houses)
    full = may_in(request.user, Permission.RESIDENT_NAME, compound.community)
    drawing = Drawing(
        layer=asked.layer,
        states=states,
        query=escape(asked.here),
        zoom=escape(asked.query()),
        chosen=home.pk if home else None,
        choosing=asked.choosing,
        notes=compound_homes.notes(homes, full=full) if asked.entrance else None,
    )
    return {
        "compound": compound,
        "asked": asked,
        "layers": asked.layers.values(),
        "legend": compounds.counts(asked.layer, states, total),
        "total": total,
        "rest": total - len(states),
        "houses": [drawn(house, drawing) for house in houses] if total else [],
    }


def _home(request: Request, compound: Compound, shown: Asked) -> Dwelling | None:
    """The home whose panel is open; one of another compound is not there."""
    asked = request.GET.get("home", "")
    if not (asked.isascii() and asked.isdecimal() and len(asked) < 16):
        return None
    rows = compounds.homes_of(compound).select_related("entrance__building__compound", "community__subdistrict")
    rows = rows.annotate(**facts(shown.layers))
    return get_object_or_404(rows, pk=int(asked))


def _panel(request: Request, home: Dwelling | None, asked: Asked) -> dict[str, Any]:
    """What stands beside the picture: who lives there and what each layer says of the home."""
    if home is None:
        return {"home": None}
    full = may_in(request.user, Permission.RESIDENT_NAME, home.community)
    people = compound_homes.people(home, full=full)
    return {"home": home, "full": full, "people": people, "said": compound_homes.said(home, people, asked.layers.values())}
