import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { agentArchiveSchema, type AgentArchive } from '@nephos/contracts/agent-archive.schema';
import { DomainError } from '@nephos/model/errors';

/** The only one that is built: what else hosts are gets the agent in another way. */
const PLATFORM = 'linux-x64';

/** Anybody may ask for the archive, which is some fifty megabytes. */
const AT_ONCE = 20;
/** Somebody who takes nothing for so long gives their place to others. */
const IDLE_MS = 30_000;

export interface OfferedArchive extends AgentArchive {
  /** Throws TOO_MANY_REQUESTS, before anything is answered. */
  sendTo(response: ServerResponse): Promise<void>;
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
  const archive = agentArchiveSchema.parse(JSON.parse(about));
  let sending = 0;
  return {
    ...archive,
    sendTo: async (response) => {
      if (sending >= AT_ONCE)
        throw new DomainError('TOO_MANY_REQUESTS', `${AT_ONCE} machines fetch the agent at this moment. Try again in a minute.`);
      sending++;
      response.setTimeout(IDLE_MS, () => response.destroy());
      try {
        response.writeHead(200, { 'content-type': 'application/gzip', 'content-length': archive.sizeBytes });
        await pipeline(createReadStream(`${name}.tar.gz`), response);
      } finally {
        sending--;
      }
    },
  };
}
