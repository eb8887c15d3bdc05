-- Administrators look for operations by the step that failed: few among all steps.
CREATE INDEX step_failed ON step (operation_id) INCLUDE (name) WHERE state = 'failed';
