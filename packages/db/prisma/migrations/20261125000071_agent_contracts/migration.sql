-- What a host's agent speaks: its newest contract, and the oldest that it still understands. Null: not told yet.
ALTER TABLE host ADD COLUMN agent_contract integer, ADD COLUMN agent_oldest_contract integer;

DROP TRIGGER change ON host;
CREATE TRIGGER change AFTER INSERT OR UPDATE OF state, is_enabled, management_ip, cpu_count, memory_mib, cpu_overcommit, memory_overcommit, claimed_memory_mib,
  claimed_cpu_mhz, placement_tags, facts, certificate_fingerprint, join_token_hash, agent_version, agent_contract, agent_oldest_contract, removed_at ON host
  FOR EACH ROW EXECUTE FUNCTION record_change('host', '');
