-- A host is removed with its pools; their rows stay for what history names, and their names are free again.
ALTER TABLE host ADD COLUMN removed_at timestamptz(3);
ALTER TABLE pool ADD COLUMN removed_at timestamptz(3);
DROP INDEX host_name_key;
DROP INDEX pool_zone_id_name_key;
CREATE UNIQUE INDEX host_live_name ON host (name) WHERE removed_at IS NULL;
CREATE UNIQUE INDEX pool_live_name ON pool (zone_id, name) WHERE removed_at IS NULL;

DROP TRIGGER change ON pool;
CREATE TRIGGER change AFTER UPDATE ON pool FOR EACH ROW
  WHEN ((OLD.name, OLD.is_enabled, OLD.overprovisioning, OLD.placement_tags, OLD.capacity_bytes, OLD.removed_at)
    IS DISTINCT FROM (NEW.name, NEW.is_enabled, NEW.overprovisioning, NEW.placement_tags, NEW.capacity_bytes, NEW.removed_at))
  EXECUTE FUNCTION record_change('pool', '');
