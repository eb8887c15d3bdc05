// Makes the embedded cloud's default zone through the public API, at every start; what is there already stays.
//   node tools/src/set-up-zone.ts API_URL HOSTS_FILE CONTROL_FOLDER
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createNephosClient } from '@nephos/client/client';
import { publicGateway } from '@nephos/embedded/wire';
import { hostsFileSchema } from './hosts.ts';
import { readSettings } from './settings.ts';
import { setUpZone } from './setup-zone.ts';
import { withTemplateImage } from './template-image.ts';
import { runCommand, say } from './terminal.ts';

const POOL_OF_REAL_HOST = '/var/lib/nephos/pool';

await runCommand(async () => {
  const [url = '', hostsFile = '', controlFolder = ''] = process.argv.slice(2);
  const { wire } = readSettings([]);
  const password = (await readFile(path.join(controlFolder, 'admin-password'), 'utf8')).trim();
  const { token } = await createNephosClient({ url }).api.auth.login.mutate({ name: 'admin', password });
  const hosts = hostsFileSchema.parse(JSON.parse(await readFile(hostsFile, 'utf8')));
  const hypervisor = hosts[0]?.hypervisor ?? 'simulator';

  await setUpZone(
    createNephosClient({ url, token }),
    {
      name: 'zone-1',
      publicAddresses: { firstIp: `${wire.publicNet}.20`, lastIp: `${wire.publicNet}.250`, prefixLength: 24, gateway: publicGateway(wire) },
      hypervisor,
      hosts: hosts.map(({ name, managementIp, agentConfigFile }) => ({
        name,
        managementIp,
        agentConfigFile,
        poolPath: hypervisor === 'kvm' ? POOL_OF_REAL_HOST : `/pool/${name}`,
      })),
      offerings: [
        { name: 'tiny', cpuCount: 1, cpuMhz: 500, memoryMib: 128 },
        { name: 'small', cpuCount: 1, cpuMhz: 1_000, memoryMib: 512 },
        { name: 'medium', cpuCount: 2, cpuMhz: 1_000, memoryMib: 2_048 },
      ],
      template: { name: 'tiny', description: 'A tiny Linux for trying things', withImage: (use) => withTemplateImage(hypervisor, use) },
    },
    (line) => say('zone', line),
  );
  return 0;
});
