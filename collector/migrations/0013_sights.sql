-- What statistics over people ask of outputs, packed by bucket of roll-ups: made of facts, as
-- the sums beside it, and replaced with them.
CREATE TABLE rollup_sights (
  project  INTEGER NOT NULL,
  kind     INTEGER NOT NULL,
  bucket   INTEGER NOT NULL,
  first_at INTEGER NOT NULL,  -- the first moment that any output of it is dated
  last_at  INTEGER NOT NULL,  -- the last
  body     BLOB NOT NULL,
  PRIMARY KEY (project, kind, bucket)
) STRICT;

-- How often something of the project was taken out while a bucket was marked: what was read
-- before is not kept after.
ALTER TABLE rollup_marks ADD COLUMN removals INTEGER NOT NULL DEFAULT 0;
