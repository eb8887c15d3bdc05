// `npm run test:debian-guest [-- --yes]`: a real Debian with real cloud-init takes name, key, password and user data from our router.
// Builds the image (kept in the cache), starts a cloud of its own, uploads, deploys and looks inside. Some minutes under emulation.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createNephosClient } from '@nephos/client/client';
import { buildDebianImage } from '@nephos/images/build-debian';
import { DomainError } from '@nephos/model/errors';
import { build } from './build.ts';
import { startEmbeddedCloud, type EmbeddedCloud } from './embedded-cloud.ts';
import { openGuestShell, type GuestShell } from './guest-shell.ts';
import { ensureSystemPackages } from './needs.ts';
import { whyNoRealHosts } from './real-hosts.ts';
import { runCommand, say } from './terminal.ts';

/** Debian's cloud images sign this one in, and let it become root. */
const USER = 'debian';
const NAME = 'debian-guest';
const FIRST_BOOT_MS = 15 * 60_000;
const USER_DATA = `#cloud-config
write_files:
  - path: /root/written
    content: by cloud-config
runcmd:
  - [sh, -c, 'echo ran > /root/ran']
`;

await runCommand(async () => {
  await ensureSystemPackages({ isAgreed: process.argv.includes('--yes') || process.env['CI'] !== undefined });
  const reason = whyNoRealHosts();
  if (reason) throw new DomainError('UNSUPPORTED', `A Debian guest needs a real host: ${reason}.`);
  await build();
  const folder = await mkdtemp(path.join(tmpdir(), 'nephos-debian-'));
  let cloud: EmbeddedCloud | undefined;
  let shell: GuestShell | undefined;
  try {
    const image = path.join(folder, 'debian12.qcow2');
    const built = await timed('image', () => buildDebianImage({ outFile: image }));
    cloud = await timed('cloud', () => startEmbeddedCloud({ args: ['--hosts', '1'] }));
    shell = await openGuestShell(cloud.api);
    return (await prove(cloud, shell, image, built)) ? 0 : 1;
  } finally {
    await shell?.close();
    await cloud?.close();
    await rm(folder, { recursive: true, force: true });
  }
});

async function prove(
  cloud: EmbeddedCloud,
  shell: GuestShell,
  image: string,
  { sha256, sizeBytes }: { sha256: string; sizeBytes: number },
): Promise<boolean> {
  const client = createNephosClient(cloud.api);
  const { api } = client;
  const [zone, offering, store] = [
    (await api.zone.list.query({})).items[0],
    (await api.computeOffering.list.query({ search: 'medium' })).items[0],
    (await api.imageStore.list.query({})).items[0],
  ];
  if (!zone || !offering || !store) throw new DomainError('UNEXPECTED', 'The cloud came up without zone, offering or image store.');
  const template = await timed('upload', async () => {
    const { id } = await api.template.create.mutate({
      imageStoreId: store.id,
      name: 'Debian 12',
      sha256,
      sizeBytes,
      isPublic: true,
      minMemoryMib: 768,
    });
    return client.uploadTemplate(id, image);
  });
  const { id: sshKeyPairId } = await api.sshKeyPair.create.mutate({ name: 'test', publicKey: shell.publicKey });
  const instanceId = await timed('deploy', async () => {
    const userData = Buffer.from(USER_DATA).toString('base64');
    const [begun] = await api.instance.deploy.mutate({
      zoneId: zone.id,
      name: NAME,
      templateId: template.id,
      computeOfferingId: offering.id,
      sshKeyPairId,
      userData,
      wantsPassword: true,
      rootDiskGib: 3,
    });
    const { state, error, resource } = await client.waitForOperation(begun?.id ?? '');
    if (state !== 'succeeded') throw new DomainError('UNEXPECTED', `The deploy ${state}: ${error?.message}`);
    return resource.id;
  });
  const { password } = await api.instance.password.query({ instanceId });
  const run = (command: string) => shell.run(instanceId, command, { user: USER, timeoutMs: FIRST_BOOT_MS });

  await timed('ssh answers', () => run('true'));
  const status = await timed('cloud-init', () => run('cloud-init status --wait --long || true'));
  const facts: [what: string, found: string, wanted: RegExp][] = [
    ['cloud-init', status, /^status: done/m],
    ['datasource', await run('cloud-id; cat /run/cloud-init/result.json'), /DataSourceCloudStack/],
    ['hostname', await run('hostname'), new RegExp(`^${NAME}$`)],
    ['user data: a file', await run('sudo cat /root/written'), /^by cloud-config$/],
    ['user data: a command', await run('sudo cat /root/ran'), /^ran$/],
    ['password', await run('sudo cut -d: -f1,2 /etc/shadow | grep -v ":[*!]" | cut -c 1-12'), /^\w+:\$/m],
    [
      'password was handed out once',
      await run('wget -q -O - --header "DomU_Request: send_my_password" "http://$(ip -4 route show default | cut -d" " -f3):8080/"'),
      /^saved_password$/,
    ],
    ['sign-in by password', await shell.runByPassword(instanceId, USER, password, 'id -un').catch((error: unknown) => String(error)), /^debian$/],
    ['a root disk as wide as was asked for', await run('findmnt -no SIZE /'), /^(2\.[5-9]|3)G$/],
  ];
  for (const [what, found, wanted] of facts)
    say(wanted.test(found.trim()) ? 'ok' : 'WRONG', `${what}: ${found.trim().split('\n').slice(0, 12).join(' | ')}`);
  say('memory', (await run('free -m | sed -n 2p')).trim());
  return facts.every(([, found, wanted]) => wanted.test(found.trim()));
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const startedAt = Date.now();
  const result = await work();
  say(what, `${((Date.now() - startedAt) / 1_000).toFixed(1)} s`);
  return result;
}
