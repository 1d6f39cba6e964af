-- Experiments, and who takes part in them. Rows are only ever added.

-- What was declared; never changed: another experiment has another name.
CREATE TABLE experiments (
  number      INTEGER PRIMARY KEY,  -- the order they were declared in
  project     INTEGER NOT NULL,
  experiment  TEXT NOT NULL,        -- its name
  declared_at INTEGER NOT NULL,
  body        TEXT NOT NULL,        -- JSON: all that follows from what was said
  said        TEXT NOT NULL,        -- JSON: what was said, word for word
  UNIQUE (project, experiment)
) STRICT;

-- Which were ended by somebody, and when.
CREATE TABLE experiment_ends (
  project    INTEGER NOT NULL,
  experiment TEXT NOT NULL,
  ended_at   INTEGER NOT NULL,
  PRIMARY KEY (project, experiment)
) STRICT, WITHOUT ROWID;

-- Arms of people, worked out when they are heard of: their raw ids are not kept. An
-- erasure deletes by subject.
CREATE TABLE assignments (
  project     INTEGER NOT NULL,
  subject     INTEGER NOT NULL,
  experiment  TEXT NOT NULL,        -- its name
  arm         TEXT NOT NULL,        -- 'holdout' of who is held out, '' of who is not in the traffic
  received_at INTEGER NOT NULL,     -- known since
  PRIMARY KEY (project, subject, experiment)
) STRICT, WITHOUT ROWID;

-- What the gate said of releases; the last one is shown beside them.
CREATE TABLE verdicts (
  number  INTEGER PRIMARY KEY,     -- the order they were said in
  project INTEGER NOT NULL,
  release TEXT NOT NULL,           -- its id
  verdict TEXT NOT NULL,           -- ship, hold or stop
  as_of   INTEGER NOT NULL,
  policy  TEXT NOT NULL
) STRICT;

CREATE INDEX verdicts_by_release ON verdicts (project, release, number);
