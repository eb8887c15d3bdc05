-- People of a directory, known by its id of them.
ALTER TABLE "user" ADD COLUMN external_id text, ADD COLUMN email text NOT NULL DEFAULT '', ADD COLUMN directory_checked_at timestamptz(3);
CREATE UNIQUE INDEX user_external_id_key ON "user" (external_id);
CREATE INDEX user_directory_checked_at_idx ON "user" (directory_checked_at);
ALTER TABLE session ADD COLUMN address text NOT NULL DEFAULT '';
