import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { InstanceSpec } from '@nephos/contracts/instance-spec';
import { DomainError } from '@nephos/model/errors';
import { z } from 'zod';
import { writeDurably } from './durable-file.ts';

const entrySchema = z.object({ instanceId: z.string(), generation: z.int(), isRemoved: z.boolean() });
export type LedgerEntry = z.output<typeof entrySchema>;

export interface GuestLedger {
  get(instanceId: string): LedgerEntry | undefined;
  values(): LedgerEntry[];
  /** On disk when this resolves. */
  put(entry: LedgerEntry): Promise<void>;
  /** Throws STALE_GENERATION when this or a running generation is newer than the spec's. */
  assertFresh(spec: InstanceSpec, runningGeneration: number): void;
}

/**
 * The newest generation this host has seen of each instance: one small file each, fsynced, because it is what keeps an old
 * claim from running again after a crash of the machine. It stays after a removal (some 100 bytes; ids are never used again).
 * libvirt forgets a transient domain when it ends, so this also is how a stopped instance is known.
 */
export function openGuestLedger(folder: string): GuestLedger {
  mkdirSync(folder, { recursive: true });
  const entries = new Map<string, LedgerEntry>();
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (!name.endsWith('.json')) {
      rmSync(path); // a write that was cut short
      continue;
    }
    const entry = entrySchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    entries.set(entry.instanceId, entry);
  }
  return {
    get: (instanceId) => entries.get(instanceId),
    values: () => [...entries.values()],
    put: async (entry) => {
      const known = entries.get(entry.instanceId);
      if (known && known.generation === entry.generation && known.isRemoved === entry.isRemoved) return;
      await writeDurably(join(folder, `${entry.instanceId}.json`), JSON.stringify(entry));
      entries.set(entry.instanceId, entry);
    },
    assertFresh: ({ instanceId, name, generation }, runningGeneration) => {
      const seenGeneration = Math.max(entries.get(instanceId)?.generation ?? 0, runningGeneration);
      if (generation >= seenGeneration) return;
      throw new DomainError('STALE_GENERATION', `Instance ${name} was claimed anew: generation ${generation} is older than ${seenGeneration}`, {
        instanceId,
        generation,
        seenGeneration,
      });
    },
  };
}
