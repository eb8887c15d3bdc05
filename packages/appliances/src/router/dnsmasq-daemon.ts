import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DesiredRouter } from '@nephos/contracts/desired-network';
import { DomainError } from '@nephos/model/errors';
import { runTool, type ToolOptions } from '../run-tool.ts';
import { ensureFile, ensureFolder, readIfThere, replaceFile } from '../state-files.ts';
import { ensureDaemon } from './daemon.ts';
import { dhcpHosts, dnsHosts, dnsmasqConf } from './dnsmasq.ts';
import { dnsmasqAccount, type RouterFiles } from './router-files.ts';

/**
 * dnsmasq serves this router's guests when this returns. A changed list of guests is read again without a restart; a changed main
 * configuration needs one, and so does a lease that nobody should have any more: dnsmasq would keep its address and its name for a day.
 */
export async function ensureDnsmasq(router: DesiredRouter, namespace: string, files: RouterFiles, options: ToolOptions): Promise<void> {
  const account = await dnsmasqAccount();
  const conf = dnsmasqConf(router, files, account);
  const [hosts, names] = [dhcpHosts(router), dnsHosts(router)];
  const forDnsmasq = { mode: 0o640, groupId: account.groupId };
  await ensureFolder(dirname(files.runFolder), { mode: 0o711 });
  await ensureFolder(files.runFolder, { mode: 0o710, groupId: account.groupId });
  await ensureFile(files.leasesWanted, hosts, forDnsmasq);
  await ensureFile(files.names, names, forDnsmasq);
  const tried = `${files.dnsmasqConf}.try`; // checked beside the running one, before anything is stopped for it
  if ((await readIfThere(files.dnsmasqConf)) !== conf) {
    await replaceFile(tried, conf);
    await runTool('dnsmasq', ['--test', `--conf-file=${tried}`], options);
  }
  await ensureFile(files.dnsmasqConf, conf);

  const mark = `--conf-file=${files.dnsmasqConf}`;
  const pidFile = join(files.runFolder, 'dnsmasq.pid');
  await ensureDaemon(
    {
      namespace,
      mark,
      recordPath: join(files.folder, 'dnsmasq.pid'),
      key: digest(conf),
      loaded: digest(hosts, names),
      isRestartDue: (await readLeases(router, files.leases)).stale.length > 0,
      start: async () => {
        const { stale, right } = await readLeases(router, files.leases);
        if (stale.length > 0) await replaceFile(files.leases, right.map((line) => `${line}\n`).join(''));
        // It goes to the background by itself once it serves, so its exit code says whether it does.
        await runTool('ip', ['netns', 'exec', namespace, 'dnsmasq', mark, `--pid-file=${pidFile}`], options);
        const pid = Number(await readFile(pidFile, 'utf8'));
        if (!Number.isSafeInteger(pid) || pid < 2) throw new DomainError('NETWORK_FAILED', `dnsmasq wrote no pid into ${pidFile}`);
        return pid;
      },
    },
    options,
  );
}

/** Leases as dnsmasq keeps them, a line each: expiry, MAC, address, name, client id. */
async function readLeases(router: DesiredRouter, path: string): Promise<{ stale: string[]; right: string[] }> {
  const lines = ((await readIfThere(path)) ?? '').split('\n').filter(Boolean);
  const wanted = new Set(router.guests.map(({ macAddress, ip }) => `${macAddress} ${ip}`));
  const isRight = (line: string): boolean => wanted.has(line.split(' ').slice(1, 3).join(' '));
  return { stale: lines.filter((line) => !isRight(line)), right: lines.filter(isRight) };
}

function digest(...texts: string[]): string {
  return createHash('sha256').update(texts.join('\0')).digest('hex');
}
