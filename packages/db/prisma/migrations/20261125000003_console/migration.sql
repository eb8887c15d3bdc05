-- Consoles of instances, asked for and open.
DROP TABLE stream_ticket;
CREATE TABLE console (
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  session_id uuid,
  api_key_id uuid,
  instance_id uuid NOT NULL,
  kind text NOT NULL,
  token_hash text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  expires_at timestamptz(3) NOT NULL,
  opened_at timestamptz(3),
  CONSTRAINT console_pkey PRIMARY KEY (id),
  CONSTRAINT console_session_id_fkey FOREIGN KEY (session_id) REFERENCES session (id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT console_api_key_id_fkey FOREIGN KEY (api_key_id) REFERENCES api_key (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX console_token_hash_key ON console (token_hash);
CREATE INDEX console_user_id_idx ON console (user_id);
CREATE INDEX console_session_id_idx ON console (session_id);
CREATE INDEX console_api_key_id_idx ON console (api_key_id);

-- Whoever holds a console open is told when its right to it may be over: the console's id, or nothing when it may be any.
CREATE FUNCTION tell_consoles() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('console', CASE WHEN TG_TABLE_NAME = 'console' THEN OLD.id::text ELSE '' END);
  RETURN NULL;
END $$;
CREATE TRIGGER tell_consoles AFTER DELETE ON console FOR EACH ROW EXECUTE FUNCTION tell_consoles();
CREATE TRIGGER tell_consoles AFTER UPDATE OF revoked_at ON api_key FOR EACH ROW EXECUTE FUNCTION tell_consoles();
CREATE TRIGGER tell_consoles AFTER UPDATE OF is_enabled, role ON "user" FOR EACH ROW EXECUTE FUNCTION tell_consoles();
CREATE TRIGGER tell_consoles AFTER UPDATE OF is_enabled ON account FOR EACH ROW EXECUTE FUNCTION tell_consoles();
