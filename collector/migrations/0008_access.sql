-- What secret keys may do, and who is signed in at the operator's page.

ALTER TABLE keys ADD COLUMN scopes TEXT NOT NULL DEFAULT '[]';  -- JSON array
ALTER TABLE keys ADD COLUMN ends_at INTEGER;       -- rotated out: taken until then
ALTER TABLE keys ADD COLUMN last_used_at INTEGER;  -- to the hour

-- Keys of before go on with everything they could.
UPDATE keys SET scopes = '["ingest","read","admin"]' WHERE kind = 'secret';

CREATE TABLE sign_ins (
  digest     BLOB PRIMARY KEY,      -- SHA-256 of the cookie
  key        BLOB NOT NULL,         -- keys.digest: ends with it
  created_at INTEGER NOT NULL,
  used_at    INTEGER NOT NULL       -- to the minute
) STRICT, WITHOUT ROWID;
