-- Lists of all accounts' networks, routers, pools and public addresses.
CREATE INDEX network_live_by_name ON network (name, id) WHERE removed_at IS NULL;
CREATE INDEX network_live_by_time ON network (created_at, id) WHERE removed_at IS NULL;
CREATE INDEX router_live_by_name ON router (name, id) WHERE removed_at IS NULL;
CREATE INDEX router_live_by_time ON router (created_at, id) WHERE removed_at IS NULL;
CREATE INDEX pool_name_id_idx ON pool (name, id);
CREATE INDEX pool_created_at_id_idx ON pool (created_at, id);
CREATE INDEX address_kind_created_at_id_idx ON address (kind, created_at, id);

CREATE TRIGGER change AFTER INSERT OR UPDATE ON zone FOR EACH ROW EXECUTE FUNCTION record_change('zone', '');
CREATE TRIGGER change AFTER INSERT OR UPDATE ON pod FOR EACH ROW EXECUTE FUNCTION record_change('pod', '');
CREATE TRIGGER change AFTER INSERT OR UPDATE ON cluster FOR EACH ROW EXECUTE FUNCTION record_change('cluster', '');
CREATE TRIGGER change AFTER INSERT OR UPDATE ON image_store FOR EACH ROW EXECUTE FUNCTION record_change('image-store', '');
-- Not what is used and claimed of a pool: reports and volumes move that all the time, and volumes are told themselves.
CREATE TRIGGER change_made AFTER INSERT ON pool FOR EACH ROW EXECUTE FUNCTION record_change('pool', '');
CREATE TRIGGER change AFTER UPDATE ON pool FOR EACH ROW
  WHEN ((OLD.name, OLD.is_enabled, OLD.overprovisioning, OLD.placement_tags, OLD.capacity_bytes)
    IS DISTINCT FROM (NEW.name, NEW.is_enabled, NEW.overprovisioning, NEW.placement_tags, NEW.capacity_bytes))
  EXECUTE FUNCTION record_change('pool', '');
