-- A machine becomes a host by showing a token that is good once.
ALTER TABLE host ADD COLUMN join_token_hash text, ADD COLUMN join_token_expires_at timestamptz(3);
CREATE UNIQUE INDEX host_join_token_hash_key ON host (join_token_hash);

-- Whoever holds connections of hosts hears which certificate is not the host's any more.
CREATE FUNCTION tell_host_certificate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('host-certificate', NEW.id::text);
  RETURN NULL;
END $$;
CREATE TRIGGER host_certificate AFTER UPDATE OF certificate_fingerprint ON host
  FOR EACH ROW WHEN (OLD.certificate_fingerprint IS DISTINCT FROM NEW.certificate_fingerprint) EXECUTE FUNCTION tell_host_certificate();
