"""People of one home at a gate: on which of its passes they go, asked and logged in one step.

For the pages that work without script: a family, and the form of the gate. static/js/gate_passes.js does the same on a phone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from checkpoints.models import EntryPass, Passage, Proof, Shift
from checkpoints.services import entries, pass_cases, pass_rules, pass_uses, pass_words, passages
from portal.accounts.models import User
from portal.lib.errors import Refused
from residents.models import Dwelling
from residents.services.quarantine_exits import Held, held_homes

RANK = (pass_rules.YES, pass_rules.ASK, pass_rules.NO)
# What needs no "I have looked": proofs are ticked one by one, and where no rule is there is nothing to look at.
UNDOUBTED = {"proofs", "no_rule"}


class Word(NamedTuple):
    """What the gate says with a press: looked, seen, or the lead's reason."""

    confirmed: bool = False
    proofs: tuple[str, ...] = ()
    override: str = ""


NOTHING = Word()


class Party(NamedTuple):
    """Who goes on one pass, or on none; by their places among those who go."""

    card: EntryPass | None
    places: list[int]
    answer: pass_rules.Answer

    @property
    def codes(self) -> list[str]:
        """Why, best known first."""
        return [str(why["code"]) for why in self.answer["why"]]


@dataclass(frozen=True)
class Asked:
    """The answer for people who go out together."""

    parties: list[Party]
    word: Word

    @property
    def worst(self) -> Party:
        """Who is kept by most; it is said of all."""
        return max(self.parties, key=lambda party: RANK.index(party.answer["answer"]))

    @property
    def alone(self) -> bool:
        """One word holds for all of them."""
        return len(self.parties) == 1

    @property
    def free(self) -> bool:
        """Nobody needs a pass here: there is nothing to say."""
        return self.worst.codes == ["free"]

    @property
    def said(self) -> pass_words.Said:
        return pass_words.said(self.worst.answer)

    @property
    def ticks(self) -> list[tuple[str, str, bool]]:
        """The proofs to look at, and whether each was seen."""
        seen = [proof for proof in self.word.proofs if proof in Proof.values]
        wanted = [*seen, *(proof for proof in self.worst.answer["look"] if proof not in seen)] if self.alone else []
        return [(proof, str(Proof(proof).label), proof in seen) for proof in wanted]

    @property
    def doubts(self) -> bool:
        """Something only a person can see is left."""
        return self.alone and self.worst.answer["answer"] == pass_rules.ASK and bool(set(self.worst.codes) - UNDOUBTED)

    @property
    def forbids(self) -> bool:
        """Only the lead lets them go, with a reason."""
        return self.alone and self.worst.answer["answer"] == pass_rules.NO

    @property
    def stops(self) -> bool:
        """Whether nobody goes, as far as the word goes that was given."""
        if self.worst.answer["answer"] == pass_rules.YES:
            return False
        if not self.alone:
            return True
        if self.forbids:
            return not self.word.override
        return bool(self.worst.answer["look"]) or (self.doubts and not self.word.confirmed)


class Stopped(Refused):
    """The rule keeps them; `asked` says why, and what would make it yes."""

    def __init__(self, asked: Asked) -> None:
        super().__init__(pass_words.told(asked.said))
        self.asked = asked


@transaction.atomic
def log(
    *, dwelling: Dwelling, rows: Sequence[Mapping[str, Any]], word: Word, shift: Shift, fever_limit: Decimal, by: User
) -> list[passages.Answer]:
    """Log residents of one home who pass together, with the pass they go on; raises Stopped where its rule keeps them.

    `rows` are as a phone sends them, all one way, `resident` the key where it is known. Sent again, they spend no second trip.
    """
    # Whoever lets somebody out with a pass of this home waits here, before anything is looked at.
    Dwelling.objects.select_for_update(no_key=True).get(pk=dwelling.pk)
    known = passages.stored(shift, rows)
    done = {UUID(answer.id) for answer in known}
    fresh = [row for row in rows if not done or UUID(row["id"]) not in done]
    answers, _totals = passages.store_many(shift=shift, rows=fresh, fever_limit=fever_limit, by=by)
    logged = _logged(fresh, answers)
    if logged and rows[0]["direction"] == Passage.Direction.OUT:
        _leave(dwelling, logged, word=word, shift=shift, by=by)
    elif logged:
        _return(dwelling, logged, shift=shift, by=by)
    return [*known, *answers]


def ask(shift: Shift, dwelling: Dwelling, who: Sequence[int | None], word: Word = NOTHING) -> Asked:
    """May they go out together now? `who` names each by key, where it is known."""
    at = timezone.now()
    held = held_homes([dwelling.pk], at).get(dwelling.pk, Held())
    named = {key for key in who if key}
    cards = [card for card in _cards(shift, dwelling) if not card.resident_id or not named or card.resident_id in named]
    ground = pass_cases.Ground([shift.post.compound], at)
    found = pass_cases.cases(cards, at, ground=ground, held={dwelling.pk: held}) if cards else {}

    def judged(card: EntryPass | None, places: Sequence[int]) -> Party:
        case = found[card.pk] if card else pass_cases.without_pass(dwelling, None, at, ground=ground, held=held)
        if not card or not card.resident_id:
            case = {**case, "quarantine": held.worst(who[place] for place in places)}
        facts = {"compound": shift.post.compound_id, "persons": len(places), "proofs": list(word.proofs)}
        return Party(card, list(places), pass_rules.judge({**case, **facts}))

    everybody = range(len(who))
    best = min(cards, key=lambda card: RANK.index(judged(card, everybody).answer["answer"]), default=None)
    if best is None or not best.resident_id:
        return Asked([judged(best, everybody)], word)
    own = _own(cards, best, who)
    rest = [place for place in everybody if place not in own]
    parties = [judged(card, [place]) for place, card in own.items()]
    return Asked([*parties, *([judged(None, rest)] if rest else [])], word)


def _own(cards: Sequence[EntryPass], best: EntryPass, who: Sequence[int | None]) -> dict[int, EntryPass]:
    """Each on their own pass, by place; where nobody is named, one goes on the best."""
    of = {card.resident_id: card for card in reversed(cards)} | {best.resident_id: best}
    return {place: of[key] for place, key in enumerate(who) if key and key in of} or {0: best}


def _cards(shift: Shift, dwelling: Dwelling) -> list[EntryPass]:
    """What a phone takes along of a home: the passes of those who live there."""
    rows = EntryPass.objects.filter(dwelling=dwelling, compound=shift.post.compound_id)
    rows = rows.exclude(state=EntryPass.State.VOIDED).select_related(*pass_cases.RELATED).order_by("number")
    return [card for card in rows if not card.is_outsiders]


Logged = list[tuple[Passage, int | None]]


def _logged(rows: Sequence[Mapping[str, Any]], answers: Sequence[passages.Answer]) -> Logged:
    """What was stored now and passed, in the order of the rows, and whom each is about; who is held spends nothing."""
    told = {
        UUID(answer.id): row
        for answer, row in zip(answers, rows, strict=True)
        if (answer.status, answer.result) == (passages.STORED, Passage.Result.PASSED)
    }
    stored = Passage.objects.in_bulk(list(told))
    return [(stored[pk], row.get("resident") or stored[pk].resident_id) for pk, row in told.items()]


def _leave(dwelling: Dwelling, logged: Logged, *, word: Word, shift: Shift, by: User) -> None:
    asked = ask(shift, dwelling, [who for _passage, who in logged], word)
    if asked.stops:
        raise Stopped(asked)
    if asked.forbids:
        pass_uses.expect_lead(by, shift)
    override = word.override if asked.forbids else ""
    for party in asked.parties:
        went = [logged[place][0] for place in party.places]
        if party.card:
            # One trip of the pass, however many go on it: it hangs on the first.
            pass_uses.record(
                party.card, went[0], found=pass_uses.found_by(party.answer), persons=len(went), proofs=word.proofs,
                override=override, by=by,
            )  # fmt: skip
        elif override:
            entries.let_go([(passage, party.codes[0], override) for passage in went], shift=shift, by=by)


def _return(dwelling: Dwelling, logged: Logged, *, shift: Shift, by: User) -> None:
    """Whoever comes back does so with the pass that is outside: their own, else that of the home."""
    cards = _cards(shift, dwelling)
    states = pass_cases.states(cards, timezone.now())
    outside = [card for card in cards if states[card.pk] in {"out", "overdue"}]
    own = {card.resident_id: card for card in outside if card.resident_id}
    found = [(passage, own.pop(who)) for passage, who in logged if who in own]
    shared = [card for card in outside if not card.resident_id]
    first = logged[0][0]
    if shared and all(passage is not first for passage, _card in found):
        found.append((first, shared[0]))
    for passage, card in found:
        pass_uses.record(card, passage, found="", persons=1, proofs=(), override="", by=by)
