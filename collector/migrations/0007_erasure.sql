-- People who were erased. Their ids are nowhere: a grave is a code of the hidden id under
-- the project's pepper, which tells who it is of to nobody who has not that id.

CREATE TABLE graves (
  project   INTEGER NOT NULL,
  what      INTEGER NOT NULL,  -- 0 a person, 1 an output
  grave     BLOB NOT NULL,
  job       TEXT NOT NULL,
  buried_at INTEGER NOT NULL,
  PRIMARY KEY (project, what, grave)
) STRICT, WITHOUT ROWID;
CREATE INDEX graves_by_job ON graves (job, what, grave);

-- Erasures that were asked for, and how far each is.
CREATE TABLE erasures (
  job          TEXT PRIMARY KEY,
  project      INTEGER NOT NULL,
  requested_at INTEGER NOT NULL,
  finished_at  INTEGER,
  report       TEXT NOT NULL    -- JSON
) STRICT, WITHOUT ROWID;
CREATE INDEX erasures_open ON erasures (requested_at, job) WHERE finished_at IS NULL;
