"""The roll-up of a city's day against the same figures in SQL written by hand (rollup.sql).

Both sides count the same rows, store one report a community and one audit line each, in one run on one database.
"""

import datetime as dt
import gc
import json
import os
import statistics
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from checkpoints.models import Assignment, Attendance, Post, Shift
from deployments.models import Cadre, Responsibility, Secondment, SendingUnit
from portal.accounts.models import User
from portal.lib.dates import day_bounds, period
from portal.reports.counting import EMPTY
from portal.reports.models import DailyReport
from portal.reports.services import rollups
from residents.models import Building, Community, Compound, District, Entrance, Subdistrict
from residents.models.matters import INCIDENTS
from residents.services.errand_totals import DONE, WAITING
from tests.bench.timing import Line, needs_postgresql, slower

WHAT, AIM = "roll-up of a day against SQL by hand", 1.3
DAY = dt.date(2022, 4, 10)

# Columns that are not named keep the model's own empty values.
PASSAGES = """
INSERT INTO checkpoints_passage
  (id, community_id, post_id, happened_at, received_at, day, hour, direction, person, written_home, written_name, written_phone,
   temperature, health_code, mask, reason, plate_no, result, result_note, source, is_void, logged_by_id)
SELECT gen_random_uuid(), c.community_id, p.id, at, at, %(day)s, extract(hour FROM at AT TIME ZONE 'Asia/Shanghai'),
       (ARRAY['in', 'out'])[1 + n %% 2],
       (ARRAY['resident', 'resident', 'resident', 'visitor', 'courier', 'staff', 'driver'])[1 + n %% 7],
       '17-3-702', '王建国', '', 36 + (n * 7919 %% 140) / 100.0, 'green', true, '',
       CASE WHEN n %% 11 = 0 THEN '鄂A00001' ELSE '' END, CASE WHEN n %% 97 = 0 THEN 'turned_back' ELSE 'passed' END,
       CASE WHEN n %% 97 = 0 THEN '无证' ELSE '' END, 'gate', false, %(user)s
FROM (SELECT n, %(day)s::timestamp AT TIME ZONE 'Asia/Shanghai' + n * interval '1 day' / %(passages)s AS at
      FROM generate_series(0::bigint, %(passages)s - 1) n) rows
JOIN (SELECT id, compound_id, row_number() OVER (ORDER BY id) - 1 AS place FROM checkpoints_post) p
  ON p.place = (n * 48271) %% (SELECT count(*) FROM checkpoints_post)
JOIN residents_compound c ON c.id = p.compound_id
"""
VOIDS = """
INSERT INTO checkpoints_passage
  (id, community_id, post_id, happened_at, received_at, day, hour, direction, person, written_home, written_name, written_phone,
   health_code, reason, plate_no, result, result_note, source, is_void, voids_id, logged_by_id)
SELECT gen_random_uuid(), community_id, post_id, happened_at, received_at, day, hour, direction, person, '', '', '',
       '', '', '', 'passed', '', 'gate', true, id, logged_by_id
FROM checkpoints_passage WHERE id::text < '0042'
"""
SQL = Path(__file__).with_name("rollup.sql")


def run(communities: int = 3495, passages: int = 2_000_000, runs: int = 3) -> list[Line]:
    """Build the data, measure both sides in turn, and see that they agree in every figure."""
    if connection.vendor != "postgresql":
        return [needs_postgresql(WHAT, aim=AIM)]
    # For a quick look: BENCH_COMMUNITIES=100 BENCH_PASSAGES=50000 make bench ARGS=rollup
    communities = int(os.environ.get("BENCH_COMMUNITIES", communities))
    passages = int(os.environ.get("BENCH_PASSAGES", passages))
    build(communities, passages)
    ours, by_hand = [], []
    for _ in range(runs):
        by_hand.append(timed(hand_written))
        expected = stored()
        ours.append(timed(portal))
        assert stored() == expected, "the two sides disagree"
    times = statistics.median(ours), statistics.median(by_hand)
    how = f"{communities} communities, {passages} passages; {times[0]:.1f} s against {times[1]:.1f} s"
    return [slower(WHAT, times, aim=AIM, how=how)]


def build(communities: int, passages: int) -> None:
    """A city's day: places, cadres, shifts, attendance, and passages of which one in a thousand is voided."""
    user, posts = build_places(communities)
    build_duty(posts, user)
    with connection.cursor() as cursor:
        cursor.execute(PASSAGES, {"day": DAY, "passages": passages, "user": user.pk})
        cursor.execute(VOIDS)
        cursor.execute("VACUUM ANALYZE")


def build_places(communities: int) -> tuple[Any, list[Any]]:
    """Communities of 160 subdistricts, one compound each with 10 buildings, 30 entrances and 2 gates."""
    many = lambda model, rows: model.objects.bulk_create(rows, batch_size=5000)  # noqa: E731
    user = User.objects.create(username="bench")
    district = District.objects.create(code="990101", name="区")
    subdistricts = many(
        Subdistrict, [Subdistrict(district=district, code=f"{990101000 + n}", name=f"街道{n}") for n in range(160)]
    )
    places = many(
        Community,
        [
            Community(code=f"{990101001000 + n}", name=f"社区{n}", subdistrict=subdistricts[n % 160], active_from=DAY)
            for n in range(communities)
        ],
    )
    compounds = many(Compound, [Compound(community=place, name="小区") for place in places])
    buildings = many(Building, [Building(compound=c, number=str(n), floors=7) for c in compounds for n in range(10)])
    many(Entrance, [Entrance(building=building, number=str(n)) for building in buildings for n in range(3)])
    many(
        Responsibility,
        [
            Responsibility(community=b.compound.community, role="building_head", building=b, name="甲", starts_on=DAY)
            for b in buildings[::2]
        ],
    )
    return user, many(Post, [Post(compound=compound, name=f"{n}号门") for compound in compounds for n in range(2)])


def build_duty(posts: list[Any], user: Any) -> None:
    """A day shift at every gate with two cadres each, of whom one in ten does not come."""
    many = lambda model, rows: model.objects.bulk_create(rows, batch_size=5000)  # noqa: E731
    starts, ends = period(DAY, dt.time(8, 30), dt.time(17, 30))
    unit = SendingUnit.objects.create(name="单位")
    shifts = many(Shift, [Shift(post=p, day=DAY, starts_at=starts, ends_at=ends, required=2, state="published") for p in posts])
    cadres = many(Cadre, [Cadre(unit=unit, name=f"干部{n}", phone=f"{19900000000 + n}") for n in range(2 * len(posts))])
    many(
        Secondment,
        [
            Secondment(cadre=cadre, community=posts[n // 2].compound.community, starts_on=DAY, state="on_duty")
            for n, cadre in enumerate(cadres)
        ],
    )
    crew = many(
        Assignment,
        [
            Assignment(shift=shifts[n // 2], cadre=cadre, seat=n % 2 + 1, starts_at=starts, ends_at=ends)
            for n, cadre in enumerate(cadres)
        ],
    )
    there = [one for n, one in enumerate(crew) if n % 10]
    many(
        Attendance,
        [Attendance(assignment=one, signed_in_at=starts, sign_in_method="scan", signed_out_at=ends) for one in there],
    )


def timed(work: Callable[[], None]) -> float:
    """Seconds of one go, from an empty table of reports."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE reports_dailyreport, reports_figurecorrection, accounts_event")
    gc.collect()
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def portal() -> None:
    """What the minute task calls at the cut-off."""
    rollups.roll_up(day=DAY, communities=Community.objects.all(), as_of=day_bounds(DAY)[1], by=None)


def hand_written() -> None:
    """The same in one script of SQL."""
    ways, kinds = ("in", "out"), ("resident", "visitor", "courier", "staff", "driver")
    one = "coalesce(sum(n) FILTER (WHERE direction = '{}' AND {}), 0) AS passages_{}_{}".format
    hours = [one(way, f"hour = {hour}", way, f"h{hour:02}") for way in ways for hour in range(24)]
    persons = [one(way, f"person = '{kind}' AND result = 'passed'", way, kind) for way in ways for kind in kinds]
    text = SQL.read_text().format(
        hours=", ".join(hours), kinds=", ".join(persons), zero=f"'{json.dumps(EMPTY)}'::jsonb",
        waiting=_words(WAITING), done=_words(DONE), incidents=_words(INCIDENTS),
    )  # fmt: skip
    start, end = day_bounds(DAY)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(text, {"day": DAY, "as_of": end, "start": start, "until": end - dt.timedelta(microseconds=1)})


def _words(values: Iterable[str]) -> str:
    return ", ".join(f"'{value!s}'" for value in values)


def stored() -> dict[int, dict[str, int | None]]:
    """The figures of every community."""
    return dict(DailyReport.objects.values_list("community_id", "counted"))
