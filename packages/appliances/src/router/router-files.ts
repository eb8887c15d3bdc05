import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RouterNames } from './router-names.ts';

/** What dnsmasq must read again after it gave up root lies here: the state folder may be closed to it on the way down. */
const RUN_FOLDER = '/run/nephos-routers';

/** Where everything of one router lies. */
export interface RouterFiles {
  /** Root's alone. */
  folder: string;
  /** Below RUN_FOLDER, readable for dnsmasq. */
  runFolder: string;
  claim: string;
  applied: string;
  metadata: string;
  dnsmasqConf: string;
  leasesWanted: string;
  names: string;
  leases: string;
}

export function routerFiles(stateDir: string, routerId: string, { namespace }: RouterNames): RouterFiles {
  const folder = join(stateDir, 'routers', routerId);
  const runFolder = join(RUN_FOLDER, namespace);
  return {
    folder,
    runFolder,
    claim: join(folder, 'claim.json'),
    applied: join(folder, 'applied.json'),
    metadata: join(folder, 'metadata'),
    dnsmasqConf: join(folder, 'dnsmasq.conf'),
    leases: join(folder, 'leases'),
    leasesWanted: join(runFolder, 'dhcp-hosts'),
    names: join(runFolder, 'names'),
  };
}

export interface DaemonAccount {
  user: string;
  group: string;
  groupId: number;
}

/** Who dnsmasq becomes after its start: Debian's packages make a user of that name; elsewhere it is nobody. */
export async function dnsmasqAccount(): Promise<DaemonAccount> {
  const [users, groups] = await Promise.all(['/etc/passwd', '/etc/group'].map(readTable));
  const find = (name: string): string[] | undefined => users?.find(([user]) => user === name);
  const [user = 'nobody', , , groupId = '65534'] = find('dnsmasq') ?? find('nobody') ?? [];
  const [group = 'nogroup'] = groups?.find(([, , id]) => id === groupId) ?? [];
  return { user, group, groupId: Number(groupId) };
}

async function readTable(path: string): Promise<string[][]> {
  return (await readFile(path, 'utf8')).split('\n').map((line) => line.split(':'));
}
