-- Facts and who may read them. Times are Unix ms; the project comes first in every key.

CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE projects (
  project    INTEGER PRIMARY KEY,
  name       TEXT NOT NULL UNIQUE,
  content    TEXT NOT NULL,
  pepper     BLOB NOT NULL,  -- hides subjects
  secret     BLOB NOT NULL,  -- signs tokens
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE keys (
  project    INTEGER NOT NULL REFERENCES projects,
  key        TEXT NOT NULL UNIQUE,  -- its name in lists, no secret
  kind       TEXT NOT NULL,
  text       TEXT UNIQUE,           -- publishable keys only
  digest     BLOB NOT NULL UNIQUE,  -- SHA-256 of the key
  origins    TEXT NOT NULL,         -- JSON array
  created_at INTEGER NOT NULL,
  revoked_at INTEGER,
  PRIMARY KEY (project, key)
) STRICT, WITHOUT ROWID;

-- How far the log is folded in: moved in the transaction that folds.
CREATE TABLE position (
  one     INTEGER PRIMARY KEY CHECK (one = 1),
  segment INTEGER NOT NULL,
  offset  INTEGER NOT NULL
) STRICT;
INSERT INTO position VALUES (1, 0, 0);

-- Where acknowledged events ended, and what was set aside on the way.
CREATE TABLE fates (
  project INTEGER NOT NULL,
  name    TEXT NOT NULL,
  count   INTEGER NOT NULL,
  PRIMARY KEY (project, name)
) STRICT, WITHOUT ROWID;

-- Batches of which nothing was kept; project 0 is nobody.
CREATE TABLE refusals (
  project INTEGER NOT NULL,
  code    TEXT NOT NULL,
  count   INTEGER NOT NULL,
  PRIMARY KEY (project, code)
) STRICT, WITHOUT ROWID;

-- Texts and ids as integers, so that keys stay short.
CREATE TABLE outputs (
  output      INTEGER PRIMARY KEY,
  project     INTEGER NOT NULL,
  id          TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  UNIQUE (project, id)
) STRICT;

CREATE TABLE conversations (
  conversation INTEGER PRIMARY KEY,
  project      INTEGER NOT NULL,
  id           TEXT NOT NULL,
  UNIQUE (project, id)
) STRICT;

CREATE TABLE sessions (
  session INTEGER PRIMARY KEY,
  project INTEGER NOT NULL,
  id      BLOB NOT NULL,
  UNIQUE (project, id)
) STRICT;

CREATE TABLE subjects (
  subject INTEGER PRIMARY KEY,
  project INTEGER NOT NULL,
  kind    INTEGER NOT NULL,
  id      BLOB NOT NULL,
  UNIQUE (project, kind, id)
) STRICT;

CREATE TABLE origins (
  origin  INTEGER PRIMARY KEY,
  project INTEGER NOT NULL,
  lang    TEXT NOT NULL,
  device  TEXT NOT NULL,
  surface TEXT NOT NULL,
  sdk     TEXT NOT NULL,
  UNIQUE (project, lang, device, surface, sdk)
) STRICT;

-- Numbers of a session's events that were received, as ranges: the only deduplication.
CREATE TABLE seen (
  project INTEGER NOT NULL,
  session INTEGER NOT NULL,
  first   INTEGER NOT NULL,
  last    INTEGER NOT NULL,
  PRIMARY KEY (project, session, first)
) STRICT, WITHOUT ROWID;

-- One session's slice of one output in one batch.
CREATE TABLE chunks (
  project     INTEGER NOT NULL,
  output      INTEGER NOT NULL,
  session     INTEGER NOT NULL,
  first_seq   INTEGER NOT NULL,
  quarantined INTEGER NOT NULL,
  subject     INTEGER NOT NULL,
  origin      INTEGER NOT NULL,
  sample      INTEGER NOT NULL,  -- thousandths
  automated   INTEGER NOT NULL,
  signed      INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  sent_at     INTEGER NOT NULL,
  base_at     INTEGER NOT NULL,
  events      BLOB NOT NULL,     -- EventReader::of_output
  PRIMARY KEY (project, output, session, first_seq)
) STRICT, WITHOUT ROWID;

-- Conversations an output was said to be in, and since when that is known.
CREATE TABLE placements (
  project      INTEGER NOT NULL,
  conversation INTEGER NOT NULL,
  output       INTEGER NOT NULL,
  received_at  INTEGER NOT NULL,
  PRIMARY KEY (project, conversation, output)
) STRICT, WITHOUT ROWID;
CREATE INDEX placements_by_output ON placements (project, output, received_at);

-- What servers said about an output; each row only what was new in it.
CREATE TABLE registrations (
  project     INTEGER NOT NULL,
  output      INTEGER NOT NULL,
  ordinal     INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  body        TEXT NOT NULL,
  PRIMARY KEY (project, output, ordinal)
) STRICT, WITHOUT ROWID;

-- Other ids of an output: the first to name one wins.
CREATE TABLE aliases (
  project     INTEGER NOT NULL,
  alias       INTEGER NOT NULL,
  output      INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  PRIMARY KEY (project, alias)
) STRICT, WITHOUT ROWID;
CREATE INDEX aliases_by_output ON aliases (project, output, received_at);
