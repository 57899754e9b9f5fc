-- The roll-up of a whole city's day as one would write it by hand: group first, add up afterwards, store, leave a trace.
WITH standing AS NOT MATERIALIZED (
  SELECT * FROM checkpoints_passage p
  WHERE day = %(day)s AND happened_at <= %(as_of)s AND NOT is_void
    AND NOT EXISTS (SELECT 1 FROM checkpoints_passage v WHERE v.voids_id = p.id AND v.voids_id IS NOT NULL)
), by_hour AS (
  SELECT community_id, {hours}
  FROM (SELECT community_id, direction, hour, count(*) AS n FROM standing WHERE result = 'passed' GROUP BY 1, 2, 3) g
  GROUP BY 1
), by_person AS (
  SELECT community_id,
         sum(n) FILTER (WHERE direction = 'in' AND result = 'passed') AS passages_in,
         sum(n) FILTER (WHERE direction = 'out' AND result = 'passed') AS passages_out,
         sum(n) FILTER (WHERE result = 'turned_back') AS turned_back,
         sum(n) FILTER (WHERE fever) AS fever,
         sum(n) FILTER (WHERE vehicle AND result = 'passed') AS vehicles,
         {kinds}
  FROM (SELECT community_id, direction, person, result, temperature >= 37.3 AS fever, plate_no <> '' AS vehicle, count(*) AS n
        FROM standing GROUP BY 1, 2, 3, 4, 5, 6) g
  GROUP BY 1
), seconded AS (
  SELECT s.community_id, count(DISTINCT s.cadre_id) FILTER (WHERE c.kind = 'cadre') AS cadres_seconded
  FROM deployments_secondment s JOIN deployments_cadre c ON c.id = s.cadre_id
  WHERE s.starts_on <= %(day)s AND (s.ends_on IS NULL OR s.ends_on >= %(day)s)
    AND s.state IN ('approved', 'on_duty', 'on_leave', 'redeployed', 'recalled', 'completed')
  GROUP BY 1
), crew AS (
  SELECT o.community_id, a.cadre_id, s.post_id, c.kind, a.ends_at, t.signed_in_at, t.signed_out_at,
         coalesce(t.signed_in_at <= %(as_of)s, false) AS signed,
         a.starts_at <= %(as_of)s - interval '30 minutes' AND coalesce(t.signed_in_at > %(as_of)s, true)
           AND NOT EXISTS (SELECT 1 FROM deployments_leave l JOIN deployments_secondment x ON x.id = l.secondment_id
                           WHERE x.cadre_id = a.cadre_id AND l.state = 'approved'
                             AND l.starts_at < a.ends_at AND l.ends_at > a.starts_at) AS missed
  FROM checkpoints_assignment a
  JOIN checkpoints_shift s ON s.id = a.shift_id AND s.day = %(day)s AND s.state = 'published'
  JOIN checkpoints_post p ON p.id = s.post_id
  JOIN residents_compound o ON o.id = p.compound_id
  JOIN deployments_cadre c ON c.id = a.cadre_id
  LEFT JOIN checkpoints_attendance t ON t.assignment_id = a.id
  WHERE a.released_at IS NULL
), duty AS (
  SELECT community_id,
         count(DISTINCT cadre_id) FILTER (WHERE signed AND kind = 'cadre') AS cadres_on_duty,
         count(DISTINCT cadre_id) FILTER (WHERE (signed OR missed) AND kind = 'cadre')
           - count(DISTINCT cadre_id) FILTER (WHERE signed AND kind = 'cadre') AS cadres_absent,
         count(DISTINCT cadre_id) FILTER (WHERE signed AND kind = 'volunteer') AS volunteers_on_duty,
         count(DISTINCT cadre_id) FILTER (WHERE signed) AS people_on_duty,
         count(DISTINCT post_id) FILTER (WHERE signed) AS posts_on_duty,
         coalesce(round(extract(epoch FROM sum(
           greatest(least(coalesce(signed_out_at, ends_at), %(as_of)s), signed_in_at) - signed_in_at
         ) FILTER (WHERE signed)) / 3600), 0)::int AS hours_served
  FROM crew GROUP BY 1
), posts AS (
  SELECT o.community_id, count(*) FILTER (WHERE p.kind = 'checkpoint') AS checkpoints
  FROM checkpoints_post p JOIN residents_compound o ON o.id = p.compound_id
  WHERE (p.closed_on IS NULL OR p.closed_on > %(day)s)
    AND NOT EXISTS (SELECT 1 FROM checkpoints_poststatus s WHERE s.post_id = p.id AND s.status = 'sealed'
                    AND s.starts_on <= %(day)s AND (s.ends_on IS NULL OR s.ends_on >= %(day)s))
  GROUP BY 1
), held AS (
  SELECT r.building_id, r.entrance_id FROM deployments_responsibility r
  WHERE r.starts_on <= %(day)s AND (r.ends_on IS NULL OR r.ends_on >= %(day)s)
    AND (r.cadre_id IS NULL OR EXISTS (
      SELECT 1 FROM deployments_secondment s WHERE s.cadre_id = r.cadre_id AND s.community_id = r.community_id
        AND s.state IN ('approved', 'on_duty', 'on_leave')
        AND s.starts_on <= %(day)s AND (s.ends_on IS NULL OR s.ends_on >= %(day)s)))
), buildings AS (
  SELECT o.community_id, count(*) AS buildings_unanswered
  FROM residents_building b JOIN residents_compound o ON o.id = b.compound_id
  WHERE NOT EXISTS (SELECT 1 FROM held WHERE held.building_id = b.id)
  GROUP BY 1
), entrances AS (
  SELECT o.community_id, count(*) AS entrances_unanswered
  FROM residents_entrance e JOIN residents_building b ON b.id = e.building_id JOIN residents_compound o ON o.id = b.compound_id
  WHERE NOT EXISTS (SELECT 1 FROM held WHERE held.entrance_id = e.id)
    AND NOT EXISTS (SELECT 1 FROM held WHERE held.building_id = b.id)
  GROUP BY 1
), made AS (
  INSERT INTO reports_dailyreport
    (community_id, day, version, state, as_of, due_at, counted, special, rolled_up_at, return_reason)
  SELECT c.id, %(day)s, 1, 'draft', %(as_of)s, %(day)s + interval '17 hours',
         (to_jsonb(by_hour) || to_jsonb(by_person) || to_jsonb(seconded) || to_jsonb(duty) || to_jsonb(posts)
          || to_jsonb(buildings) || to_jsonb(entrances)) - 'community_id', '', now(), ''
  FROM residents_community c
  JOIN by_hour ON by_hour.community_id = c.id JOIN by_person ON by_person.community_id = c.id
  JOIN seconded ON seconded.community_id = c.id JOIN duty ON duty.community_id = c.id
  JOIN posts ON posts.community_id = c.id JOIN buildings ON buildings.community_id = c.id
  JOIN entrances ON entrances.community_id = c.id
  RETURNING id, community_id
)
INSERT INTO accounts_event (at, kind, "table", "row", community_id, before, after)
SELECT now(), 'report.rolled_up', 'reports.dailyreport', id, community_id, '{{}}', '{{}}' FROM made
