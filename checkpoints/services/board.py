"""What the assignment board shows of a day; read in a fixed number of statements, then thought about in memory."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from checkpoints.models import Assignment, Post, PostStatus, Shift
from checkpoints.services import availability, suggestions
from checkpoints.services.availability import Facts, Obstacle
from checkpoints.services.board_pool import Person, pool_of
from deployments.models import Cadre, Leave, Responsibility, Secondment
from portal.lib import masks
from portal.lib.dates import moment, week_of
from residents.models import Community, Compound
from residents.services.policies import duty_policy


@dataclass
class Chip:
    """A person on a shift."""

    assignment: Assignment
    conflict: str = ""
    here: bool = False  # signed in and not out
    comes: bool = True  # False: on leave or no longer seconded here, so the place is a gap


@dataclass
class Cell:
    """One shift of a post, with its crew and its gaps."""

    shift: Shift
    chips: list[Chip]
    sealed: bool

    @property
    def missing(self) -> int:
        return 0 if self.shift.is_over else self.empty

    @property
    def missed(self) -> int:
        """Places that stayed empty in a shift that is over: nobody can be put there any more."""
        return self.empty if self.shift.is_over else 0

    @property
    def empty(self) -> int:
        """Places that nobody fills; a sealed post wants nobody."""
        return 0 if self.sealed else max(self.shift.required - self.filled, 0)

    @property
    def filled(self) -> int:
        return sum(chip.comes for chip in self.chips)


@dataclass
class Row:
    """A post, with its shifts in each band of the day."""

    post: Post
    cells: list[list[Cell]]
    missing: int = 0


@dataclass
class Block:
    """A compound, its posts, and who answers for it."""

    compound: Compound
    rows: list[Row]
    responsible: str = ""


@dataclass(frozen=True)
class Band:
    """A column: the shifts that begin in one part of the day."""

    key: str
    label: str
    hours: str
    now: bool


@dataclass
class Board:
    """A day of a community."""

    community: Community
    day: dt.date
    bands: list[Band]
    blocks: list[Block]
    cells: dict[int, Cell]
    pool: list[Person]
    cadres: dict[int, Cadre]
    facts: Facts
    rest_hours: int
    running: list[Cell] = field(default_factory=list)  # begun yesterday, still on

    @property
    def chips(self) -> list[Chip]:
        return [chip for cell in self.cells.values() for chip in cell.chips]

    @property
    def mixed(self) -> bool:
        """Whether some column holds different hours, so that each shift has to say its own."""
        return any(not band.hours for band in self.bands)

    @property
    def conflicts(self) -> list[Chip]:
        return [chip for chip in self.chips if chip.conflict]

    @property
    def gaps(self) -> int:
        return sum(cell.missing for cell in self.cells.values())

    @property
    def missed(self) -> int:
        return sum(cell.missed for cell in self.cells.values())

    @property
    def waiting(self) -> int:
        """How many on this day have not been told yet, though they could be."""
        coming = [chip.assignment for chip in self.chips if chip.comes and not chip.assignment.shift.is_over]
        return sum(1 for stand in coming if stand.told_at is None and stand.cadre.user_id)

    @property
    def drafts(self) -> int:
        return sum(1 for cell in self.cells.values() if cell.shift.state == Shift.State.DRAFT)

    def suggest(self, shift: Shift) -> list[suggestions.Suggestion]:
        """The best people for a gap of this day."""
        crew = self.cells[shift.pk].chips if shift.pk in self.cells else []
        lead = next((chip.assignment.cadre for chip in crew if chip.assignment.is_lead), None)
        return suggestions.suggest(shift, list(self.cadres.values()), self.facts, rest_hours=self.rest_hours, lead=lead)


def board_of(community: Community, day: dt.date, *, full_names: bool) -> Board:
    """Read a day: seven statements, whatever the number of posts, shifts and people."""
    posts = list(Post.objects.within([community]).in_use().with_status(day).select_related("compound"))
    shifts = _shifts(community, day)
    secondments = list(Secondment.objects.within([community]).serving().on(day).select_related("cadre__unit"))
    facts = _facts(secondments, shifts, day)
    if not full_names:
        _mask(secondments, facts)
    cadres = {row.cadre_id: row.cadre for row in secondments}
    rest_hours = duty_policy(community, day).min_rest_hours
    sealed = {post.pk for post in posts if post.status == PostStatus.Status.SEALED}
    cells = {shift.pk: _cell(shift, facts, sealed, rest_hours) for shift in shifts}
    today = {pk: cell for pk, cell in cells.items() if cell.shift.day == day}
    bands = _bands([cell.shift for cell in today.values()])
    placed = {chip.assignment.cadre_id for cell in today.values() for chip in cell.chips}
    free = [cadre for pk, cadre in cadres.items() if pk not in placed]
    return Board(
        community=community,
        day=day,
        bands=bands,
        blocks=_blocks(community, posts, today, bands, full_names=full_names),
        cells=today,
        pool=pool_of(community, day, free, facts, rest_hours),
        cadres=cadres,
        facts=facts,
        rest_hours=rest_hours,
        running=[cell for cell in cells.values() if cell.shift.day != day],
    )


def band_of(shift: Shift) -> str:
    """Early, middle or night, by the hour at which a shift begins."""
    hour = timezone.localtime(shift.starts_at).hour
    if 4 <= hour < 12:
        return "early"
    return "middle" if 12 <= hour < 20 else "night"


def _shifts(community: Community, day: dt.date) -> list[Shift]:
    """The shifts of the day, and those of the night before that still run."""
    now = timezone.now()
    asked = Q(day=day)
    if day == timezone.localdate():
        asked |= Q(starts_at__lte=now, ends_at__gt=now)
    rows = Shift.objects.within([community]).standing().filter(asked)
    return list(rows.select_related("post__compound").order_by("starts_at", "pk"))


def _facts(secondments: list[Secondment], shifts: list[Shift], day: dt.date) -> Facts:
    """Shifts of the week around the day, leaves of the day; of everybody seconded here or standing here."""
    week = [*week_of(day), day - dt.timedelta(days=2), day + dt.timedelta(days=3)]
    starts_at, ends_at = moment(min(week), dt.time.min), moment(max(week) + dt.timedelta(days=1), dt.time.min)
    cadres = [row.cadre_id for row in secondments]
    stands = Assignment.objects.standing().filter(Q(cadre__in=cadres) | Q(shift__in=shifts))
    stands = stands.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).order_by("starts_at", "seat")
    leaves = Leave.objects.filter(state=Leave.State.APPROVED, starts_at__lt=ends_at, ends_at__gt=starts_at)
    return availability.gathered(
        secondments,
        list(leaves.filter(secondment__cadre__in=cadres).select_related("secondment")),
        list(stands.select_related("cadre__unit", "shift__post__compound", "attendance")),
    )


def _mask(secondments: Iterable[Secondment], facts: Facts) -> None:
    """Whoever only supervises reads 王*; done where names enter, so that no sentence can leak one."""
    for row in secondments:
        row.cadre.name = masks.name(row.cadre.name)
    for stands in facts.stands.values():
        for stand in stands:
            stand.cadre.name = masks.name(stand.cadre.name)


def _cell(shift: Shift, facts: Facts, sealed: set[int], rest_hours: int) -> Cell:
    crew = [stand for stands in facts.stands.values() for stand in stands if stand.shift_id == shift.pk]
    cell = Cell(shift, [], sealed=shift.post_id in sealed)
    for stand in sorted(crew, key=lambda stand: stand.seat):
        here = getattr(stand, "attendance", None)
        found = _conflict(stand, shift, facts, rest_hours) if not shift.is_over else None
        text = found.text if found else ""
        if cell.sealed and not shift.is_over:
            text = _("%(post)s is sealed on this day. Take the crew off, or open it.") % {"post": shift.post.name}
        comes = here is not None or not (found and found.keeps_away)
        cell.chips.append(Chip(stand, text, here is not None and here.signed_out_at is None, comes))
    return cell


def _conflict(stand: Assignment, shift: Shift, facts: Facts, rest_hours: int) -> Obstacle | None:
    """What came up after somebody was placed: leave, an ended secondment, a shift that moved."""
    return availability.obstacle(stand.cadre, shift, facts, rest_hours=rest_hours, apart_from=[stand.pk])


def _bands(shifts: list[Shift]) -> list[Band]:
    names = {"early": _("Early"), "middle": _("Middle"), "night": _("Night")}
    now = timezone.now()
    bands = []
    for key, name in names.items():
        own = [shift for shift in shifts if band_of(shift) == key]
        if not own:
            continue
        hours = {shift.hours for shift in own}
        running = any(shift.starts_at <= now < shift.ends_at for shift in own)
        bands.append(Band(key, name, hours.pop() if len(hours) == 1 else "", running))
    return bands


def _blocks(
    community: Community, posts: list[Post], cells: dict[int, Cell], bands: list[Band], *, full_names: bool
) -> list[Block]:
    by_post: dict[int, list[Cell]] = defaultdict(list)
    for cell in cells.values():
        by_post[cell.shift.post_id].append(cell)
    known = {post.pk for post in posts}
    # A post given up since keeps the row of the days on which it had shifts.
    posts = posts + list({c.shift.post_id: c.shift.post for c in cells.values() if c.shift.post_id not in known}.values())
    blocks: dict[int, Block] = {}
    for post in sorted(posts, key=lambda post: (post.compound_id, post.pk)):
        own = by_post[post.pk]
        row = Row(post, [[cell for cell in own if band_of(cell.shift) == band.key] for band in bands])
        row.missing = sum(cell.missing for cell in own)
        blocks.setdefault(post.compound_id, Block(post.compound, [])).rows.append(row)
    _name_responsible(community, blocks, full_names=full_names)
    return list(blocks.values())


def _name_responsible(community: Community, blocks: dict[int, Block], *, full_names: bool) -> None:
    roles = [Responsibility.Role.COMMANDER, Responsibility.Role.STEWARD]
    rows = Responsibility.objects.within([community]).live().filter(compound__in=blocks, role__in=roles)
    # The steward last: whoever answers for everything in the compound is the one to call.
    for row in rows.select_related("cadre").order_by("role", "pk"):
        blocks[row.compound_id].responsible = row.person if full_names else masks.name(row.person)
