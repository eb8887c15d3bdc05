import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { DomainError } from '@nephos/model/errors';
import { ROOT } from './terminal.ts';

const run = promisify(execFile);
const AGAIN_MS = 1_000;
const GIVE_UP_MS = 240_000;

export async function makeSshKey(folder: string): Promise<{ file: string; publicKey: string }> {
  const file = path.join(folder, 'key');
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'nephos demo', '-f', file]);
  return { file, publicKey: (await readFile(`${file}.pub`, 'utf8')).trim() };
}

interface SshWish {
  url: string;
  token: string;
  instanceId: string;
  folder: string;
  keyFile: string;
  command: readonly string[];
}

/**
 * Runs a command in the guest by `nephos instance ssh`, as a person would, and answers what it prints. A guest that was just
 * started boots for a while and tells nobody when it is done, so this one thing is tried again and again.
 */
export async function waitForSsh({ url, token, instanceId, folder, keyFile, command }: SshWish): Promise<string> {
  const nephos = path.join(ROOT, 'packages/client/src/cli/main.ts');
  const options = ['-i', keyFile, '-o', 'IdentitiesOnly=yes', '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=30'];
  const env = { ...process.env, NEPHOS_URL: url, NEPHOS_TOKEN: token, NEPHOS_CONFIG: path.join(folder, 'config.json') };
  for (const giveUpAt = Date.now() + GIVE_UP_MS; ;) {
    try {
      const { stdout } = await run(process.execPath, [nephos, 'instance', 'ssh', instanceId, '--', ...options, ...command], { env, timeout: 90_000 });
      return stdout.trim();
    } catch (error) {
      if (Date.now() > giveUpAt)
        throw new DomainError(
          'HOST_UNREACHABLE',
          `The guest did not answer over SSH within ${GIVE_UP_MS / 1_000} s: ${error instanceof Error ? error.message : String(error)}`,
        );
      await sleep(AGAIN_MS);
    }
  }
}
