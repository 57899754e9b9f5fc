"""The picture of a compound, drawn by hand: two thousand cells take a template a second and these lines an instant."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from residents.layers import Layer
from residents.services.compounds import Home, House, Stair


@dataclass(frozen=True)
class Drawing:
    """How cells are drawn: the layer and its marks by home, where links lead, and whether cells are ticked instead."""

    layer: Layer
    states: Mapping[int, str]
    # The query of the page without its home, `layer=care&building=3`, ready to be joined.
    query: str
    # The same without building and entrance, for the links that zoom.
    zoom: str
    chosen: int | None = None
    choosing: bool = False
    # A line more in each cell, at the closest zoom.
    notes: Mapping[int, str] | None = None


def drawn(house: House, drawing: Drawing) -> SafeString:
    """One building as a table: entrances across, floors upwards, a cell a home."""
    looks = _looks(drawing)
    rows = (_row(house, floor, drawing, looks) for floor in house.floors)
    return SafeString(f'<table class="p-house">{_head(house, drawing)}<tbody>{"".join(rows)}</tbody></table>')


def _looks(drawing: Drawing) -> dict[str, tuple[str, str, str]]:
    """What is the same in all cells of a mark, made once: class, sign, word with the space before it."""
    rest = ("", "", escape(f" {drawing.layer.rest}".rstrip()))
    found = {
        mark.key: (f"p-tone-{mark.tone}", escape(str(mark.sign)), escape(f" {mark.label}".rstrip()))
        for mark in drawing.layer.marks
    }
    return {"": rest} | found


def _head(house: House, drawing: Drawing) -> str:
    name = escape(str(house.building))
    words = escape(_("%(building)s, floors from the top") % {"building": house.building})
    link = f'<a href="?{drawing.zoom}building={house.building.pk}" title="{words}">{name}</a>'
    doors = "".join(_door(stair, drawing) for stair in house.stairs)
    # Coming nearer is another picture, not a home beside this one.
    return f'<caption data-hx-boost="false">{link}</caption><thead data-hx-boost="false"><tr><td></td>{doors}</tr></thead>'


def _door(stair: Stair, drawing: Drawing) -> str:
    """The head of an entrance: its number, and how many of its homes are marked."""
    quiet = {"", *(mark.key for mark in drawing.layer.marks if mark.tone == "quiet")}
    marked = sum(drawing.states.get(home.pk, "") not in quiet for home in stair.homes())
    label = escape(_door_name(stair))
    count = f" <b>{marked}</b>" if marked else ""
    link = f'<a href="?{drawing.zoom}entrance={stair.entrance.pk}">{label}{count}</a>'
    return f'<th scope="colgroup" colspan="{stair.width}">{link}</th>'


def _door_name(stair: Stair) -> str:
    number = stair.entrance.number
    return _("all") if number == "0" else _("Ent. %(number)s") % {"number": number}


def _row(house: House, floor: int, drawing: Drawing, looks: Mapping[str, tuple[str, str, str]]) -> str:
    stairs = ("".join(_landing(stair, floor, drawing, looks)) for stair in house.stairs)
    # The first cell of each further entrance keeps its distance.
    cells = next(stairs) + "".join(f'<td class="p-next"{cells[3:]}' for cells in stairs)
    return f'<tr><th scope="row">{floor}</th>{cells}</tr>'


def _landing(stair: Stair, floor: int, drawing: Drawing, looks: Mapping[str, tuple[str, str, str]]) -> Iterator[str]:
    """The homes of one entrance on one floor."""
    row = stair.floors.get(floor, ())
    for home in row:
        yield _cell(home, drawing, looks) if home else "<td></td>"
    yield "<td></td>" * (stair.width - len(row))


def _cell(home: Home, drawing: Drawing, looks: Mapping[str, tuple[str, str, str]]) -> str:
    tone, sign, word = looks.get(drawing.states.get(home.pk, ""), looks[""])
    room = escape(home.room)
    said = room + word
    note = drawing.notes.get(home.pk, "") if drawing.notes is not None else ""
    inside = f"{room}<b>{sign}</b>" + (f"<i>{escape(note)}</i>" if note else "")
    if drawing.choosing:
        box = f'<input type="checkbox" name="home" value="{home.pk}" aria-label="{said}">'
        return f'<td><label class="p-home {tone}">{box}{inside}</label></td>'
    here = ' aria-current="true"' if home.pk == drawing.chosen else ""
    return f'<td><a class="p-home {tone}" href="?{drawing.query}home={home.pk}" aria-label="{said}"{here}>{inside}</a></td>'
