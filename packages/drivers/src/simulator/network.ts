import { PassThrough } from 'node:stream';
import { join } from 'node:path';
import { DomainError } from '@nephos/model/errors';
import { z } from 'zod';
import { assertNotCancelled } from '../cancellation.ts';
import type { NetworkDriver } from '../network-driver.ts';
import { openJournal } from './journal.ts';

/** No secrets: of a router's guests only their addresses are kept. */
const entrySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('network'), id: z.string(), revision: z.int(), isRemoved: z.boolean() }),
  z.object({
    kind: z.literal('router'), id: z.string(), generation: z.int(), revision: z.int(), guestIps: z.array(z.string()), isRemoved: z.boolean(),
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
  const journal = openJournal(join(stateDir, 'network.jsonl'), entrySchema, (entry) => `${entry.kind}/${entry.id}`);
  const findRouter = (routerId: string) => {
    const entry = journal.get(`router/${routerId}`);
    return entry?.kind === 'router' ? entry : undefined;
  };
  return {
    ensureNetwork: async ({ networkId, revision }, { signal }) => {
      assertNotCancelled(signal, `the change of network ${networkId}`);
      const known = journal.get(`network/${networkId}`);
      if (known && !known.isRemoved && known.revision >= revision) return;
      journal.put({ kind: 'network', id: networkId, revision, isRemoved: false });
    },
    removeNetwork: async ({ networkId }, { signal }) => {
      assertNotCancelled(signal, `the removal of network ${networkId}`);
      const known = journal.get(`network/${networkId}`);
      if (known && !known.isRemoved) journal.put({ ...known, isRemoved: true });
    },
    ensureRouter: async (desired, { signal }) => {
      const { routerId, generation, revision } = desired;
      assertNotCancelled(signal, `the change of router ${routerId}`);
      const known = findRouter(routerId);
      if (known && generation < known.generation) {
        throw new DomainError('STALE_GENERATION', `Router ${routerId} was claimed anew: generation ${generation} is older than ${known.generation}`, {
          routerId, generation, seenGeneration: known.generation,
        });
      }
      if (known && !known.isRemoved && known.revision >= revision) {
        if (generation > known.generation) journal.put({ ...known, generation });
        return { appliedRevision: known.revision };
      }
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
      journal.values().flatMap((entry) =>
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
