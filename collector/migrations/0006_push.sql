-- Labels that were sent to other systems. Not facts: how far each push has got, moved
-- as the position in the log is.

-- Where labels go.
CREATE TABLE push_targets (
  target  INTEGER PRIMARY KEY,
  project INTEGER NOT NULL,
  name    TEXT NOT NULL,     -- made of kind, address and what labels are called there
  after   TEXT,              -- JSON: the group after which looking goes on
  UNIQUE (project, name)
) STRICT;

-- What was last sent of an output, so that it is not sent again.
CREATE TABLE pushed (
  project   INTEGER NOT NULL,
  target    INTEGER NOT NULL,
  output    INTEGER NOT NULL,
  part      INTEGER NOT NULL,  -- 0 the verdict, 1 the corrected text
  digest    BLOB NOT NULL,     -- of what was settled last, delivered or refused
  delivered BLOB,              -- revision that was delivered last
  sent_at   INTEGER NOT NULL,
  PRIMARY KEY (project, target, output, part)
) STRICT, WITHOUT ROWID;
