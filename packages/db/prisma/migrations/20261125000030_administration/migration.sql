-- What administrators look for among everybody's operations.
CREATE INDEX "step_attempt_host_id_idx" ON "step_attempt" ("host_id");
CREATE INDEX "operation_waiter_waiter_id_idx" ON "operation_waiter" ("waiter_id");
-- By hand: few rows among many, and a day's steps, which lie in the order in which they began.
CREATE INDEX operation_failed ON operation (ended_at) WHERE state = 'failed';
CREATE INDEX operation_erred ON operation (created_at, id) WHERE error_code IS NOT NULL;
CREATE INDEX operation_child ON operation (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX operation_retry ON operation (retry_of_id) WHERE retry_of_id IS NOT NULL;
CREATE INDEX step_by_time ON step USING brin (started_at);
