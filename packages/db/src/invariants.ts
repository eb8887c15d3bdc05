import { TRANSITIONAL_INSTANCE_STATES } from '@nephos/model/instance/state';
import { TRANSITIONAL_NETWORK_STATES } from '@nephos/model/network/state';
import { OPEN_OPERATION_STATES } from '@nephos/model/operation/state';
import type { Tx } from './database.ts';

/** Something that must never be seen while nothing is running: which rule it breaks, and what breaks it. */
export interface Violation {
  rule: string;
  what: string;
}

/** What was seen outside of the records, where somebody could look. */
export interface Seen {
  hosts?: HostsSeen;
  /** Ids of the workflows that Temporal has open, without those of schedules. */
  openWorkflowIds?: readonly string[];
}

export interface HostsSeen {
  /** Guests and routers. */
  running: readonly { resourceId: string; hostId: string; generation: number }[];
  /** Bridges. */
  networks: readonly { networkId: string; hostId: string }[];
  /** Disks. */
  volumes: readonly { volumeId: string; hostId: string }[];
  /** From when to when guests have run, in ms since 1970; null: they still do. */
  lives?: readonly { instanceId: string; hostId: string; generation: number; from: number; to: number | null }[];
}

/**
 * Looks whether the records agree with themselves, and with what was seen outside of them. Rules that speak of work in progress
 * allow for the operations that are open; run it when none is, and everything it finds is a mistake of ours.
 */
export async function findViolations(tx: Tx, { hosts, openWorkflowIds }: Seen = {}): Promise<Violation[]> {
  const outside = [
    ...(hosts ? HOST_RULES.map(({ rule, look }) => ({ rule, look: () => look(tx, hosts) })) : []),
    ...(openWorkflowIds ? [{ rule: 'A workflow is open exactly while its operation is', look: () => compareWorkflows(tx, openWorkflowIds) }] : []),
  ];
  const found = await Promise.all([...RULES, ...outside].map(async ({ rule, look }) => (await look(tx)).map(({ what }) => ({ rule, what }))));
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
    rule: 'A host that was removed holds nothing and nobody is it',
    look: (tx) => tx.$queryRaw`
      SELECT name AS what FROM host WHERE removed_at IS NOT NULL AND (
        certificate_fingerprint IS NOT NULL OR join_token_hash IS NOT NULL OR is_enabled OR state = 'connected'
        OR EXISTS (SELECT 1 FROM host_allocation WHERE host_allocation.host_id = host.id)
        OR EXISTS (SELECT 1 FROM pool LEFT JOIN volume ON volume.pool_id = pool.id
          WHERE pool.host_id = host.id AND (pool.removed_at IS NULL OR pool.is_enabled OR volume.id IS NOT NULL)))`,
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
  {
    rule: 'An address is given once',
    look: (tx) => tx.$queryRaw`
      SELECT ip || ' ' || count(*) || ' times' AS what FROM address WHERE state = 'claimed' OR kind = 'guest'
      GROUP BY zone_id, kind, network_id, ip HAVING count(*) > 1
      UNION ALL SELECT 'VXLAN ' || vni || ' of ' || count(*) || ' networks' FROM network WHERE vni IS NOT NULL GROUP BY zone_id, vni HAVING count(*) > 1`,
  },
  {
    rule: 'A disk or a NIC belongs to an instance that is there',
    look: (tx) => tx.$queryRaw`
      SELECT 'volume ' || volume.name AS what FROM volume JOIN instance ON instance.id = volume.instance_id WHERE volume.removed_at IS NULL AND instance.removed_at IS NOT NULL
      UNION ALL SELECT 'NIC ' || nic.mac_address FROM nic JOIN instance ON instance.id = nic.instance_id WHERE nic.removed_at IS NULL AND instance.removed_at IS NOT NULL`,
  },
  {
    rule: 'An operation that has ended says when, and none of its steps goes on',
    look: (tx) => tx.$queryRaw`
      SELECT kind || ' ' || id || ' is ' || state AS what FROM operation
      WHERE (ended_at IS NULL) <> (state = ANY (${open}))
        OR (ended_at IS NOT NULL AND EXISTS (SELECT 1 FROM step WHERE operation_id = operation.id AND step.state IN ('running', 'stuck')))`,
  },
  {
    rule: 'An operation that failed or is stuck says why',
    look: (tx) => tx.$queryRaw`
      SELECT kind || ' ' || id || ' is ' || state AS what FROM operation
      WHERE (state = 'failed' AND coalesce(error_message, '') = '')
        OR (state = 'stuck' AND NOT EXISTS (SELECT 1 FROM step WHERE operation_id = operation.id AND step.state = 'stuck' AND step.error_message <> ''))`,
  },
];

/** Rules about what hosts have, which hold when no operation is open. */
const HOST_RULES: { rule: string; look: (tx: Tx, hosts: HostsSeen) => Promise<{ what: string }[]> }[] = [
  {
    rule: 'A guest or router runs exactly where its claim is',
    look: async (tx, { running }) => {
      const textOf = ({ resourceId, generation, hostId }: { resourceId: string; generation: number; hostId: string }) =>
        `${resourceId} generation ${generation} on ${hostId}`;
      return compare((await tx.hostAllocation.findMany()).map(textOf), running.map(textOf), 'claimed and not running', 'running and not claimed');
    },
  },
  {
    rule: 'A host carries exactly the networks that something on it uses',
    look: async (tx, { networks }) => {
      const wanted = await tx.$queryRaw<{ what: string }[]>`
        SELECT nic.network_id || ' on ' || host_id AS what FROM host_allocation JOIN nic ON nic.instance_id = resource_id AND nic.removed_at IS NULL
        UNION SELECT network_id || ' on ' || host_allocation.host_id FROM host_allocation JOIN router ON router.id = resource_id`;
      const carried = networks.map(({ networkId, hostId }) => `${networkId} on ${hostId}`);
      return compare(
        wanted.map(({ what }) => what),
        carried,
        'used and not there',
        'there and not used',
      );
    },
  },
  {
    rule: 'A disk is on a host exactly while its volume is there',
    look: async (tx, { volumes }) => {
      const wanted = await tx.$queryRaw<{ what: string }[]>`
        SELECT volume.id || ' on ' || pool.host_id AS what FROM volume JOIN pool ON pool.id = volume.pool_id WHERE volume.removed_at IS NULL`;
      return compare(
        wanted.map(({ what }) => what),
        volumes.map(({ volumeId, hostId }) => `${volumeId} on ${hostId}`),
        'recorded and not there',
        'there and not recorded',
      );
    },
  },
  {
    rule: 'A guest runs at most once at every moment',
    look: async (_, { lives = [] }) => {
      const sorted = lives.toSorted((one, other) => one.from - other.from);
      return sorted.flatMap((life, at) => {
        const next = sorted.slice(at + 1).find(({ instanceId }) => instanceId === life.instanceId);
        if (!next || next.from >= (life.to ?? Number.POSITIVE_INFINITY)) return [];
        return [{ what: `${life.instanceId} on ${life.hostId} and on ${next.hostId} from ${new Date(next.from).toISOString()}` }];
      });
    },
  },
];

async function compareWorkflows(tx: Tx, openWorkflowIds: readonly string[]): Promise<{ what: string }[]> {
  const operations = await tx.operation.findMany({ where: { state: { in: open } }, select: { id: true, kind: true } });
  return compare(
    operations.map(({ kind, id }) => `${kind}/${id}`),
    openWorkflowIds,
    'an operation without a workflow',
    'a workflow without an operation',
  );
}

/** What is in one list only, in words. */
function compare(wanted: readonly string[], found: readonly string[], missing: string, leftOver: string): { what: string }[] {
  const [isWanted, isFound] = [new Set(wanted), new Set(found)];
  return [
    ...wanted.filter((one) => !isFound.has(one)).map((one) => ({ what: `${missing}: ${one}` })),
    ...found.filter((one) => !isWanted.has(one)).map((one) => ({ what: `${leftOver}: ${one}` })),
  ];
}
