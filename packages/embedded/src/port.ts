import { readdir, readFile, readlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { DomainError } from '@nephos/model/errors';

/** A port of the loopback address that nobody used a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new DomainError('UNEXPECTED', 'The system gave no port');
  return address.port;
}

/** Throws IN_USE, naming the process that has the port. `purpose` says what wanted it; `setting` how to choose another. */
export async function assertPortFree(port: number, purpose: string, setting: string): Promise<void> {
  if (await canListen(port)) return;
  const holder = await findListener(port);
  const who = holder ? `${holder.name} (process ${holder.pid})` : 'another process';
  throw new DomainError(
    'IN_USE',
    `Port ${port}, wanted for ${purpose}, is taken by ${who}. Stop that process or choose another port with ${setting}.`,
    { port },
  );
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => ('code' in error && error.code === 'EADDRINUSE' ? resolve(false) : reject(error)));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Who listens on a TCP port of this network namespace; undefined where we may not look (proc(5), /proc/net/tcp). */
export async function findListener(port: number): Promise<{ pid: number; name: string } | undefined> {
  const inodes = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of (await readFile(table, 'utf8').catch(() => '')).split('\n').slice(1)) {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
      const LISTENING = '0A';
      if (state === LISTENING && Number.parseInt(local.split(':')[1] ?? '', 16) === port) inodes.add(`socket:[${inode}]`);
    }
  }
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '');
      if (inodes.has(target)) return { pid: Number(pid), name: (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '?')).trim() };
    }
  }
  return undefined;
}
