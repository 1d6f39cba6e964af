-- Data that end.

-- What was received before is gone, by project; only ever moved on.
CREATE TABLE horizons (
  project INTEGER PRIMARY KEY,
  signals INTEGER NOT NULL,
  texts   INTEGER NOT NULL
) STRICT;

-- Expiries, and how far each is.
CREATE TABLE expiries (
  number      INTEGER PRIMARY KEY,  -- the order they were begun in
  asked_at    INTEGER NOT NULL,
  finished_at INTEGER,
  report      TEXT NOT NULL         -- JSON
) STRICT;

-- Sessions of which events are gone that may come again until then: their numbers stay.
CREATE TABLE spent (
  project INTEGER NOT NULL,
  session INTEGER NOT NULL,
  until   INTEGER NOT NULL,
  PRIMARY KEY (project, session)
) STRICT, WITHOUT ROWID;
