-- Outputs of a project in the order they were first heard of: lists of them go back in
-- time from any moment without reading what came later. New ones go to its end.
CREATE INDEX outputs_by_time ON outputs (project, received_at);
