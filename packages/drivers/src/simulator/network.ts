import { PassThrough } from 'node:stream';
import { join } from 'node:path';
import type { DesiredNetwork } from '@nephos/contracts/desired-network';
import { DomainError } from '@nephos/model/errors';
import { z } from 'zod';
import { assertNotCancelled } from '../cancellation.ts';
import type { NetworkDriver } from '../network-driver.ts';
import { openJournal } from './journal.ts';

/** No secrets: of a router's guests only their addresses are kept. */
export const networkEntrySchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('network'),
    id: z.string(),
    vni: z.int(),
    revision: z.int(),
    isRemoved: z.boolean(),
    /** The newest removal; it stays when the network comes back. */
    removedRevision: z.int().optional(),
  }),
  z.object({
    kind: z.literal('router'),
    id: z.string(),
    generation: z.int(),
    revision: z.int(),
    guestIps: z.array(z.string()),
    isRemoved: z.boolean(),
  }),
]);

export interface SimulatorNetworkOptions {
  hostId: string;
  /** This host's alone; may be the one of its hypervisor driver. */
  stateDir: string;
}

/**
 * Networking that is only remembered. A dial reaches any port of a guest that the router knows and gets its own bytes back;
 * any other address refuses.
 */
export function createSimulatorNetwork({ stateDir }: SimulatorNetworkOptions): NetworkDriver {
  const journal = openJournal(join(stateDir, 'network.jsonl'), networkEntrySchema, (entry) => `${entry.kind}/${entry.id}`);
  const findRouter = (routerId: string) => {
    const entry = journal.get(`router/${routerId}`);
    return entry?.kind === 'router' ? entry : undefined;
  };
  const findNetwork = (networkId: string) => {
    const entry = journal.get(`network/${networkId}`);
    return entry?.kind === 'network' ? entry : undefined;
  };

  function applyNetwork({ networkId, vni, revision }: DesiredNetwork): void {
    const known = findNetwork(networkId);
    if (known?.removedRevision !== undefined && revision <= known.removedRevision) {
      throw new DomainError(
        'STALE_GENERATION',
        `Network ${networkId} was removed from this host at revision ${known.removedRevision}; revision ${revision} is over`,
        {
          networkId,
          revision,
          removedRevision: known.removedRevision,
        },
      );
    }
    if (known && !known.isRemoved && known.revision >= revision) return;
    journal.put({ ...known, kind: 'network', id: networkId, vni, revision, isRemoved: false });
  }

  return {
    probe: async () => [{ name: 'guest networks', state: 'ok', what: 'They are simulated', help: null }],
    ensureNetwork: async (desired, { signal }) => {
      assertNotCancelled(signal, `the change of network ${desired.networkId}`);
      applyNetwork(desired);
    },
    removeNetwork: async ({ networkId, vni, revision }, { signal }) => {
      assertNotCancelled(signal, `the removal of network ${networkId}`);
      const known = findNetwork(networkId);
      if (known && !known.isRemoved && known.revision > revision) return; // somebody has come since
      const removedRevision = Math.max(revision, known?.removedRevision ?? revision);
      journal.put({ kind: 'network', id: networkId, vni, revision: removedRevision, isRemoved: true, removedRevision });
    },
    listNetworks: async () =>
      journal
        .values()
        .flatMap((entry) =>
          entry.kind === 'network' && !entry.isRemoved ? [{ networkId: entry.id, vni: entry.vni, revision: entry.revision }] : [],
        ),
    ensureRouter: async (desired, { signal }) => {
      const { routerId, generation, revision } = desired;
      assertNotCancelled(signal, `the change of router ${routerId}`);
      const known = findRouter(routerId);
      if (known && (generation < known.generation || (generation === known.generation && known.isRemoved))) {
        const why = known.isRemoved ? 'was removed' : 'was claimed anew';
        throw new DomainError('STALE_GENERATION', `Router ${routerId} ${why} with generation ${known.generation}; generation ${generation} is over`, {
          routerId,
          generation,
          seenGeneration: known.generation,
        });
      }
      applyNetwork(desired.network);
      if (known?.generation === generation && revision < known.revision) return { appliedRevision: known.revision };
      const guestIps = desired.guests.map((guest) => guest.ip);
      journal.put({ kind: 'router', id: routerId, generation, revision, guestIps, isRemoved: false });
      return { appliedRevision: revision };
    },
    removeRouter: async ({ routerId, generation }, { signal }) => {
      assertNotCancelled(signal, `the removal of router ${routerId}`);
      const known = findRouter(routerId);
      if (known && known.generation > generation) return;
      journal.put({ kind: 'router', id: routerId, generation, revision: known?.revision ?? 0, guestIps: [], isRemoved: true });
    },
    listRouters: async () =>
      journal
        .values()
        .flatMap((entry) =>
          entry.kind === 'router' && !entry.isRemoved ? [{ routerId: entry.id, generation: entry.generation, appliedRevision: entry.revision }] : [],
        ),
    dial: async ({ routerId }, ip, port, signal) => {
      assertNotCancelled(signal, `the connection to ${ip}`);
      if (!findRouter(routerId)?.guestIps.includes(ip)) {
        throw new DomainError('HOST_UNREACHABLE', `Nothing answers on ${ip}:${port} behind router ${routerId}`, { routerId, ip, port });
      }
      return new PassThrough({ signal });
    },
  };
}
