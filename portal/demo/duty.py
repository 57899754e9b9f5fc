"""The demo's duty: posts, a week of shifts behind, today, and tomorrow half planned."""

import datetime as dt
import uuid
from itertools import cycle
from random import Random

from django.utils import timezone

from checkpoints.models import Assignment, Attendance, AttendanceCorrection, GateDevice, Post, Shift
from deployments.models import Cadre, Secondment
from portal.accounts.models import User
from portal.lib.dates import period
from residents.models import Compound

BANDS = {
    "early": (Shift.Kind.DAY, dt.time(6), dt.time(14)),
    "late": (Shift.Kind.EVENING, dt.time(14), dt.time(22)),
    "night": (Shift.Kind.NIGHT, dt.time(22), dt.time(6)),
    "day": (Shift.Kind.DAY, dt.time(8, 30), dt.time(17, 30)),
}
GATE = Post.Kind.CHECKPOINT
# compound, post, kind, {band: people}
POSTS = (
    ("荷风苑", "东门", GATE, {"early": 2, "late": 2, "night": 1}),
    ("荷风苑", "西门", GATE, {"early": 1, "late": 1, "night": 1}),
    ("荷风苑", "值守帐篷", Post.Kind.TENT, {"day": 1}),
    ("春分里", "正门", GATE, {"early": 1, "late": 1, "night": 1}),
    ("榆树公租房", "南门", GATE, {"early": 2, "late": 2, "night": 1}),
    ("榆树公租房", "北门", GATE, {"early": 1, "late": 1}),
    ("榆树公租房", "服务岗", Post.Kind.SERVICE_DESK, {"day": 1}),
    ("石桥里", "大门", GATE, {"early": 1, "late": 1}),
    ("榆林苑", "大门", GATE, {"early": 1, "late": 1}),
    ("北巷楼", "大门", GATE, {"early": 1, "late": 1}),
)
REST = dt.timedelta(hours=8)
DAYS_BACK = 7


def posts(compounds: dict[str, Compound]) -> dict[tuple[str, str], Post]:
    """Create the posts, by compound and name."""
    return {
        (compound, name): Post.objects.create(
            compound=compounds[compound], name=name, kind=kind, crew_required=max(crew.values())
        )
        for compound, name, kind, crew in POSTS
    }


def shifts(places: dict[tuple[str, str], Post], secondments: list[Secondment]) -> None:
    """Create shifts and crews of the past week, today and tomorrow, and the attendance of what has begun."""
    today, chance = timezone.localdate(), Random("shifts")
    pools = _pools(secondments)
    free_from: dict[int, dt.datetime] = {}
    for back in range(DAYS_BACK, -2, -1):
        day = today - dt.timedelta(days=back)
        made = Shift.objects.bulk_create(_shifts_of(day, places, Shift.State.DRAFT if back < 0 else Shift.State.PUBLISHED))
        crew = []
        for shift in made:
            # Of today two places stay empty, of tomorrow many: the board has gaps to show.
            gaps = 1 if back == 0 and shift.kind == Shift.Kind.EVENING and shift.post.name in {"西门", "南门"} else 0
            if back < 0 and chance.random() < 0.6:
                continue
            crew += _crew(shift, pools[shift.post.compound_id], free_from, shift.required - gaps)
        crew = Assignment.objects.bulk_create(crew)
        _attend(crew, chance)


def _pools(secondments: list[Secondment]) -> dict[int, "cycle[Secondment]"]:
    serving: dict[int, list[Secondment]] = {}
    for number, secondment in enumerate(secondments):
        # Two of them are on leave (portal.demo.people.leave).
        if secondment.state == Secondment.State.ON_DUTY and number not in {7, 9}:
            serving.setdefault(secondment.compound_id or 0, []).append(secondment)
    return {compound: cycle(people) for compound, people in serving.items()}


def _shifts_of(day: dt.date, places: dict[tuple[str, str], Post], state: str) -> list[Shift]:
    made = []
    for compound, name, _kind, crew in POSTS:
        for band, required in crew.items():
            kind, starts, ends = BANDS[band]
            starts_at, ends_at = period(day, starts, ends)
            made.append(
                Shift(
                    post=places[compound, name],
                    day=day,
                    kind=kind,
                    starts_at=starts_at,
                    ends_at=ends_at,
                    required=required,
                    state=state,
                )
            )
    return made


def _crew(shift: Shift, pool: "cycle[Secondment]", free_from: dict[int, dt.datetime], wanted: int) -> list[Assignment]:
    crew: list[Assignment] = []
    for _ in range(200):
        if len(crew) == wanted:
            break
        cadre = next(pool).cadre
        if free_from.get(cadre.pk, shift.starts_at) > shift.starts_at:
            continue
        free_from[cadre.pk] = shift.ends_at + REST
        crew.append(
            Assignment(
                shift=shift,
                cadre=cadre,
                seat=len(crew) + 1,
                is_lead=not crew,
                starts_at=shift.starts_at,
                ends_at=shift.ends_at,
                told_at=shift.starts_at - dt.timedelta(hours=16),
            )
        )
    return crew


def _attend(crew: list[Assignment], chance: Random) -> None:
    """Most come some minutes early; some late; a few never."""
    now, rows = timezone.now(), []
    for assignment in crew:
        absent, late = chance.random() < 0.03, chance.random() < 0.08
        offset = chance.randint(6, 25) if late else -chance.randint(1, 20)
        signed_in_at = assignment.starts_at + dt.timedelta(minutes=offset)
        if absent or signed_in_at > now:
            continue
        signed_out_at = assignment.ends_at + dt.timedelta(minutes=chance.choice((0, 1, 3, 5, 12, 40)))
        rows.append(
            Attendance(
                assignment=assignment,
                signed_in_at=signed_in_at,
                sign_in_method=chance.choice((Attendance.Method.SCAN, Attendance.Method.SCAN, Attendance.Method.BUTTON)),
                signed_out_at=signed_out_at if signed_out_at < now else None,
            )
        )
    Attendance.objects.bulk_create(rows)


def correction(asker: User | None) -> None:
    """One cadre of yesterday who forgot to sign out asks for a correction."""
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    served = Attendance.objects.filter(assignment__shift__day=yesterday, signed_out_at__isnull=False)
    forgotten = (
        served.exclude(assignment__cadre__user=asker)
        .exclude(assignment__cadre__user=None)
        .select_related("assignment__cadre__user")
        .order_by("id")[0]
    )
    AttendanceCorrection.objects.create(
        assignment=forgotten.assignment, signed_in_at=forgotten.signed_in_at, signed_out_at=forgotten.assignment.ends_at,
        reason="手机没电，按时下岗，未能签退", asked_by_id=forgotten.assignment.cadre.user_id or 0,
    )  # fmt: skip
    forgotten.signed_out_at = None
    forgotten.save(update_fields=["signed_out_at"])


def stand_now(secondment: Secondment, gate: str) -> None:
    """Put a cadre who signs in to the demo on the shift of this moment at a gate, so that the gate page opens for them."""
    running = Shift.objects.running().filter(post__name=gate, post__compound=secondment.compound).first()
    if running is None:
        return
    cadre = secondment.cadre
    clash = Assignment.objects.filter(
        cadre=cadre, starts_at__lt=running.ends_at + REST, ends_at__gt=running.starts_at - REST
    ).exclude(shift=running)
    Attendance.objects.filter(assignment__in=clash).delete()
    clash.delete()
    first = running.crew.order_by("seat").first()
    if first is None or running.crew.filter(cadre=cadre).exists():
        return
    first.cadre, first.is_lead = cadre, True
    first.save(update_fields=["cadre", "is_lead"])
    Attendance.objects.filter(assignment=first).delete()
    Attendance.objects.create(
        assignment=first, signed_in_at=running.starts_at - dt.timedelta(minutes=12), sign_in_method=Attendance.Method.SCAN
    )


def phones(cadre: Cadre, *, lost_by: User, shut_out_by: User) -> None:
    """The phones at the east gate now: one in order, one whose clock is three hours fast and which waits, one shut out.

    The one shut out is not the cadre's: whoever lost a phone has to ask for the next one, and the demo's cadre is at work.
    """
    shift = Shift.objects.running().filter(post__name="东门", crew__cadre=cadre).first()
    if shift is None or cadre.user is None:
        return
    now = timezone.now()
    for minutes, owner, facts in (
        (1, cadre.user, {}),
        (24, cadre.user, {"skew_seconds": 3 * 60 * 60, "waiting": 6}),
        (95, lost_by, {"revoked_at": now - dt.timedelta(minutes=80), "revoked_by": shut_out_by}),
    ):
        seen_at = now - dt.timedelta(minutes=minutes)
        GateDevice.objects.create(shift=shift, user=owner, key=uuid.uuid4(), seen_at=seen_at, **facts)
