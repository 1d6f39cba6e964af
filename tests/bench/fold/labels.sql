-- The default policy (collector/policies/default.toml), computed by a database: one row an
-- output with its verdict. `signals` is what tests/bench/facts wrote; $as_of is Unix ms.
--
-- Left out, and so done by Tacit alone: which events a reason rests on, what came late, who
-- said it and how far that is trusted, pairs, overrides by model and surface, and the screen.
WITH
moments AS (
  SELECT conversation, output, session, seq, kind, what, share, words, active_ms, after_ms,
         changed, value, similarity, gap_ms, age_s,
         least(received_at, greatest(received_at - age_ms_max,
           CASE WHEN abs(received_at - sent_at) <= 5000 THEN client_at ELSE client_at + received_at - sent_at END)) AS moment
  FROM signals WHERE NOT evaluation
),
-- The one order of an output's signals.
ordered AS (
  SELECT *, row_number() OVER own AS place, first_value(moment) OVER own AS first_at
  FROM moments WINDOW own AS (PARTITION BY output ORDER BY moment, session, seq)
),
started AS (
  SELECT *,
         min(CASE WHEN kind = 'shown' AND moment < first_at + 604800000 THEN place END) OVER all_of AS shown_place,
         coalesce(min(CASE WHEN kind = 'shown' AND moment < first_at + 604800000 THEN moment END) OVER all_of, first_at) + 604800000 AS deadline
  FROM ordered WINDOW all_of AS (PARTITION BY output)
),
-- Looks at accepted text count from the acceptance before them, everything else until the
-- deadline.
watched AS (
  SELECT *, max(CASE WHEN kind IN ('accepted', 'pasted') AND moment < deadline THEN moment END)
              OVER (PARTITION BY output ORDER BY place) AS taken_at
  FROM started
),
counted AS (
  SELECT *,
         kind = 'copied' AND what <> 'code' AS is_text_copy,
         CASE WHEN age_s >= 604800 THEN 6 WHEN age_s >= 86400 THEN 5 WHEN age_s >= 3600 THEN 4
              WHEN age_s >= 600 THEN 3 WHEN age_s >= 120 THEN 2 WHEN age_s >= 30 THEN 1 END AS bucket
  FROM watched
  WHERE CASE WHEN kind = 'survived' THEN taken_at IS NOT NULL AND moment < taken_at + 691200000 ELSE moment < deadline END
),
-- Reading: the longest of each session, added up.
read_by_session AS (
  SELECT output, session, max(active_ms) AS active_ms, max(share) AS read_share
  FROM counted WHERE kind = 'dwell' GROUP BY output, session
),
reading AS (
  SELECT output, sum(active_ms)::BIGINT AS active_ms, max(read_share) AS read_share
  FROM read_by_session GROUP BY output
),
folded AS (
  SELECT output, any_value(conversation) AS conversation, any_value(deadline) AS deadline,
         max(moment) AS last_at,
         max(CASE WHEN kind IN ('accepted', 'pasted') THEN moment END) AS taken_at,
         min(CASE WHEN kind IN ('accepted', 'pasted', 'copied', 'shared', 'downloaded') THEN place END) AS used_place,
         coalesce(max(CASE WHEN place = shown_place THEN words END), 0) AS words,
         -- The longest copy of each way.
         max(CASE WHEN kind = 'copied' AND what = 'selection' THEN share END) AS by_selection,
         max(CASE WHEN kind = 'copied' AND what = 'button' THEN share END) AS by_button,
         max(CASE WHEN kind = 'copied' AND what = 'api' THEN share END) AS by_api,
         bool_or(kind = 'copied' AND what = 'code') AS code,
         bool_or(kind = 'shared') AS shared,
         bool_or(kind = 'downloaded') AS downloaded,
         -- The last look of each age.
         arg_max(share, place) FILTER (kind = 'survived' AND bucket = 3) AS kept_10min,
         arg_max(share, place) FILTER (kind = 'survived' AND bucket = 4) AS kept_1h,
         arg_max(share, place) FILTER (kind = 'survived' AND bucket = 5) AS kept_24h,
         arg_max(share, place) FILTER (kind = 'survived' AND bucket = 6) AS kept_7d,
         -- The last edit, unless it took the others back.
         arg_max({'survival': share, 'changed': changed}, place) FILTER (kind = 'edited') AS edit,
         bool_or(kind = 'converted') AS converted,
         list({'after_ms': after_ms, 'place': place}) FILTER (kind = 'regenerated') AS regenerated,
         bool_or(kind = 'dismissed') AS dismissed,
         bool_or(kind = 'stopped') AS stopped,
         bool_or(kind = 'followed_up' AND what = 'rephrase' AND similarity >= 600 AND gap_ms <= 300000) AS rephrased,
         bool_or(kind = 'followed_up' AND what = 'correction') AS corrected,
         arg_max(value, place) FILTER (kind = 'rated') AS rating,
         bool_or(kind NOT IN ('shown', 'dwell', 'content', 'unknown', 'edited')
                 AND (kind <> 'survived' OR bucket IS NOT NULL)) AS stands
  FROM counted GROUP BY output
),
facts AS (
  SELECT folded.*, reading.read_share, coalesce(active_ms, 0) AS active_ms, active_ms IS NOT NULL AS is_read,
         edit IS NOT NULL AND edit.changed > 0 AS edited
  FROM folded LEFT JOIN reading USING (output)
),
-- Seen, hardly read and left: when the visit is over that the last signal was in.
left_ AS (
  SELECT output, conversation, last_at FROM facts
  WHERE NOT stands AND NOT edited AND is_read AND active_ms >= 1000 AND read_share < 500
),
gaps AS (
  SELECT conversation, moment,
         CASE WHEN moment - lag(moment) OVER (PARTITION BY conversation ORDER BY moment) < 1800000 THEN 0 ELSE 1 END AS begins
  FROM moments WHERE conversation IN (SELECT conversation FROM left_)
),
stretches AS (
  SELECT conversation, moment, sum(begins) OVER (PARTITION BY conversation ORDER BY moment ROWS UNBOUNDED PRECEDING) AS visit
  FROM gaps
),
visits AS (
  SELECT conversation, visit, min(moment) AS from_at, max(moment) AS to_at FROM stretches GROUP BY conversation, visit
),
absences AS (
  SELECT left_.output, max(to_at) + 1800000 AS over_at
  FROM left_ JOIN visits ON visits.conversation = left_.conversation AND last_at BETWEEN from_at AND to_at
  GROUP BY left_.output
),
-- Which rules fire.
fired AS (
  SELECT facts.*, over_at,
         coalesce(kept_10min, kept_1h, kept_24h, kept_7d) >= 500 AS survived_10min,
         coalesce(kept_24h, kept_7d) >= 500 AS survived_24h,
         kept_7d >= 500 AS survived_7d,
         greatest(by_selection, by_button, by_api) >= 500 AS copied_most,
         least(by_selection, by_button, by_api) < 500 AS copied_part,
         edited AND edit.survival >= 700 AS edited_kept,
         edited AND edit.survival >= 300 AND edit.survival < 700 AS edited_partly,
         edited AND edit.survival < 300 AS edited_rewritten,
         len(list_filter(regenerated, lambda one: one.after_ms < 30000 AND greatest(active_ms, one.after_ms) >= 2000
             AND (used_place IS NULL OR used_place > one.place))) > 0 AS regenerated_fast,
         len(list_filter(regenerated, lambda one: one.after_ms BETWEEN 30000 AND 300000
             AND (used_place IS NULL OR used_place > one.place))) > 0 AS regenerated_late,
         len(list_filter(regenerated, lambda one: used_place < one.place)) > 0 AS regenerated_after_use,
         over_at <= $as_of AS abandoned
  FROM facts LEFT JOIN absences USING (output)
),
-- Within a family the strongest of each sign: its rule, its score in thousandths, its weight.
weighed AS (
  SELECT *,
         CASE WHEN survived_10min THEN {'rule': 'accepted_survived_10min', 'score': 4000, 'weight': 8}
              WHEN copied_most THEN {'rule': 'copied_most', 'score': 3000, 'weight': 6}
              WHEN code THEN {'rule': 'copied_code', 'score': 3000, 'weight': 6}
              WHEN shared THEN {'rule': 'shared', 'score': 3000, 'weight': 6}
              WHEN downloaded THEN {'rule': 'downloaded', 'score': 3000, 'weight': 6}
              WHEN copied_part THEN {'rule': 'copied_part', 'score': 2000, 'weight': 5} END AS used,
         CASE WHEN survived_24h THEN {'rule': 'accepted_survived_24h', 'score': 2000, 'weight': 8} END AS day,
         CASE WHEN survived_7d THEN {'rule': 'accepted_survived_7d', 'score': 2000, 'weight': 8} END AS week,
         CASE WHEN edited_kept THEN {'rule': 'edited_kept', 'score': 2000, 'weight': 10}
              WHEN edited_partly THEN {'rule': 'edited_partly', 'score': 0, 'weight': 0}
              WHEN edited_rewritten THEN {'rule': 'edited_rewritten', 'score': -4000, 'weight': 10} END AS by_edit,
         CASE WHEN converted THEN {'rule': 'converted', 'score': 6000, 'weight': 8} END AS outcome,
         CASE WHEN regenerated_fast THEN {'rule': 'regenerated_fast', 'score': -4000, 'weight': 7}
              WHEN dismissed THEN {'rule': 'dismissed', 'score': -3000, 'weight': 6}
              WHEN regenerated_late THEN {'rule': 'regenerated_late', 'score': -2000, 'weight': 5}
              WHEN stopped THEN {'rule': 'stopped_early', 'score': -2000, 'weight': 5}
              WHEN rephrased THEN {'rule': 'rephrased', 'score': -2000, 'weight': 5}
              WHEN corrected THEN {'rule': 'corrected', 'score': -2000, 'weight': 5} END AS redone,
         CASE WHEN regenerated_after_use THEN {'rule': 'regenerated_after_use', 'score': 0, 'weight': 0} END AS variety,
         CASE WHEN rating > 0 THEN {'rule': 'rated_up', 'score': 2000, 'weight': 1}
              WHEN rating < 0 THEN {'rule': 'rated_down', 'score': -2000, 'weight': 1} END AS rated,
         CASE WHEN abandoned THEN {'rule': 'abandoned', 'score': -1000, 'weight': 5} END AS gone,
         greatest(deadline, taken_at + 691200000, over_at) AS matures_at
  FROM fired
),
added AS (
  SELECT *, list_filter([used, day, week, by_edit, outcome, redone, variety, rated, gone], lambda one: one IS NOT NULL) AS items,
         matures_at <= $as_of AS mature
  FROM weighed
),
scored AS (
  SELECT *, coalesce(list_sum(list_transform(items, lambda one: one.score)), 0)::BIGINT AS score,
         len(list_filter(items, lambda one: one.score > 0)) > 0 AND len(list_filter(items, lambda one: one.score < 0)) > 0 AS is_mixed,
         -- Reading scales how sure it is: share of the time that 238 words a minute take.
         CASE WHEN is_read AND words > 0
              THEN 800 + 200 * least(1000, active_ms * 1000 // greatest(1, words * 60000 // 238) * 1000 // 500) // 1000
              ELSE 1000 END AS scale
  FROM added
)
SELECT output, score,
       CASE WHEN score >= 2000 THEN 'positive' WHEN score <= -2000 THEN 'negative' WHEN is_mixed THEN 'conflict'
            WHEN mature THEN 'neutral' ELSE 'pending' END AS state,
       CASE WHEN abs(score) >= 2000
            THEN list_max(list_transform(list_filter(items, lambda one: sign(one.score) = sign(scored.score)), lambda one: one.weight))
            ELSE 0 END AS weight,
       500 + ((round(1000 / (1 + exp(-abs(score) / 1365.0)))::BIGINT - 500) * scale + 500) // 1000 AS confidence,
       mature, matures_at,
       list_sort(list_transform(items, lambda one: one.rule)) AS reasons
FROM scored
