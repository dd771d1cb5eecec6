"""What has to hold after every transaction, asked of the tables alone and not by Heed's own queries."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

Facts = Mapping[str, Sequence[Mapping[str, Any]]]
"""What the tables do not tell. `hurries`: from when on an alert (None: any) may go on before its level's time is over.
`starts`: the place at which an epoch begins, if not at the first. `waits`: before which moment an answered alert is
not open again."""


def broken(session: Session, facts: Facts) -> list[str]:
    """Each promise that does not hold now, with the alert and what is wrong; no line when all is well."""
    rows = session.execute(_BROKEN, {name: json.dumps(list(known)) for name, known in facts.items()})
    return [f"{row.promise}: alert {row.alert_id}: {row.detail}" for row in rows]


_FACTS = """
WITH present AS (SELECT heed_now() AS now),
hurries AS (SELECT * FROM jsonb_to_recordset(CAST(:hurries AS jsonb)) AS each(alert_id bigint, at timestamptz)),
starts AS (SELECT * FROM jsonb_to_recordset(CAST(:starts AS jsonb)) AS each(alert_id bigint, epoch int, place int)),
waits AS (
    SELECT * FROM jsonb_to_recordset(CAST(:waits AS jsonb)) AS each(alert_id bigint, epoch int, until timestamptz)),
sizes AS (
    SELECT id AS alert_id, jsonb_array_length(plan -> 'levels') AS levels, CAST(plan ->> 'laps' AS int) AS laps
    FROM alerts),
timeouts AS (
    SELECT a.id AS alert_id, CAST(number AS int) AS level,
           make_interval(secs => CAST(one ->> 'timeout_s' AS float)) AS timeout
    FROM alerts a, jsonb_array_elements(a.plan -> 'levels') WITH ORDINALITY AS each(one, number)),
taken AS (
    SELECT s.alert_id, s.epoch, s.tries, s.lap, s.level, s.executed_at, s.outcome,
           CASE WHEN s.level = 0 THEN z.laps * z.levels + 1 ELSE (s.lap - 1) * z.levels + s.level END AS place
    FROM steps s JOIN alerts a ON a.id = s.alert_id JOIN sizes z ON z.alert_id = s.alert_id
    WHERE (s.level > 0 OR s.outcome = 'exhausted') AND s.executed_at IS NOT NULL
          AND (s.epoch = a.epoch OR s.epoch = a.epoch - 1 AND a.status IN ('resolved', 'false_positive'))),
ordered AS (
    SELECT *, lag(place) OVER each AS place_before, lag(executed_at) OVER each AS time_before,
           tries = min(tries) OVER (PARTITION BY alert_id, epoch) AS is_first_try
    FROM taken WINDOW each AS (PARTITION BY alert_id, epoch, tries ORDER BY place)),
paged AS (
    SELECT taken.*, lag(taken.executed_at) OVER each AS time_before, lag(t.timeout) OVER each AS timeout_before
    FROM taken LEFT JOIN timeouts t ON t.alert_id = taken.alert_id AND t.level = taken.level
    WHERE outcome LIKE 'paged %' OR outcome = 'exhausted'
    WINDOW each AS (PARTITION BY taken.alert_id, taken.epoch ORDER BY tries, place)),
waiting AS (SELECT * FROM steps WHERE executed_at IS NULL AND outcome IS NULL)
"""

_OF_ALERTS = """
SELECT 'an open alert waits for something or is exhausted' AS promise, id AS alert_id, 'it is stranded' AS detail
FROM alerts WHERE status = 'open' AND next_step_at IS NULL AND exhausted_at IS NULL
UNION ALL
SELECT 'an exhausted alert waits for nothing', id, CAST(next_step_at AS text)
FROM alerts WHERE status = 'open' AND next_step_at IS NOT NULL AND exhausted_at IS NOT NULL
UNION ALL
SELECT 'a closed alert waits for nothing', id, concat_ws(' ', next_step_at, snoozed_until, silence_id)
FROM alerts WHERE status IN ('resolved', 'false_positive')
                  AND (next_step_at IS NOT NULL OR snoozed_until IS NOT NULL OR silence_id IS NOT NULL)
UNION ALL
SELECT 'a snooze ends', id, concat_ws(' ', status, snoozed_until)
FROM alerts WHERE snoozed_until IS NOT NULL AND (status <> 'acknowledged' OR next_step_at IS NULL)
UNION ALL
SELECT 'an open alert goes on before long', a.id, concat_ws(' ', a.next_step_at, a.silence_id)
FROM alerts a, present
WHERE a.status = 'open' AND a.next_step_at > now + interval '5 minutes'
      AND a.next_step_at > now + (SELECT max(timeout) FROM timeouts t WHERE t.alert_id = a.id)
      AND NOT EXISTS (SELECT FROM silences s WHERE s.ends_at = a.next_step_at AND a.silence_id IS NOT NULL)
UNION ALL
SELECT 'a turn is taken for each alert that a round robin was given', min(a.id), name
FROM alerts a CROSS JOIN jsonb_object_keys(a.picks) AS picked(name)
GROUP BY a.workspace_id, name
HAVING count(*) > (SELECT taken FROM turns t WHERE t.workspace_id = a.workspace_id AND t.key = name)
"""

_OF_STEPS = """
SELECT 'an alert waits for one step at most', alert_id, string_agg(concat_ws('/', epoch, tries, lap, level), ', ')
FROM waiting GROUP BY alert_id HAVING count(*) > 1
UNION ALL
SELECT 'an alert without a next step has none recorded', w.alert_id, concat_ws('/', w.epoch, w.tries, w.lap, w.level)
FROM waiting w JOIN alerts a ON a.id = w.alert_id WHERE a.next_step_at IS NULL
UNION ALL
SELECT 'the coming step is recorded with its time', a.id, concat_ws(' ', a.status, a.next_step_at)
FROM alerts a, present WHERE a.next_step_at > now AND NOT EXISTS (
    SELECT FROM waiting w WHERE w.alert_id = a.id AND w.epoch = a.epoch AND w.due_at = a.next_step_at)
UNION ALL
SELECT 'no step is taken before it is due', alert_id, concat_ws(' ', lap, level, due_at, executed_at)
FROM steps WHERE executed_at < due_at
UNION ALL
SELECT 'each level of each lap comes once and in order', alert_id,
       format('epoch %s, try %s: place %s at %s follows %s at %s', epoch, tries, place, executed_at, place_before,
              time_before)
FROM ordered WHERE place_before IS NOT NULL AND (place <> place_before + 1 OR executed_at < time_before)
UNION ALL
SELECT 'an epoch begins at level 1, a new try at that of its lap or again with the last, unsent one', o.alert_id,
       format('epoch %s, try %s begins at place %s', o.epoch, o.tries, o.place)
FROM ordered o LEFT JOIN starts s ON s.alert_id = o.alert_id AND s.epoch = o.epoch
WHERE o.place_before IS NULL
      AND CASE WHEN o.is_first_try THEN o.place <> coalesce(s.place, 1)
               ELSE o.level <> 1 AND o.place <> (
                   SELECT t.place FROM taken t
                   WHERE t.alert_id = o.alert_id AND t.epoch = o.epoch AND t.tries < o.tries
                   ORDER BY t.tries DESC, t.place DESC LIMIT 1) END
UNION ALL
SELECT 'a level is not reached before the time of the one before is over', p.alert_id,
       format('place %s at %s, the one before at %s', p.place, p.executed_at, p.time_before)
FROM paged p WHERE p.executed_at < p.time_before + p.timeout_before AND NOT EXISTS (
    SELECT FROM hurries h WHERE (h.alert_id IS NULL OR h.alert_id = p.alert_id)
          AND h.at BETWEEN p.time_before - interval '10 seconds' AND p.executed_at + interval '10 seconds')
UNION ALL
SELECT 'an answered alert is not open again before its time', s.alert_id, concat_ws(' ', s.executed_at, w.until)
FROM steps s JOIN waits w ON w.alert_id = s.alert_id AND w.epoch = s.epoch
WHERE s.outcome = 'open again' AND s.executed_at < w.until
UNION ALL
SELECT 'an alert is exhausted only after every level of every lap', a.id, CAST(max(taken.place) AS text)
FROM alerts a JOIN sizes z ON z.alert_id = a.id LEFT JOIN taken ON taken.alert_id = a.id AND taken.epoch = a.epoch
WHERE a.status = 'open' AND a.exhausted_at IS NOT NULL AND z.levels > 0
GROUP BY a.id, z.laps, z.levels HAVING coalesce(max(taken.place), 0) <> z.laps * z.levels + 1
"""

_OF_PAGES = """
SELECT 'nothing is due for an alert that was answered', p.alert_id, concat_ws(' ', a.status, p.id, p.kind, p.result)
FROM pages p JOIN alerts a ON a.id = p.alert_id
WHERE p.state = 'due' AND (a.status IN ('resolved', 'false_positive')
                           OR a.status = 'acknowledged' AND (p.kind <> 'reminder' OR p.epoch <> a.epoch))
UNION ALL
SELECT 'a step pages as many people as it says, each once', s.alert_id, concat_ws(' ', s.lap, s.level, s.outcome)
FROM steps s LEFT JOIN pages p ON p.step_id = s.id WHERE s.outcome LIKE 'paged %'
GROUP BY s.id
HAVING count(p.id) <> CAST(split_part(s.outcome, ' ', 2) AS int) OR count(DISTINCT p.person_id) <> count(p.id)
UNION ALL
SELECT 'a page hangs on a step that was taken', p.alert_id, concat_ws(' ', p.id, p.kind, s.lap, s.level, s.outcome)
FROM pages p JOIN steps s ON s.id = p.step_id WHERE s.executed_at IS NULL
UNION ALL
SELECT 'the same step pages somebody once', p.alert_id, concat_ws(' ', s.epoch, s.tries, s.lap, s.level, p.kind)
FROM pages p JOIN steps s ON s.id = p.step_id
GROUP BY p.alert_id, s.epoch, s.tries, s.lap, s.level, p.person_id, p.kind HAVING count(*) > 1
UNION ALL
SELECT 'a receipt is whole', alert_id, concat_ws(' ', id, state, sent_at, attempt)
FROM pages WHERE (state = 'sent') <> (sent_at IS NOT NULL) OR state IN ('sent', 'failed') AND attempt = 0
"""

_BROKEN = text(_FACTS + " UNION ALL ".join((_OF_ALERTS, _OF_STEPS, _OF_PAGES)))
