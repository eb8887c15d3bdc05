-- A template that is retired stays what its instances were made of.
ALTER TABLE template ADD COLUMN is_enabled boolean NOT NULL DEFAULT true;

-- Lists of accounts and users, and of events by what and by whom.
CREATE INDEX account_name_id_idx ON account (name, id);
CREATE INDEX account_created_at_id_idx ON account (created_at, id);
CREATE INDEX user_account_id_name_id_idx ON "user" (account_id, name, id);
CREATE INDEX user_created_at_id_idx ON "user" (created_at, id);
CREATE INDEX event_resource_id_created_at_id_idx ON event (resource_id, created_at, id);
CREATE INDEX event_actor_user_id_created_at_id_idx ON event (actor_user_id, created_at, id);
CREATE INDEX event_by_kind ON event (kind text_pattern_ops, created_at, id);

-- Not what an account uses: its instances are told themselves. Nor that the directory was asked about a user.
CREATE TRIGGER change AFTER INSERT OR UPDATE OF name, is_enabled, max_instances, max_vcpus, max_memory_mib ON account
  FOR EACH ROW EXECUTE FUNCTION record_change('account', 'id');
CREATE TRIGGER change_made AFTER INSERT ON "user" FOR EACH ROW EXECUTE FUNCTION record_change('user', 'account_id');
CREATE TRIGGER change AFTER UPDATE ON "user" FOR EACH ROW
  WHEN ((OLD.name, OLD.display_name, OLD.email, OLD.role, OLD.is_enabled, OLD.account_id)
    IS DISTINCT FROM (NEW.name, NEW.display_name, NEW.email, NEW.role, NEW.is_enabled, NEW.account_id))
  EXECUTE FUNCTION record_change('user', 'account_id');
