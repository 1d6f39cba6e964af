-- By what a server called its outputs, without reading their texts: the screen asks it of
-- every output somebody acted on.

ALTER TABLE registrations ADD COLUMN model TEXT
  GENERATED ALWAYS AS (json_extract(body, '$.model')) VIRTUAL;
ALTER TABLE registrations ADD COLUMN prompt_version TEXT
  GENERATED ALWAYS AS (json_extract(body, '$.prompt_version')) VIRTUAL;
CREATE INDEX registrations_by_name
  ON registrations (project, output, received_at, model, prompt_version);
