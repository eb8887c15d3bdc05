import { randomInt } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { writeServerCertificate } from '@nephos/embedded/certificate';
import { startProcess } from '@nephos/embedded/process';
import { tool } from '@nephos/embedded/tool';

export interface SambaServer {
  address: string;
  ca: string;
  stop(): Promise<void>;
}

export const SAMBA_BASE = 'DC=corp,DC=example';
export const SAMBA_ADMINISTRATOR_PASSWORD = 'Adm1n-Passw0rd';

/**
 * A Samba domain controller that serves nothing but LDAP. Its ports cannot be chosen, so it gets a loopback address of its own.
 * `entries` are LDIF; `raw` changes go past the server's own checks.
 */
export async function startSamba(folder: string, { entries, raw }: { entries: string; raw: string }): Promise<SambaServer> {
  const address = `127.${randomInt(16, 250)}.${randomInt(1, 250)}.${randomInt(1, 250)}`;
  const at = (...parts: string[]) => path.join(folder, 'dc', ...parts);
  await mkdir(folder, { recursive: true });
  const tls = await writeServerCertificate(path.join(folder, 'tls'), address);
  await chmod(tls.privateKey, 0o600); // or Samba refuses it
  const empty = path.join(folder, 'empty.conf');
  await writeFile(empty, '[global]\n');
  const slow = { timeoutMs: 240_000 };
  const names = ['--realm=CORP.EXAMPLE', '--domain=CORP', '--server-role=dc', '--host-name=dc1', '--host-ip=127.0.0.1', '--dns-backend=NONE'];
  await tool(
    ['samba-tool', 'domain', 'provision', '-q', '-s', empty, `--targetdir=${at()}`, ...names, `--adminpass=${SAMBA_ADMINISTRATOR_PASSWORD}`],
    slow,
  );
  for (const name of ['run', 'cache']) await mkdir(at(name), { recursive: true });
  const config = at('etc', 'smb.conf');
  await writeFile(
    config,
    `[global]
  netbios name = DC1
  realm = CORP.EXAMPLE
  workgroup = CORP
  server role = active directory domain controller
  server services = ldap
  interfaces = ${address}/8
  bind interfaces only = yes
  private dir = ${at('private')}
  state directory = ${at('state')}
  cache directory = ${at('cache')}
  lock directory = ${at()}
  pid directory = ${at('run')}
  ncalrpc dir = ${at('run', 'ncalrpc')}
  winbindd socket directory = ${at('run', 'winbindd')}
  ntp signd socket directory = ${at('run', 'ntp_signd')}
  log file = ${at('samba.log')}
  tls keyfile = ${tls.privateKey}
  tls certfile = ${tls.certificate}
  tls cafile = ${tls.ca}
`,
  );
  const seed = path.join(folder, 'seed.ldif');
  const rawChanges = path.join(folder, 'raw.ldif');
  await writeFile(seed, entries);
  await writeFile(rawChanges, raw);
  await tool(['ldbadd', `--configfile=${config}`, '-H', at('private', 'sam.ldb'), seed], slow);
  await tool(['ldbmodify', `--configfile=${config}`, '-H', at('private', 'sam.ldb.d', 'DC=CORP,DC=EXAMPLE.ldb'), rawChanges], slow);
  const running = startProcess({
    name: 'samba',
    argv: ['samba', '-s', config, '-F', '--no-process-group', '-M', 'single', '--debug-stdout', '-d1'],
    readiness: { kind: 'answer', ask: () => answers(address, 636) },
    readyTimeoutMs: 60_000,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 10_000,
  });
  await running.ready;
  return { address, ca: await readFile(tls.ca, 'utf8'), stop: running.stop };
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
