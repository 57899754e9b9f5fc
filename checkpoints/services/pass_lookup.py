"""From what the guard scans, types or is told to a pass: a code, an ID number, a pass number, a room, a spoken name."""

import datetime as dt
import re
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from checkpoints.models import EntryPass, Shift
from checkpoints.services import pass_cases, pass_codes, pass_rules, pass_words
from portal.lib.crypto import lookup_hash
from residents.models import Community, Compound, Dwelling, Resident
from residents.services import search

MOST = 8
ID_NUMBER = re.compile(r"\d{17}[\dXx]")
NUMBER = re.compile(r"0\d{3,5}")
# Of another community nothing is told but that.
ELSEWHERE = _("This pass belongs to another community. Its gate knows it; here it opens nothing.")


@dataclass(frozen=True)
class Hit:
    """One line of the answer: who, with which pass or none, and what the rule says."""

    said: pass_words.Said
    card: EntryPass | None = None
    home: Dwelling | None = None
    resident: Resident | None = None

    @property
    def compound(self) -> Compound | None:
        """Where the home is: the same room stands in each compound of a community."""
        if self.card:
            return self.card.compound
        return self.home.entrance.building.compound if self.home else None


@dataclass(frozen=True)
class Found:
    """What was found, or why nothing can be."""

    hits: list[Hit]
    problem: str | Promise = ""
    more: bool = False


def look_up(shift: Shift, text: str, *, way: str, at: dt.datetime) -> Found:
    """Everything of this community that the text can mean at the gate of a shift; nothing of any other."""
    asked = text.replace("\x00", "").strip()
    community = shift.post.compound.community
    if pass_codes.looks_like(asked):
        return _by_code(shift, asked, way=way, at=at)
    if ID_NUMBER.fullmatch(asked):
        people = Resident.objects.registered().filter(community=community, id_hash=lookup_hash(asked))
        return _of_people(shift, list(people.select_related("dwelling")), way=way, at=at)
    if NUMBER.fullmatch(asked):
        rows = EntryPass.objects.filter(compound=shift.post.compound_id, number=int(asked))
        return Found(_judged(shift, list(rows.select_related(*pass_cases.RELATED)), way=way, at=at))
    found = search.find(Community.objects.filter(pk=community.pk), asked, most=MOST)
    if found.residents:
        return _here_first(shift, _of_people(shift, found.residents, way=way, at=at, more=found.more))
    return _here_first(shift, _of_homes(shift, found.dwellings, way=way, at=at, more=found.more))


def _here_first(shift: Shift, found: Found) -> Found:
    """Who says a room or a name means this compound; those of the others stand below."""
    return replace(found, hits=sorted(found.hits, key=lambda hit: hit.compound != shift.post.compound))


def _by_code(shift: Shift, text: str, *, way: str, at: dt.datetime) -> Found:
    try:
        pk = pass_codes.read(text)
    except pass_codes.Unreadable as bad:
        return Found([], problem=bad.why)
    card = EntryPass.objects.select_related(*pass_cases.RELATED).filter(pk=pk).first()
    if card is None:
        return Found([], problem=pass_codes.FORGED)
    if card.community_id != shift.post.compound.community_id:
        return Found([], problem=ELSEWHERE)
    return Found(_judged(shift, [card], way=way, at=at))


def _of_people(shift: Shift, people: list[Any], *, way: str, at: dt.datetime, more: bool = False) -> Found:
    """Each person with their own pass, else the household's, else without."""
    passes = _passes({person.dwelling_id for person in people})
    hits = []
    chosen: list[tuple[Any, EntryPass | None]] = []
    for person in people:
        own = [card for card in passes if card.dwelling_id == person.dwelling_id and card.resident_id in {None, person.pk}]
        own.sort(key=lambda card: card.resident_id is None)
        chosen += [(person, card) for card in own] or [(person, None)]
    judged = {hit.card.pk: hit for hit in _judged(shift, [card for _p, card in chosen if card], way=way, at=at) if hit.card}
    for person, card in chosen:
        if card:
            hits.append(Hit(judged[card.pk].said, card, card.dwelling, person))
        else:
            hits.append(_without(shift, person.dwelling, person, way=way, at=at))
    return Found(hits, more=more)


def _of_homes(shift: Shift, homes: list[Any], *, way: str, at: dt.datetime, more: bool = False) -> Found:
    passes = _passes({home.pk for home in homes})
    hits = _judged(shift, passes, way=way, at=at)
    having = {card.dwelling_id for card in passes}
    hits += [_without(shift, home, None, way=way, at=at) for home in homes if home.pk not in having]
    return Found(hits, more=more)


def _passes(homes: set[int]) -> list[EntryPass]:
    """The passes of homes that somebody may hold in their hand: the live, and those that were stopped last."""
    live = EntryPass.objects.live() | EntryPass.objects.filter(state=EntryPass.State.VOIDED, replaced_by=None)
    rows = live.filter(Q(dwelling__in=homes)).select_related(*pass_cases.RELATED).order_by("number")
    good: dict[int | None, bool] = {}
    cards = list(rows)
    for card in cards:
        good[card.dwelling_id] = good.get(card.dwelling_id, False) or card.state != EntryPass.State.VOIDED
    return [card for card in cards if card.state != EntryPass.State.VOIDED or not good[card.dwelling_id]]


def _judged(shift: Shift, cards: list[EntryPass], *, way: str, at: dt.datetime) -> list[Hit]:
    found = pass_cases.cases(cards, at, way=way)
    hits = []
    for card in cards:
        answer = pass_rules.judge({**found[card.pk], "compound": shift.post.compound_id})
        hits.append(Hit(pass_words.said(answer), card, card.dwelling, card.resident))
    return hits


def _without(shift: Shift, home: Any, person: Any, *, way: str, at: dt.datetime) -> Hit:
    answer = pass_rules.judge({**pass_cases.without_pass(home, person.pk if person else None, at), "way": way})
    return Hit(pass_words.said(answer), None, home, person)
