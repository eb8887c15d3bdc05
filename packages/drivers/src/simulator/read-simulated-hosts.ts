import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readJournal } from './journal.ts';
import { networkEntrySchema } from './network.ts';
import { stateEntrySchema } from './simulated-state.ts';

/** What simulated hosts have, and did. Read without touching it: they may be at work. */
export interface SimulatedHosts {
  /** Guests and routers that run now. */
  running: { resourceId: string; hostId: string; generation: number }[];
  /** Networks that a host carries. */
  networks: { networkId: string; hostId: string }[];
  /** Disks by the path of their pool. */
  volumes: { volumeId: string; hostId: string; poolPath: string }[];
  /** From when to when guests ran, in ms since 1970; `to` is null for those that still do. Whole where history is kept. */
  lives: { instanceId: string; hostId: string; generation: number; from: number; to: number | null }[];
}

/** `folder` holds a folder for each host, called by its id. */
export function readSimulatedHosts(folder: string): SimulatedHosts {
  const hostIds = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  const seen = hostIds.map((hostId) => readSimulatedHost(join(folder, hostId), hostId));
  return {
    running: seen.flatMap(({ running }) => running),
    networks: seen.flatMap(({ networks }) => networks),
    volumes: seen.flatMap(({ volumes }) => volumes),
    lives: seen.flatMap(({ lives }) => lives),
  };
}

function readSimulatedHost(stateDir: string, hostId: string): SimulatedHosts {
  const entries = readJournal(join(stateDir, 'journal.jsonl'), stateEntrySchema);
  const now = [...new Map(entries.map((entry) => [`${entry.kind}/${entry.id}`, entry])).values()];
  const network = readJournal(join(stateDir, 'network.jsonl'), networkEntrySchema);
  const networkNow = [...new Map(network.map((entry) => [`${entry.kind}/${entry.id}`, entry])).values()].filter(({ isRemoved }) => !isRemoved);

  const lives: SimulatedHosts['lives'] = [];
  for (const entry of entries) {
    if (entry.kind !== 'guest') continue;
    const life = lives.findLast(({ instanceId }) => instanceId === entry.id);
    const isSame = life?.to === null && life.generation === entry.generation && entry.state === 'running';
    if (isSame) continue;
    if (life?.to === null) life.to = entry.at ?? 0;
    if (entry.state === 'running') lives.push({ instanceId: entry.id, hostId, generation: entry.generation, from: entry.at ?? 0, to: null });
  }
  return {
    lives,
    running: [
      ...now.flatMap((entry) =>
        entry.kind === 'guest' && entry.state === 'running' && !entry.isRemoved
          ? [{ resourceId: entry.id, hostId, generation: entry.generation }]
          : [],
      ),
      ...networkNow.flatMap((entry) => (entry.kind === 'router' ? [{ resourceId: entry.id, hostId, generation: entry.generation }] : [])),
    ],
    networks: networkNow.flatMap((entry) => (entry.kind === 'network' ? [{ networkId: entry.id, hostId }] : [])),
    volumes: now.flatMap((entry) =>
      entry.kind === 'volume' && !entry.isRemoved ? [{ volumeId: basename(entry.id, '.qcow2'), hostId, poolPath: dirname(dirname(entry.id)) }] : [],
    ),
  };
}
