-- What Prisma's schema can't say. The drift test leaves these out of its comparison.

-- A name is taken only while its owner is there.
CREATE UNIQUE INDEX instance_live_name ON instance (account_id, name) WHERE removed_at IS NULL;
CREATE UNIQUE INDEX network_live_default ON network (account_id, zone_id) WHERE is_default AND removed_at IS NULL;
CREATE UNIQUE INDEX router_live ON router (network_id) WHERE removed_at IS NULL;
CREATE UNIQUE INDEX address_public_ip ON address (zone_id, ip) WHERE kind = 'public';
-- What the sweep and the reconciler look for: few rows among many.
CREATE INDEX operation_open ON operation (state, created_at) WHERE state IN ('pending', 'running', 'undoing', 'stuck');
CREATE INDEX instance_owned ON instance (operation_id) WHERE operation_id IS NOT NULL;
CREATE INDEX instance_expunge ON instance (expunge_after) WHERE state = 'destroyed';
-- Lists of everybody's instances that are there.
CREATE INDEX instance_live_by_name ON instance (name, id) WHERE removed_at IS NULL;
CREATE INDEX instance_live_by_time ON instance (created_at, id) WHERE removed_at IS NULL;

-- Sums of claims can't be negative: a release that happens twice is a mistake worth an error.
ALTER TABLE host ADD CONSTRAINT host_claims CHECK (claimed_cpu_mhz >= 0 AND claimed_memory_mib >= 0);
ALTER TABLE pool ADD CONSTRAINT pool_claims CHECK (claimed_bytes >= 0);
ALTER TABLE account ADD CONSTRAINT account_claims CHECK (used_instances >= 0 AND used_vcpus >= 0 AND used_memory_mib >= 0);

-- The change stream. A trigger can't be forgotten by a writer, and writes in the writer's own transaction.
-- One row per transaction and thing; NOTIFY only wakes the readers.
CREATE UNIQUE INDEX change_once ON change (xid, resource_type, resource_id);

CREATE FUNCTION note_change(kind text, resource uuid, owner uuid, verb text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO change (xid, resource_type, resource_id, account_id, verb)
  VALUES (pg_current_xact_id()::text::bigint, kind, resource, owner, verb)
  ON CONFLICT (xid, resource_type, resource_id) DO NOTHING;
  PERFORM pg_notify('change', '');
END $$;

-- Arguments: the resource type, and the column that holds the owning account ('' for what everybody sees).
-- What is public belongs to nobody in particular.
CREATE FUNCTION record_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed jsonb := to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END);
BEGIN
  PERFORM note_change(TG_ARGV[0], (changed ->> 'id')::uuid,
    CASE WHEN (changed ->> 'is_public')::boolean THEN NULL ELSE (changed ->> TG_ARGV[1])::uuid END, lower(TG_OP));
  RETURN NULL;
END $$;

CREATE FUNCTION record_operation_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM note_change('operation', NEW.operation_id, (SELECT account_id FROM operation WHERE id = NEW.operation_id), 'update');
  RETURN NULL;
END $$;

CREATE TRIGGER change AFTER INSERT OR UPDATE ON instance FOR EACH ROW EXECUTE FUNCTION record_change('instance', 'account_id');
CREATE TRIGGER change AFTER INSERT OR UPDATE ON volume FOR EACH ROW EXECUTE FUNCTION record_change('volume', 'account_id');
CREATE TRIGGER change AFTER INSERT OR UPDATE ON network FOR EACH ROW EXECUTE FUNCTION record_change('network', 'account_id');
CREATE TRIGGER change AFTER INSERT OR UPDATE ON router FOR EACH ROW EXECUTE FUNCTION record_change('router', 'account_id');
CREATE TRIGGER change AFTER INSERT OR UPDATE ON template FOR EACH ROW EXECUTE FUNCTION record_change('template', 'account_id');
CREATE TRIGGER change AFTER INSERT OR UPDATE ON operation FOR EACH ROW EXECUTE FUNCTION record_change('operation', 'account_id');
CREATE TRIGGER change AFTER INSERT OR UPDATE ON step FOR EACH ROW EXECUTE FUNCTION record_operation_change();
CREATE TRIGGER change AFTER INSERT OR UPDATE ON step_attempt FOR EACH ROW EXECUTE FUNCTION record_operation_change();
CREATE TRIGGER change AFTER INSERT OR DELETE OR UPDATE ON ssh_key_pair FOR EACH ROW EXECUTE FUNCTION record_change('ssh-key-pair', 'account_id');
CREATE TRIGGER change AFTER INSERT OR UPDATE ON api_key FOR EACH ROW EXECUTE FUNCTION record_change('api-key', 'account_id');
CREATE TRIGGER change AFTER INSERT OR UPDATE ON compute_offering FOR EACH ROW EXECUTE FUNCTION record_change('compute-offering', '');
-- Not `reported_at`: every host touches that every few seconds.
CREATE TRIGGER change AFTER INSERT OR UPDATE OF state, is_enabled, management_ip, cpu_count, memory_mib, claimed_memory_mib, claimed_cpu_mhz, facts ON host
  FOR EACH ROW EXECUTE FUNCTION record_change('host', '');
