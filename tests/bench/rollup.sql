-- The roll-up of a whole city's day as one would write it by hand: group first, add up afterwards, store, leave a trace.
-- What also writes is counted by one process alone: so the numbers are counted first, by as many as the server gives.
CREATE TEMPORARY TABLE bench_counted ON COMMIT DROP AS
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
         coalesce(sum(n) FILTER (WHERE direction = 'in' AND result = 'passed'), 0) AS passages_in,
         coalesce(sum(n) FILTER (WHERE direction = 'out' AND result = 'passed'), 0) AS passages_out,
         coalesce(sum(n) FILTER (WHERE result = 'turned_back'), 0) AS turned_back,
         coalesce(sum(n) FILTER (WHERE fever), 0) AS fever,
         coalesce(sum(n) FILTER (WHERE vehicle AND result = 'passed'), 0) AS vehicles,
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
), ledger AS (
  SELECT community_id, count(*) AS homes FROM residents_dwelling GROUP BY 1
), living AS (
  SELECT community_id, count(*) AS living_in FROM residents_resident
  WHERE lives_in AND came_on <= %(day)s AND (left_on IS NULL OR left_on > %(day)s) GROUP BY 1
), came AS (
  SELECT community_id, count(DISTINCT resident_id) AS returnees FROM residents_residentchange
  WHERE "on" = %(day)s AND (kind = 'returned' OR (kind = 'moved_in' AND from_area <> '')) GROUP BY 1
), walked AS (
  SELECT community_id, count(*) FILTER (WHERE closed_at <= %(as_of)s) AS rounds_done,
         count(*) FILTER (WHERE due_at <= %(as_of)s AND (closed_at IS NULL OR closed_at > %(as_of)s)) AS rounds_missed,
         count(*) FILTER (WHERE kind = 'patrol' AND closed_at <= %(as_of)s) AS patrols
  FROM residents_round WHERE day = %(day)s AND starts_at <= %(as_of)s GROUP BY 1
), stops AS (
  SELECT r.community_id, coalesce(sum(s.quantity) FILTER (WHERE r.kind = 'patrol'), 0) AS persuaded,
         count(*) FILTER (WHERE r.kind = 'disinfection') AS disinfections,
         coalesce(sum(s.quantity) FILTER (WHERE r.kind = 'disinfection'), 0) AS disinfected_m2,
         count(DISTINCT s.done_by_id) FILTER (WHERE r.kind = 'disinfection') AS disinfecting,
         coalesce(sum(s.quantity) FILTER (WHERE r.kind = 'antigen'), 0) AS kits,
         count(*) FILTER (WHERE r.kind = 'rubbish') AS door_services,
         count(*) FILTER (WHERE r.kind = 'wellbeing_call') AS care_calls,
         count(*) FILTER (WHERE r.kind = 'letter') AS letters
  FROM residents_stop s JOIN residents_round r ON r.id = s.round_id
  WHERE r.day = %(day)s AND s.state = 'done' AND s.done_at <= %(as_of)s GROUP BY 1
), swept AS (
  SELECT r.community_id, count(DISTINCT s.dwelling_id) FILTER (WHERE r.day = %(day)s) AS swept_today,
         count(DISTINCT s.dwelling_id) AS swept_so_far
  FROM residents_stop s JOIN residents_round r ON r.id = s.round_id
  WHERE r.kind IN ('sweep', 'phone_sweep') AND r.day <= %(day)s AND s.state = 'done' AND s.done_at <= %(as_of)s GROUP BY 1
), announced AS (
  SELECT community_id, count(*) AS notices FROM residents_notice
  WHERE published_at >= %(start)s AND published_at <= %(until)s GROUP BY 1
), cases AS (
  SELECT community_id,
         count(*) FILTER (WHERE runs AND NOT away AND NOT watched) AS quarantined,
         count(*) FILTER (WHERE started_at >= %(start)s) AS quarantined_new,
         count(*) FILTER (WHERE state = 'released' AND ended_on = %(day)s) AS released,
         count(*) FILTER (WHERE state = 'released' AND ended_on <= %(day)s) AS released_so_far,
         count(*) FILTER (WHERE runs AND NOT away AND watched) AS monitored,
         count(*) FILTER (WHERE runs AND away) AS at_sites,
         count(*) FILTER (WHERE runs AND contact_class = 'close') AS class_close,
         count(*) FILTER (WHERE runs AND contact_class = 'secondary') AS class_secondary,
         count(*) FILTER (WHERE runs AND contact_class = 'positive') AS class_positive
  FROM (
    SELECT q.*, q.ended_on IS NULL OR q.ended_on > %(day)s AS runs,
           coalesce((SELECT t."to" IN ('site', 'clinic', 'hospital') FROM residents_transfer t
             WHERE t.case_id = q.id AND t.arrived_at <= %(until)s ORDER BY t.arrived_at DESC LIMIT 1), false) AS away,
           coalesce((SELECT g.kind IN ('home_monitoring', 'self_monitoring') FROM residents_casestage g
             WHERE g.case_id = q.id AND g.starts_on <= %(day)s AND g.ends_on >= %(day)s
             ORDER BY g.position DESC LIMIT 1), false) AS watched
    FROM residents_quarantinecase q WHERE q.started_at <= %(until)s) c
  GROUP BY 1
), moved AS (
  SELECT q.community_id, count(*) AS transferred
  FROM residents_transfer t JOIN residents_quarantinecase q ON q.id = t.case_id
  WHERE t.departed_at >= %(start)s AND t.departed_at < %(as_of)s AND t."to" <> 'home' GROUP BY 1
), asked AS (
  SELECT e.*, k.code FROM residents_errand e JOIN residents_errandkind k ON k.id = e.kind_id
  WHERE e.requested_at >= %(start)s AND e.requested_at <= %(until)s AND e.merged_into_id IS NULL
), errands AS (
  SELECT community_id, count(*) AS errands_asked,
         count(*) FILTER (WHERE escalated > 0 OR (state IN ({waiting}) AND promised_by < %(as_of)s)
                          OR first_accepted_at > promised_by) AS errands_late,
         round(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM first_accepted_at - requested_at))
           FILTER (WHERE first_accepted_at <= %(until)s) / 60)::int AS errands_minutes_taken
  FROM asked GROUP BY 1
), brought AS (
  SELECT e.id, e.community_id, k.code, e.delivered_at - e.requested_at AS took
  FROM residents_errand e JOIN residents_errandkind k ON k.id = e.kind_id
  WHERE e.delivered_at >= %(start)s AND e.delivered_at <= %(until)s AND e.merged_into_id IS NULL AND e.state IN ({done})
), delivered AS (
  SELECT community_id, count(*) AS errands_done,
         count(*) FILTER (WHERE code = 'medicine') AS errands_medicine,
         count(*) FILTER (WHERE code IN ('groceries', 'infant', 'pet')) AS errands_goods,
         count(*) FILTER (WHERE code IN ('parcel', 'takeaway')) AS errands_parcels,
         count(*) FILTER (WHERE code = 'rubbish') AS errands_rubbish,
         count(*) FILTER (WHERE code = 'medical_trip') AS errands_trips,
         count(*) FILTER (WHERE code = 'gas_bottle') AS errands_gas,
         count(*) FILTER (WHERE code = 'bill_payment') AS errands_bills,
         count(*) FILTER (WHERE code NOT IN ('medicine', 'groceries', 'infant', 'pet', 'rubbish', 'parcel', 'takeaway',
           'gas_bottle', 'medical_trip', 'bill_payment')) AS errands_others,
         round(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM took)) / 60)::int AS errands_minutes_done
  FROM brought GROUP BY 1
), lines AS (
  SELECT b.community_id, count(*) AS portions FROM residents_errandline l JOIN brought b ON b.id = l.errand_id
  WHERE l.state NOT IN ('out_of_stock', 'declined') GROUP BY 1
), goods AS (
  SELECT community_id, count(*) AS deliveries, count(*) FILTER (WHERE dispute <> '') AS deliveries_disputed
  FROM checkpoints_deliverybatch WHERE arrived_at >= %(start)s AND arrived_at <= %(until)s GROUP BY 1
), drops AS (
  SELECT b.community_id, coalesce(sum(d.packages), 0) AS packages_handed_out,
         count(*) FILTER (WHERE d.handed = 'door') AS drops_door
  FROM checkpoints_deliverydrop d JOIN checkpoints_deliverybatch b ON b.id = d.batch_id
  WHERE d.done_at >= %(start)s AND d.done_at <= %(until)s GROUP BY 1
), visits AS (
  SELECT community_id, count(*) AS visits_asked, count(*) FILTER (WHERE answer = 'agreed') AS visits_agreed
  FROM checkpoints_visit WHERE asked_at >= %(start)s AND asked_at <= %(until)s GROUP BY 1
), matters AS (
  SELECT community_id, count(*) FILTER (WHERE kind IN ('problem', 'fault') AND reported_at >= %(start)s) AS problems_new,
         count(*) FILTER (WHERE kind IN ('problem', 'fault') AND state = 'solved' AND ended) AS problems_solved,
         count(*) FILTER (WHERE kind = 'dispute' AND ended) AS mediations,
         count(*) FILTER (WHERE kind IN ({incidents}) AND reported_at >= %(start)s) AS incidents
  FROM (SELECT *, coalesce(ended_at >= %(start)s AND ended_at <= %(until)s, false) AS ended FROM residents_matter) m
  WHERE ended OR (reported_at >= %(start)s AND reported_at <= %(until)s)
  GROUP BY 1
), calls AS (
  SELECT community_id, count(*) AS hotline_calls FROM residents_hotlinecall
  WHERE called_at >= %(start)s AND called_at <= %(until)s GROUP BY 1
), talks AS (
  SELECT community_id, count(*) FILTER (WHERE result = 'agreed') AS talked_round FROM residents_persuasion
  WHERE spoken_at >= %(start)s AND spoken_at <= %(until)s GROUP BY 1
), thanked AS (
  SELECT community_id, count(*) AS praise FROM deployments_commendation WHERE received_on = %(day)s GROUP BY 1
), tasks AS (
  SELECT community_id, count(*) AS tasks_done, count(for_team_id) AS tasks_by_teams FROM residents_task
  WHERE state = 'done' AND ended_at >= %(start)s AND ended_at <= %(until)s GROUP BY 1
), zero AS (
  SELECT {zero} AS figures
)
SELECT c.id AS community_id, (zero.figures || coalesce(to_jsonb(by_hour), '{{}}') || coalesce(to_jsonb(by_person), '{{}}')
          || coalesce(to_jsonb(seconded), '{{}}') || coalesce(to_jsonb(duty), '{{}}')
          || coalesce(to_jsonb(posts), '{{}}') || coalesce(to_jsonb(buildings), '{{}}')
          || coalesce(to_jsonb(entrances), '{{}}') || coalesce(to_jsonb(ledger), '{{}}')
          || coalesce(to_jsonb(living), '{{}}') || coalesce(to_jsonb(came), '{{}}')
          || coalesce(to_jsonb(walked), '{{}}') || coalesce(to_jsonb(stops), '{{}}')
          || coalesce(to_jsonb(swept), '{{}}') || coalesce(to_jsonb(announced), '{{}}')
          || coalesce(to_jsonb(cases), '{{}}') || coalesce(to_jsonb(moved), '{{}}')
          || coalesce(to_jsonb(errands), '{{}}') || coalesce(to_jsonb(goods), '{{}}')
          || coalesce(to_jsonb(delivered), '{{}}') || coalesce(to_jsonb(lines), '{{}}')
          || coalesce(to_jsonb(drops), '{{}}') || coalesce(to_jsonb(visits), '{{}}')
          || coalesce(to_jsonb(matters), '{{}}') || coalesce(to_jsonb(calls), '{{}}')
          || coalesce(to_jsonb(talks), '{{}}') || coalesce(to_jsonb(thanked), '{{}}')
          || coalesce(to_jsonb(tasks), '{{}}')) - 'community_id' AS figures
FROM residents_community c CROSS JOIN zero
LEFT JOIN by_hour ON by_hour.community_id = c.id LEFT JOIN by_person ON by_person.community_id = c.id
LEFT JOIN seconded ON seconded.community_id = c.id LEFT JOIN duty ON duty.community_id = c.id
LEFT JOIN posts ON posts.community_id = c.id LEFT JOIN buildings ON buildings.community_id = c.id
LEFT JOIN entrances ON entrances.community_id = c.id LEFT JOIN ledger ON ledger.community_id = c.id
LEFT JOIN living ON living.community_id = c.id LEFT JOIN came ON came.community_id = c.id
LEFT JOIN walked ON walked.community_id = c.id LEFT JOIN stops ON stops.community_id = c.id
LEFT JOIN swept ON swept.community_id = c.id LEFT JOIN announced ON announced.community_id = c.id
LEFT JOIN cases ON cases.community_id = c.id LEFT JOIN moved ON moved.community_id = c.id
LEFT JOIN errands ON errands.community_id = c.id LEFT JOIN goods ON goods.community_id = c.id
LEFT JOIN delivered ON delivered.community_id = c.id LEFT JOIN lines ON lines.community_id = c.id
LEFT JOIN drops ON drops.community_id = c.id LEFT JOIN visits ON visits.community_id = c.id
LEFT JOIN matters ON matters.community_id = c.id LEFT JOIN calls ON calls.community_id = c.id
LEFT JOIN talks ON talks.community_id = c.id LEFT JOIN thanked ON thanked.community_id = c.id
LEFT JOIN tasks ON tasks.community_id = c.id;
WITH made AS (
  INSERT INTO reports_dailyreport
    (community_id, day, version, state, as_of, due_at, counted, special, rolled_up_at, return_reason)
  SELECT community_id, %(day)s, 1, 'draft', %(as_of)s, %(day)s + interval '17 hours', figures, '', now(), ''
  FROM bench_counted
  RETURNING id, community_id
)
INSERT INTO accounts_event (at, kind, "table", "row", community_id, before, after)
SELECT now(), 'report.rolled_up', 'reports.dailyreport', id, community_id, '{{}}', '{{}}' FROM made
