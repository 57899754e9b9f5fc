"""Passages of the past, as many as a measurement wants."""

from django.db import connection, transaction

from tests.bench.gate import Gate

# Keys in the order of time, as phones make them.
POSTGRESQL = """
INSERT INTO checkpoints_passage (id, community_id, post_id, shift_id, happened_at, received_at, day, hour, direction, person,
    written_home, written_name, written_phone, temperature, health_code, mask, reason, plate_no, result, result_note, source,
    is_void, logged_by_id)
SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8'
        || substr(md5(n::text), 5, 15))::uuid,
    %(community)s, %(post)s, %(shift)s, at, at, (at AT TIME ZONE 'Asia/Shanghai')::date,
    extract(hour FROM at AT TIME ZONE 'Asia/Shanghai'), CASE n %% 2 WHEN 0 THEN 'in' ELSE 'out' END, 'resident',
    n %% 20 + 1 || '-3-702', '王建国', '1990000' || lpad((n %% 10000)::text, 4, '0'), 36.5,
    'green', true, '买菜', '', 'passed', '',
    'gate', false, %(by)s
FROM generate_series(1, %(rows)s) AS n, LATERAL (SELECT now() - interval '1 day' - (%(rows)s - n) * interval '0.1 s' AS at) AS t
"""
SQLITE = """
INSERT INTO checkpoints_passage (id, community_id, post_id, shift_id, happened_at, received_at, day, hour, direction, person,
    written_home, written_name, written_phone, temperature, health_code, mask, reason, plate_no, result, result_note, source,
    is_void, logged_by_id)
WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < %(rows)s),
    timed AS (
        SELECT n, strftime('%%Y-%%m-%%d %%H:%%M:%%S', 'now', '-1 day', '-' || ((%(rows)s - n) / 10) || ' seconds') AS at
        FROM counted)
SELECT printf('%%012x', unixepoch(at) * 1000) || '7' || printf('%%03x', n %% 4096) || '8' || printf('%%015x', n),
    %(community)s, %(post)s, %(shift)s, at, at, date(at, '+8 hours'), CAST(strftime('%%H', at, '+8 hours') AS INTEGER),
    CASE n %% 2 WHEN 0 THEN 'in' ELSE 'out' END, 'resident', (n %% 20 + 1) || '-3-702', '王建国',
    '1990000' || printf('%%04d', n %% 10000), '36.5', 'green', 1, '买菜', '', 'passed', '', 'gate', 0, %(by)s
FROM timed
"""


def fill(known: Gate, *, rows: int) -> None:
    """Store passages of the last days at one gate."""
    shift = known.shift
    keys = {"community": shift.post.compound.community_id, "post": shift.post_id, "shift": shift.pk, "by": known.user.pk}
    with connection.cursor() as cursor, transaction.atomic():
        if connection.vendor == "postgresql":
            # Of past days nobody asks the totals, and all rows have the same four keys to other tables: neither the sums
            # nor the keys of ten million rows are looked at.
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(POSTGRESQL, {**keys, "rows": rows})
        else:
            cursor.execute(SQLITE, {**keys, "rows": rows})
        cursor.execute("ANALYZE")
