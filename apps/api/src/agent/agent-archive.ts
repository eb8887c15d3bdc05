import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { agentArchiveSchema, type AgentArchive } from '@nephos/contracts/agent-archive.schema';

/** The only one that is built: what else hosts are gets the agent in another way. */
const PLATFORM = 'linux-x64';

export interface OfferedArchive extends AgentArchive {
  open(): Readable;
}

/** What `workers/host/src/tooling/build-archive.ts` has left in `folder`; undefined when nothing. */
export async function readAgentArchive(folder: string | undefined): Promise<OfferedArchive | undefined> {
  if (folder === undefined) return undefined;
  const name = path.join(folder, `nephos-agent-${PLATFORM}`);
  const about = await readFile(`${name}.json`, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (about === undefined) return undefined;
  return { ...agentArchiveSchema.parse(JSON.parse(about)), open: () => createReadStream(`${name}.tar.gz`) };
}
