-- Lists of hosts by state and by age.
CREATE INDEX host_state_id_idx ON host (state, id);
CREATE INDEX host_created_at_id_idx ON host (created_at, id);

-- Also that a machine joined, and what an administrator changed. Still not `reported_at`: every host touches that every few seconds.
DROP TRIGGER change ON host;
CREATE TRIGGER change AFTER INSERT OR UPDATE OF state, is_enabled, management_ip, cpu_count, memory_mib, cpu_overcommit, memory_overcommit, claimed_memory_mib,
  claimed_cpu_mhz, placement_tags, facts, certificate_fingerprint, join_token_hash, agent_version ON host
  FOR EACH ROW EXECUTE FUNCTION record_change('host', '');
