-- Spans on their way to outputs. No facts yet: forgotten once what they say is registered.

CREATE TABLE traces (
  project       INTEGER NOT NULL,
  trace         TEXT NOT NULL,     -- hex
  portions      INTEGER NOT NULL,  -- rows of spans
  bytes         INTEGER NOT NULL,
  last_at       INTEGER NOT NULL,  -- when the last span came
  waiting_since INTEGER,           -- when the first came that is not registered
  due_at        INTEGER,           -- when to register what they say; NULL once it is
  PRIMARY KEY (project, trace)
) STRICT, WITHOUT ROWID;
CREATE INDEX traces_by_due ON traces (due_at, project, trace) WHERE due_at IS NOT NULL;
CREATE INDEX traces_by_last ON traces (last_at);

-- The spans of a trace in one request, as JSON.
CREATE TABLE spans (
  project INTEGER NOT NULL,
  trace   TEXT NOT NULL,
  portion INTEGER NOT NULL,
  body    TEXT NOT NULL,
  PRIMARY KEY (project, trace, portion)
) STRICT;
