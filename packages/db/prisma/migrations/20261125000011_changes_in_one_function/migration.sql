-- The same as before with fewer calls: a deploy writes some thirty rows that are told, and each call within plpgsql costs.

CREATE OR REPLACE FUNCTION record_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed jsonb := to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END);
BEGIN
  INSERT INTO change (xid, resource_type, resource_id, account_id, verb)
  VALUES (pg_current_xact_id()::text::bigint, TG_ARGV[0], (changed ->> 'id')::uuid,
    CASE WHEN (changed ->> 'is_public')::boolean THEN NULL ELSE (changed ->> TG_ARGV[1])::uuid END, lower(TG_OP))
  ON CONFLICT (xid, resource_type, resource_id) DO NOTHING;
  PERFORM pg_notify('change', '');
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION record_operation_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO change (xid, resource_type, resource_id, account_id, verb)
  SELECT pg_current_xact_id()::text::bigint, 'operation', operation.id, operation.account_id, 'update' FROM operation WHERE operation.id = NEW.operation_id
  ON CONFLICT (xid, resource_type, resource_id) DO NOTHING;
  PERFORM pg_notify('change', '');
  RETURN NULL;
END $$;
