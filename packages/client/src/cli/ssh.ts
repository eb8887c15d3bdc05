import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { NephosError } from '../error.ts';
import { configFile } from './config.ts';
import { findId } from './find.ts';
import { openSession, wholeNumber } from './session.ts';

interface SshOptions {
  user: string;
  port: string;
  stdio?: boolean;
}

/**
 * `nephos instance ssh NAME [-- arguments of ssh]`: the machine's own ssh, through the gateway. With `--stdio` it is the
 * ProxyCommand itself, also for a person's own ssh configuration: `ProxyCommand nephos instance ssh %h --stdio`.
 */
export function addSshCommand(instance: Command): void {
  const command = instance
    .command('ssh')
    .description('sign in to a running one')
    .argument('<instance>', 'its name or id')
    .argument('[arguments...]', 'after --: options of ssh, a command')
    .option('--user <name>', 'who to sign in as', 'root')
    .option('--port <port>', 'of the guest', '22')
    .option('--stdio', 'be the connection: stdin and stdout are the port')
    .action(async (name: string, args: string[], options: SshOptions) => {
      const session = await openSession(command);
      const instanceId = await findId(session, 'instance', name);
      const port = wholeNumber(options.port, '--port', 65_535);
      if (!options.stdio) {
        process.exitCode = await runSsh({ instanceId, port, user: options.user, url: session.url, args });
        return;
      }
      const stream = await session.connect(instanceId, port);
      await pipeline(process.stdin, stream, process.stdout).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE' && error.code !== 'EPIPE') throw error; // one side hung up, as sides do
      });
      process.exit(0); // stdin may still be open, and nobody reads it any more
    });
}

async function runSsh({
  instanceId,
  port,
  user,
  url,
  args,
}: {
  instanceId: string;
  port: number;
  user: string;
  url: string;
  args: string[];
}): Promise<number> {
  if (!/^[\w.][\w.-]*$/.test(user)) throw new NephosError('BAD_INPUT', `${user} is not a user's name.`);
  const knownHosts = path.join(path.dirname(configFile()), 'known_hosts');
  await mkdir(path.dirname(knownHosts), { recursive: true, mode: 0o700 });
  const ssh = spawn(
    'ssh',
    [
      '-o',
      `ProxyCommand=${proxyCommand(instanceId, port)}`,
      '-o',
      `HostKeyAlias=${instanceId}`, // a name may go to another instance later, an id never does
      '-o',
      `UserKnownHostsFile="${knownHosts}"`,
      '-o',
      'StrictHostKeyChecking=accept-new',
      '-l',
      user,
      instanceId,
      ...args,
    ],
    { stdio: 'inherit', env: { ...process.env, NEPHOS_URL: url } },
  );
  const [code] = await once(ssh, 'exit').catch((error: NodeJS.ErrnoException) => {
    throw new NephosError('UNSUPPORTED', error.code === 'ENOENT' ? 'This machine has no ssh. Install an OpenSSH client.' : error.message);
  });
  return typeof code === 'number' ? code : 255;
}

/** ssh gives this to a shell and expands `%`: only an id, a number, and quoted paths of this program are in it. */
function proxyCommand(instanceId: string, port: number): string {
  const main = fileURLToPath(import.meta.resolve(`./main${path.extname(import.meta.filename)}`));
  const words = [process.execPath, main].map((word) => `'${word.replaceAll("'", String.raw`'\''`).replaceAll('%', '%%')}'`);
  return [...words, 'instance', 'ssh', instanceId, '--port', String(port), '--stdio'].join(' ');
}
