-- Registrations hold texts. Without a rowid they lay in the inner pages of the tree as
-- well, a few to a page, which made it so deep that each was read through many pages.

ALTER TABLE registrations RENAME TO registrations_2;

CREATE TABLE registrations (
  project     INTEGER NOT NULL,
  output      INTEGER NOT NULL,
  ordinal     INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  body        TEXT NOT NULL,
  PRIMARY KEY (project, output, ordinal)
) STRICT;

INSERT INTO registrations SELECT * FROM registrations_2 ORDER BY project, output, ordinal;

DROP TABLE registrations_2;
