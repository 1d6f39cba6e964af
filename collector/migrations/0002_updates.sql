-- What is made of facts again and again: who does it now, what was made, what went
-- live. Rows are only ever added, leases apart.

-- Who may do a thing now; over at `until` at the latest.
CREATE TABLE leases (
  name   TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Datasets and briefs that were made.
CREATE TABLE builds (
  number   INTEGER PRIMARY KEY,   -- the order they were recorded in
  project  INTEGER NOT NULL,
  build    TEXT NOT NULL,         -- made of its inputs; bytes may change by an erasure
  kind     TEXT NOT NULL,
  made_at  INTEGER NOT NULL,
  manifest TEXT NOT NULL,         -- BLAKE3 of the file that names all others
  inputs   TEXT NOT NULL,         -- JSON: what it was made of
  previous TEXT,                  -- the build before it in its schedule
  out      TEXT NOT NULL,         -- where it was written
  UNIQUE (project, build, manifest)
) STRICT;

-- Attempts to make what a schedule says for a period, and how each ended.
CREATE TABLE runs (
  project    INTEGER NOT NULL,
  schedule   TEXT NOT NULL,
  period     TEXT NOT NULL,
  attempt    INTEGER NOT NULL,    -- from 1
  started_at INTEGER NOT NULL,
  as_of      INTEGER NOT NULL,    -- of the first attempt: the others make the same bytes
  inputs     TEXT NOT NULL,       -- JSON
  PRIMARY KEY (project, schedule, period, attempt)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_ends (
  project  INTEGER NOT NULL,
  schedule TEXT NOT NULL,
  period   TEXT NOT NULL,
  attempt  INTEGER NOT NULL,
  ended_at INTEGER NOT NULL,
  build    TEXT,                  -- what was made,
  error    TEXT,                  -- or why nothing was
  PRIMARY KEY (project, schedule, period, attempt)
) STRICT, WITHOUT ROWID;

-- What went live.
CREATE TABLE releases (
  number  INTEGER PRIMARY KEY,    -- the order they were recorded in
  project INTEGER NOT NULL,
  release TEXT NOT NULL,          -- made of all that was said
  body    TEXT NOT NULL,          -- JSON
  UNIQUE (project, release)
) STRICT;
