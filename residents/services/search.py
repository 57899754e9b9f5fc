"""Finding a home or a person with one thumb: a part of the name, wjg, 17-3-702, the last four digits of a phone.

Always within communities, and never more than a page: the rows of one community are few whatever the city's size.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import Prefetch, Q

from residents.models import Community, Compound, Dwelling, Resident
from residents.models.households import DwellingQuerySet, ResidentQuerySet

SHOWN = 20
# 17-3-702, 17号楼3单元702室, 17栋702, 17-3, 荷风苑17-3-702.
HOME = re.compile(
    r"(?P<compound>[\u3400-\u9fff]*?)"
    r"(?P<building>\d{1,5}[A-Z]?|[A-Z]\d{0,4})(?P<mark>号?[楼栋幢座]|号|[-/#])"
    r"(?:(?P<entrance>[0-9A-Z]{1,4})(?:单元|门洞|门|[-/]))?"
    r"(?P<room>[^-/\s]{1,12})?"
)
LETTERS = re.compile(r"[A-Z]{1,20}")
UNREADABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
DIGITS = re.compile(r"\d{3,11}")


@dataclass(frozen=True)
class Found:
    """What was found, and whether there is more."""

    residents: list[Any]
    dwellings: list[Any]
    more: bool = False


def find(communities: Any, text: str, *, most: int = SHOWN) -> Found:
    """People and homes of these communities that a few characters can mean."""
    asked = _normal(text)
    if not asked:
        return Found([], [])
    keys = list(communities.values_list("pk", flat=True))
    people = _first(_people(keys, asked), most + 1)
    homes = _first(with_people(_homes(keys, asked)), most + 1)
    return Found(people[:most], homes[:most], len(people) > most or len(homes) > most)


def _first(rows: Any, most: int) -> list[Any]:
    # To write the statement of what cannot be meant takes longer than most answers.
    return [] if rows.query.is_empty() else list(rows[:most])


def meant(communities: Any, text: str) -> ResidentQuerySet:
    """People whom a few characters can mean, by themselves or by their home; none where nothing is asked."""
    asked = _normal(text)
    if not asked:
        return Resident.objects.none()
    keys = list(communities.values_list("pk", flat=True))
    people = _people(keys, asked).order_by().values("pk")
    homes = _homes(keys, asked).order_by().values("pk")
    return Resident.objects.registered().filter(Q(pk__in=people) | Q(dwelling__in=homes), community__in=keys)


def home_of(community: Community, text: str, *, compound: Compound | None = None) -> Dwelling | None:
    """The one home a text names in full; None where it names none or several, or stands in another compound."""
    said = HOME.fullmatch(_normal(text))
    if said is None or not said["room"]:
        return None
    found = _exactly(Dwelling.objects.filter(community=community), said)
    if compound is None:
        found = _of_compound(found, said)
    elif _is_of(said["compound"], compound.name):
        found = found.filter(entrance__building__compound=compound)
    else:
        return None
    rows = list(found.select_related("entrance__building")[:2])
    return rows[0] if len(rows) == 1 else None


@lru_cache(maxsize=4096)
def parts(text: str) -> tuple[str, str, str] | None:
    """Building, entrance and room of a home that is written in full; a building without entrances has number 0.

    Which compound is written with it is not asked: where homes of one compound are meant, `parts_of` is.
    """
    said = HOME.fullmatch(_normal(text))
    if said is None or not said["room"]:
        return None
    return said["building"].lstrip("0"), (said["entrance"] or "0").lstrip("0") or "0", _room(said["room"])


@lru_cache(maxsize=4096)
def parts_of(compound: str, text: str) -> tuple[str, str, str] | None:
    """The parts of a home of the compound of this name; none where the text names another place, or nobody knows which."""
    said = HOME.fullmatch(_normal(text))
    return parts(text) if said and _is_of(said["compound"], compound) else None


def _is_of(written: str, name: str) -> bool:
    """Whether a home that is written with these words before it stands in the compound of this name."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", name)).upper().removesuffix("小区")
    return written.removesuffix("小区") in ("", plain)


def _room(written: str) -> str:
    return re.sub(r"(?<=[0-9A-Z])[室号房]$", "", written)


def with_people(dwellings: DwellingQuerySet) -> DwellingQuerySet:
    """The same homes, each with its `people`."""
    people = Resident.objects.registered().order_by("id")
    rows = dwellings.select_related("community", "entrance__building__compound").in_place_order()
    return rows.prefetch_related(Prefetch("residents", people, to_attr="people"))


def _normal(text: str) -> str:
    found = UNREADABLE.sub("", unicodedata.normalize("NFKC", text[:200])).strip().upper()[:60]
    close = re.sub(r"\s", "", found)
    return close if HOME.fullmatch(close) else found


def _people(keys: list[int], asked: str) -> ResidentQuerySet:
    rows = Resident.objects.registered().filter(community__in=keys)
    rows = rows.select_related("community", "dwelling__entrance__building__compound").order_by("dwelling_id", "id")
    if LETTERS.fullmatch(asked):
        return rows.filter(Q(initials__contains=f" {asked.lower()}") | Q(name__icontains=asked))
    if DIGITS.fullmatch(asked):
        return rows.filter(phone__endswith=asked) if len(asked) >= 4 else rows.none()
    if HOME.fullmatch(asked):
        return rows.none()
    # An ethnic name may be typed in capitals or small letters.
    return rows.filter(name__icontains=asked) if asked.isascii() else rows.filter(name__contains=asked)


def _homes(keys: list[int], asked: str) -> DwellingQuerySet:
    rows = Dwelling.objects.filter(community__in=keys)
    if DIGITS.fullmatch(asked):
        return rows.filter(room_no=asked) if len(asked) <= 5 else rows.none()
    if (said := HOME.fullmatch(asked)) is None:
        return rows.none()
    rows = _of_compound(rows, said)
    # Said once more of the building: its number is looked for in these communities and not in the whole city.
    rows = rows.filter(entrance__building__compound__community__in=keys)
    if said["entrance"] or not said["room"] or len(said["room"]) > 2:
        return _exactly(rows, said)
    # 17-3 is an entrance, or the third room of a building without entrances.
    end = Q(entrance__number=said["room"]) | Q(entrance__number="0", room_no=said["room"])
    return _of_building(rows, said).filter(end)


def _exactly(rows: DwellingQuerySet, said: "re.Match[str]") -> DwellingQuerySet:
    rows = _of_building(rows, said)
    if said["entrance"]:
        rows = rows.filter(entrance__number=said["entrance"].lstrip("0") or "0")
    if said["room"]:
        rows = rows.filter(room_no=_room(said["room"]))
    return rows


def _of_building(rows: DwellingQuerySet, said: "re.Match[str]") -> DwellingQuerySet:
    return rows.filter(entrance__building__number=said["building"].lstrip("0"))


def _of_compound(rows: DwellingQuerySet, said: "re.Match[str]") -> DwellingQuerySet:
    return rows.filter(entrance__building__compound__name__contains=said["compound"]) if said["compound"] else rows
