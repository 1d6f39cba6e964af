-- Sums of labels, for whoever asks for figures: made of facts, and made again at any time.
--
-- Groups are kept together in buckets of 512 by number: conversations (kind 0), and outputs
-- that are in none (kind 1).

-- Buckets whose facts changed since they were added up, the longest waiting first.
CREATE TABLE rollup_marks (
  mark    INTEGER PRIMARY KEY,
  project INTEGER NOT NULL,
  kind    INTEGER NOT NULL,
  bucket  INTEGER NOT NULL,
  changes INTEGER NOT NULL,  -- how often, so that a change meanwhile is noticed
  UNIQUE (project, kind, bucket)
) STRICT;

-- Buckets as they were last added up; none of those that hold nothing.
CREATE TABLE rollup_buckets (
  project    INTEGER NOT NULL,
  kind       INTEGER NOT NULL,
  bucket     INTEGER NOT NULL,
  version    TEXT NOT NULL,     -- shape, code and policy
  as_of      INTEGER NOT NULL,
  changes_at INTEGER,           -- when time alone changes a label of it
  PRIMARY KEY (project, kind, bucket)
) STRICT, WITHOUT ROWID;
CREATE INDEX rollup_buckets_by_change ON rollup_buckets (changes_at)
  WHERE changes_at IS NOT NULL;

-- The sums of a bucket by day, model, prompt version and trust; replaced all at once.
CREATE TABLE rollups (
  project        INTEGER NOT NULL,
  kind           INTEGER NOT NULL,
  bucket         INTEGER NOT NULL,
  part           INTEGER NOT NULL,
  day            INTEGER,   -- UTC, from 1 January 1970
  model          TEXT,
  prompt_version TEXT,
  trust          INTEGER NOT NULL,
  cell           BLOB NOT NULL,
  PRIMARY KEY (project, kind, bucket, part)
) STRICT;

-- Whom the screen left out of them, as a hash, and when it looked.
CREATE TABLE rollup_screens (
  project   INTEGER PRIMARY KEY,
  found     TEXT NOT NULL,
  looked_at INTEGER NOT NULL
) STRICT;

-- Whoever writes into this says that something of an output changed: the buckets of all
-- groups it may be in are marked. Those are the conversations where any id of it was said
-- to be, or that of an output that stands for itself.
CREATE VIEW rollup_touch AS SELECT 0 AS project, 0 AS output;
CREATE TRIGGER rollup_touched INSTEAD OF INSERT ON rollup_touch BEGIN
  INSERT INTO rollup_marks (project, kind, bucket, changes)
    SELECT NEW.project, 0, conversation >> 9, 1
    FROM (SELECT NEW.output AS own
          UNION ALL
          SELECT output FROM aliases WHERE project = NEW.project AND alias = NEW.output
          UNION ALL
          SELECT alias FROM aliases WHERE project = NEW.project AND output = NEW.output
          UNION ALL
          SELECT other.alias
          FROM aliases AS this CROSS JOIN aliases AS other
            ON other.project = NEW.project AND other.output = this.output
          WHERE this.project = NEW.project AND this.alias = NEW.output)
      CROSS JOIN placements ON placements.project = NEW.project AND placements.output = own
    WHERE TRUE
    ON CONFLICT DO UPDATE SET changes = changes + 1;
  INSERT INTO rollup_marks (project, kind, bucket, changes)
    SELECT NEW.project, 1, own >> 9, 1
    FROM (SELECT NEW.output AS own
          UNION ALL
          SELECT output FROM aliases WHERE project = NEW.project AND alias = NEW.output)
    WHERE NOT EXISTS (SELECT 1 FROM placements
                      WHERE placements.project = NEW.project AND placements.output = own)
    ON CONFLICT DO UPDATE SET changes = changes + 1;
END;

-- The same of an output that may have stood for itself until now.
CREATE VIEW rollup_move AS SELECT 0 AS project, 0 AS output;
CREATE TRIGGER rollup_moved INSTEAD OF INSERT ON rollup_move BEGIN
  INSERT INTO rollup_marks (project, kind, bucket, changes)
    VALUES (NEW.project, 1, NEW.output >> 9, 1)
    ON CONFLICT DO UPDATE SET changes = changes + 1;
  INSERT INTO rollup_touch VALUES (NEW.project, NEW.output);
END;

-- Of chunks and placements that come, whoever writes them says so himself: once for
-- everything in a transaction.
CREATE TRIGGER rollup_chunk_changed AFTER UPDATE ON chunks BEGIN
  INSERT INTO rollup_touch VALUES (NEW.project, NEW.output);
END;
CREATE TRIGGER rollup_chunk_went AFTER DELETE ON chunks BEGIN
  INSERT INTO rollup_touch VALUES (OLD.project, OLD.output);
END;

CREATE TRIGGER rollup_registration_came AFTER INSERT ON registrations BEGIN
  INSERT INTO rollup_touch VALUES (NEW.project, NEW.output);
END;
CREATE TRIGGER rollup_registration_changed AFTER UPDATE ON registrations BEGIN
  INSERT INTO rollup_touch VALUES (NEW.project, NEW.output);
END;
CREATE TRIGGER rollup_registration_went AFTER DELETE ON registrations BEGIN
  INSERT INTO rollup_touch VALUES (OLD.project, OLD.output);
END;

CREATE TRIGGER rollup_alias_came AFTER INSERT ON aliases BEGIN
  INSERT INTO rollup_move VALUES (NEW.project, NEW.alias);
  INSERT INTO rollup_move VALUES (NEW.project, NEW.output);
END;
CREATE TRIGGER rollup_alias_went AFTER DELETE ON aliases BEGIN
  INSERT INTO rollup_move VALUES (OLD.project, OLD.alias);
  INSERT INTO rollup_move VALUES (OLD.project, OLD.output);
END;

CREATE TRIGGER rollup_placement_went AFTER DELETE ON placements BEGIN
  INSERT INTO rollup_marks (project, kind, bucket, changes)
    VALUES (OLD.project, 0, OLD.conversation >> 9, 1)
    ON CONFLICT DO UPDATE SET changes = changes + 1;
  INSERT INTO rollup_move VALUES (OLD.project, OLD.output);
END;

-- What is here already waits, the newest first.
INSERT INTO rollup_marks (project, kind, bucket, changes)
  SELECT DISTINCT project, 0, conversation >> 9, 1 FROM conversations ORDER BY 3 DESC;
INSERT INTO rollup_marks (project, kind, bucket, changes)
  SELECT DISTINCT project, 1, output >> 9, 1 FROM outputs ORDER BY 3 DESC;
