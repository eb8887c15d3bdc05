import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { open, readdir, readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { DesiredRouter } from '@nephos/contracts/desired-network';
import { DomainError } from '@nephos/model/errors';
import type { ToolOptions } from '../run-tool.ts';
import { ensureFile, ensureFolder, ensureFolderOf } from '../state-files.ts';
import { ensureDaemon } from './daemon.ts';
import { guestPages, passwordId } from './metadata.ts';
import type { RouterFiles } from './router-files.ts';

const START_TIMEOUT_MS = 10_000;
/** What root keeps in the service: ports below 1024, and the way to its files. */
const CAPABILITIES = '-all,+net_bind_service,+dac_read_search';

/** The metadata and password service of this router runs, with exactly these guests' pages, when this returns. */
export async function ensureMetadata(router: DesiredRouter, namespace: string, files: RouterFiles, options: ToolOptions): Promise<void> {
  await writePages(router, files.metadata);
  const script = stripTypeScriptTypes(await readFile(new URL('./metadata-main.ts', import.meta.url), 'utf8'));
  // A copy of its own: it goes on serving, and starts again, whatever happens to the folder the agent was installed in.
  const scriptPath = join(files.folder, 'metadata.mjs');
  await ensureFile(scriptPath, script);
  await ensureDaemon(
    {
      namespace,
      mark: scriptPath,
      recordPath: join(files.folder, 'metadata.pid'),
      key: createHash('sha256').update(`${process.version}\0${script}`).digest('hex'),
      loaded: '', // it reads its files at each request
      isRestartDue: false,
      start: () => startMetadata(namespace, scriptPath, files, options.signal),
    },
    options,
  );
}

/** Passwords first: a page that names one must find it. A password that was taken is not written again. */
async function writePages(router: DesiredRouter, folder: string): Promise<void> {
  await ensureFolder(join(folder, 'taken'));
  const withPassword = router.guests.flatMap(({ instanceId, password }) =>
    password === undefined ? [] : [{ id: passwordId(instanceId, password), password }],
  );
  const taken = new Set(await readdir(join(folder, 'taken')));
  await ensureFolderOf(join(folder, 'passwords'), new Map(withPassword.filter(({ id }) => !taken.has(id)).map(({ id, password }) => [id, password])));
  await ensureFolderOf(
    join(folder, 'guests'),
    new Map(router.guests.map((guest) => [`${guest.ip}.json`, JSON.stringify(guestPages(router, guest))])),
  );
  // The service may add to it at this moment, hence never "exactly": only what is no longer asked for goes.
  const wanted = new Map(withPassword.filter(({ id }) => taken.has(id)).map(({ id }) => [id, '']));
  if (wanted.size < taken.size) await ensureFolderOf(join(folder, 'taken'), wanted);
}

async function startMetadata(namespace: string, scriptPath: string, files: RouterFiles, signal: AbortSignal): Promise<number> {
  const logPath = join(files.folder, 'metadata.log');
  const log = await open(logPath, 'w', 0o600);
  try {
    const service = spawn(
      'ip',
      [
        'netns',
        'exec',
        namespace,
        'setpriv',
        `--bounding-set=${CAPABILITIES}`,
        '--inh-caps=-all',
        '--no-new-privs',
        process.execPath,
        '--permission',
        '--max-semi-space-size=1',
        `--allow-fs-read=${scriptPath}`,
        `--allow-fs-read=${files.metadata}/`,
        `--allow-fs-write=${files.metadata}/taken/`,
        `--allow-fs-write=${files.metadata}/passwords/`,
        scriptPath,
        files.metadata,
      ],
      { detached: true, stdio: ['ignore', log.fd, log.fd, 'pipe'], cwd: '/', env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } },
    );
    service.unref();
    service.on('error', () => undefined); // without a process the pipe closes, which is reported below
    const [, , , ready] = service.stdio;
    if (!ready || !('readable' in ready)) throw new DomainError('UNEXPECTED', 'The metadata service was started without its ready pipe');
    const isReady = await saysReady(ready, AbortSignal.any([signal, AbortSignal.timeout(START_TIMEOUT_MS)]));
    if (isReady && service.pid !== undefined) return service.pid;
    service.kill('SIGKILL');
    const said = (await readFile(logPath, 'utf8')).slice(-1_000);
    throw new DomainError('NETWORK_FAILED', `The metadata service of ${namespace} did not start: ${said}`, { namespace });
  } finally {
    await log.close();
  }
}

/** It writes one line when both ports are open; a pipe that closes before that means it ended. */
async function saysReady(pipe: Readable, signal: AbortSignal): Promise<boolean> {
  const ended = new AbortController();
  pipe.once('close', () => ended.abort());
  try {
    await once(pipe, 'data', { signal: AbortSignal.any([signal, ended.signal]) });
    return true;
  } catch {
    return false;
  } finally {
    pipe.destroy();
  }
}
