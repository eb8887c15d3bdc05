import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { AgentConfig } from '@nephos/contracts/agent.schema';

/** What the machine was told when it joined, and its key. */
export const AGENT_CONFIG_FILE = '/var/lib/nephos/agent.json';

/** Before the token is used up: afterwards there must be a place for what it brought. */
export async function makePlaceFor(file: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
}

export async function keepConfig(file: string, config: AgentConfig): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(config), { mode: 0o600 });
  await rename(`${file}.new`, file);
}
