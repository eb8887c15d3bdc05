import { TRANSITIONAL_INSTANCE_STATES } from '@nephos/model/instance/state';
import { TRANSITIONAL_NETWORK_STATES } from '@nephos/model/network/state';
import { OPEN_OPERATION_STATES } from '@nephos/model/operation/state';
import type { Tx } from './database.ts';

/** Something that must never be seen while nothing is running: which rule it breaks, and what breaks it. */
export interface Violation {
  rule: string;
  what: string;
}

/**
 * Looks whether the records agree with themselves. Rules that speak of work in progress allow for the operations that are
 * open; run it when none is, and everything it finds is a mistake of ours.
 */
export async function findViolations(tx: Tx): Promise<Violation[]> {
  const found = await Promise.all(RULES.map(async ({ rule, look }) => (await look(tx)).map(({ what }) => ({ rule, what }))));
  return found.flat();
}

const open = [...OPEN_OPERATION_STATES];
const RULES: { rule: string; look: (tx: Tx) => Promise<{ what: string }[]> }[] = [
  {
    rule: 'An instance in a transitional state is owned by an open operation',
    look: (tx) => tx.$queryRaw`
      SELECT instance.name || ' is ' || instance.state AS what FROM instance LEFT JOIN operation ON operation.id = instance.operation_id
      WHERE instance.state = ANY (${[...TRANSITIONAL_INSTANCE_STATES]}) AND (operation.id IS NULL OR NOT operation.state = ANY (${open}))`,
  },
  {
    rule: 'A network in a transitional state is owned by an open operation',
    look: (tx) => tx.$queryRaw`
      SELECT network.id::text || ' is ' || network.state AS what FROM network LEFT JOIN operation ON operation.id = network.operation_id
      WHERE network.state = ANY (${[...TRANSITIONAL_NETWORK_STATES]}) AND (operation.id IS NULL OR NOT operation.state = ANY (${open}))`,
  },
  {
    rule: 'A settled instance names no operation',
    look: (tx) => tx.$queryRaw`
      SELECT name || ' is ' || state AS what FROM instance WHERE operation_id IS NOT NULL AND NOT state = ANY (${[...TRANSITIONAL_INSTANCE_STATES]})`,
  },
  {
    rule: 'A host claims what its allocations claim',
    look: (tx) => tx.$queryRaw`
      SELECT host.name || ' has ' || host.claimed_memory_mib || ' MiB, its rows ' || coalesce(sum(host_allocation.memory_mib), 0) AS what
      FROM host LEFT JOIN host_allocation ON host_allocation.host_id = host.id GROUP BY host.id
      HAVING host.claimed_memory_mib <> coalesce(sum(host_allocation.memory_mib), 0) OR host.claimed_cpu_mhz <> coalesce(sum(host_allocation.cpu_mhz), 0)`,
  },
  {
    rule: 'No host is oversubscribed',
    look: (tx) => tx.$queryRaw`
      SELECT name AS what FROM host
      WHERE claimed_memory_mib > memory_mib * memory_overcommit OR claimed_cpu_mhz > cpu_mhz * cpu_count * cpu_overcommit`,
  },
  {
    rule: 'A pool claims what its volumes are',
    look: (tx) => tx.$queryRaw`
      SELECT pool.name || ' has ' || pool.claimed_bytes || ', its volumes ' || coalesce(sum(volume.size_bytes), 0) AS what
      FROM pool LEFT JOIN volume ON volume.pool_id = pool.id GROUP BY pool.id HAVING pool.claimed_bytes <> coalesce(sum(volume.size_bytes), 0)`,
  },
  {
    rule: 'An account uses what its resources claim',
    look: (tx) => tx.$queryRaw`
      SELECT account.name || ' uses ' || account.used_instances || ' instances, its claims ' || coalesce(sum(limit_claim.instances), 0) AS what
      FROM account LEFT JOIN limit_claim ON limit_claim.account_id = account.id GROUP BY account.id
      HAVING account.used_instances <> coalesce(sum(limit_claim.instances), 0) OR account.used_vcpus <> coalesce(sum(limit_claim.vcpus), 0)
        OR account.used_memory_mib <> coalesce(sum(limit_claim.memory_mib), 0)`,
  },
  {
    rule: 'An instance has a limit claim exactly while it is there',
    look: (tx) => tx.$queryRaw`
      SELECT coalesce(instance.name, limit_claim.resource_id::text) AS what
      FROM (SELECT * FROM instance WHERE removed_at IS NULL) AS instance FULL JOIN limit_claim ON limit_claim.resource_id = instance.id
      WHERE instance.id IS NULL OR limit_claim.resource_id IS NULL`,
  },
  {
    rule: 'An instance has a host exactly while it runs',
    look: (tx) => tx.$queryRaw`
      SELECT instance.name || ' is ' || instance.state AS what FROM instance LEFT JOIN host_allocation ON host_allocation.resource_id = instance.id
      WHERE (instance.state = 'running' AND host_allocation.resource_id IS NULL)
        OR (instance.state IN ('destroyed', 'expunged') AND host_allocation.resource_id IS NOT NULL)
        OR (host_allocation.resource_id IS NOT NULL AND (instance.host_id IS DISTINCT FROM host_allocation.host_id OR instance.generation <> host_allocation.generation))`,
  },
  {
    rule: 'A NIC that is there has one address, and one that is gone has none',
    look: (tx) => tx.$queryRaw`
      SELECT nic.mac_address AS what FROM nic LEFT JOIN address ON address.nic_id = nic.id GROUP BY nic.id
      HAVING count(address.id) <> CASE WHEN nic.removed_at IS NULL THEN 1 ELSE 0 END`,
  },
  {
    rule: 'A network that is up has a router with a host, and one that is down claims nothing',
    look: (tx) => tx.$queryRaw`
      SELECT network.id::text || ' is ' || network.state AS what FROM network
      LEFT JOIN router ON router.network_id = network.id AND router.removed_at IS NULL
      LEFT JOIN host_allocation ON host_allocation.resource_id = router.id
      WHERE (network.state = 'implemented' AND (host_allocation.resource_id IS NULL OR network.vni IS NULL))
        OR (network.state = 'allocated' AND (router.id IS NOT NULL OR network.vni IS NOT NULL))`,
  },
  {
    rule: 'An allocation belongs to something that is there',
    look: (tx) => tx.$queryRaw`
      SELECT resource_id::text AS what FROM host_allocation
      WHERE NOT EXISTS (SELECT 1 FROM instance WHERE id = resource_id AND removed_at IS NULL) AND NOT EXISTS (SELECT 1 FROM router WHERE id = resource_id AND removed_at IS NULL)`,
  },
  {
    rule: 'A public address is claimed exactly while a router that is there has it',
    look: (tx) => tx.$queryRaw`
      SELECT address.ip AS what FROM address LEFT JOIN router ON router.id = address.router_id AND router.removed_at IS NULL
      WHERE address.kind = 'public' AND (address.state = 'claimed') <> (router.id IS NOT NULL)`,
  },
  {
    rule: 'A network that no instance uses is down',
    look: (tx) => tx.$queryRaw`
      SELECT network.id::text AS what FROM network WHERE network.state = 'implemented' AND NOT EXISTS (
        SELECT 1 FROM nic JOIN instance ON instance.id = nic.instance_id
        WHERE nic.network_id = network.id AND nic.removed_at IS NULL AND instance.state NOT IN ('destroyed', 'expunged'))`,
  },
];
