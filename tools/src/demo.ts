// `npm run demo`: what an integrator does in a running cloud, through the public API alone. The cloud is the embedded one of
// `npm start`, or the one that NEPHOS_URL and NEPHOS_ADMIN_PASSWORD name.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createNephosClient, type NephosClient, type Outputs } from '@nephos/client/client';
import { DomainError } from '@nephos/model/errors';
import { findDemoCloud, signInAsDemoUser } from './demo-cloud.ts';
import { makeSshKey, waitForSsh } from './demo-ssh.ts';
import { runCommand, say } from './terminal.ts';

const startedAt = Date.now();
const told = (thing: string, text: string) => say(thing, `${((Date.now() - startedAt) / 1_000).toFixed(1).padStart(6)} s  ${text}`);

await runCommand(async () => {
  const cloud = await findDemoCloud();
  told('cloud', `at ${cloud.url}`);
  const { token, hasRealGuests } = await signInAsDemoUser(cloud);
  const client = createNephosClient({ url: cloud.url, token });
  told('sign in', `as ${(await client.api.auth.me.query()).name}`);
  if (!hasRealGuests) told('hosts', 'are simulated, so there is no real guest; the SSH is left out');

  const folder = await mkdtemp(path.join(tmpdir(), 'nephos-demo-'));
  const name = `demo-${Date.now().toString(36)}`;
  const key = await makeSshKey(folder);
  const sshKeyPair = await client.api.sshKeyPair.create.mutate({ name, publicKey: key.publicKey });
  told('ssh key', sshKeyPair.fingerprint);
  try {
    const instanceId = await deploy(client, name, sshKeyPair.id);
    const showGuest = async () => {
      if (!hasRealGuests) return;
      const hostname = await waitForSsh({ url: cloud.url, token, instanceId, folder, keyFile: key.file, command: ['hostname'] });
      if (hostname !== name) throw new DomainError('UNEXPECTED', `The guest says that it is called ${hostname}, not ${name}.`);
      told('ssh', `hostname: ${hostname}`);
    };
    await showGuest();
    await finish(client, 'stop', client.api.instance.stop.mutate({ instanceId }));
    await finish(client, 'start', client.api.instance.start.mutate({ instanceId }));
    await showGuest();
    await finish(client, 'destroy', client.api.instance.destroy.mutate({ instanceId }));
    await finish(client, 'recover', client.api.instance.recover.mutate({ instanceId }));
    await finish(client, 'destroy', client.api.instance.destroy.mutate({ instanceId }));
    await finish(client, 'expunge', client.api.instance.expunge.mutate({ instanceId }));
  } finally {
    await client.api.sshKeyPair.delete.mutate({ sshKeyPairId: sshKeyPair.id });
    await client.api.auth.logout.mutate();
    await rm(folder, { recursive: true });
  }
  told('demo', 'done; nothing is left of it');
  return 0;
});

async function deploy(client: NephosClient, name: string, sshKeyPairId: string): Promise<string> {
  const { api } = client;
  const zone = first('zone', await api.zone.list.query({ limit: 1 }));
  const template = first('ready template', await api.template.list.query({ state: ['ready'], search: 'tiny', limit: 1 }));
  const offering = first('compute offering', await api.computeOffering.list.query({ isEnabled: true, sort: 'memoryMib', limit: 1 }));
  // With a key that is the same for the same wish, a deploy that is sent again after a broken connection is still one deploy.
  const context = { idempotencyKey: `demo/${name}` };
  const [operation] = await api.instance.deploy.mutate(
    { name, zoneId: zone.id, templateId: template.id, computeOfferingId: offering.id, sshKeyPairId },
    { context },
  );
  if (!operation) throw new DomainError('UNEXPECTED', 'The deploy began nothing.');
  await finish(client, 'deploy', operation);
  const { nics } = await api.instance.get.query({ instanceId: operation.resource.id });
  told('deploy', `${name} runs, with ${nics.map(({ ip }) => ip).join(', ')}`);
  return operation.resource.id;
}

/** Follows an operation to its end, step by step. */
async function finish(
  client: NephosClient,
  what: string,
  begun: Outputs['operation']['cancel'] | Promise<Outputs['operation']['cancel']>,
): Promise<void> {
  const { id } = await begun;
  const ended = await client.waitForOperation(id, {
    signal: AbortSignal.timeout(10 * 60_000),
    onStep: ({ name, state, isUndo }) => told(what, `${isUndo ? 'undo: ' : ''}${name}: ${state}`),
  });
  if (ended.state !== 'succeeded')
    throw new DomainError('UNEXPECTED', `The ${what} ${ended.state}: ${ended.error?.message} (${ended.error?.code}). Operation ${id}.`);
}

function first<T>(noun: string, { items: [one] }: { items: T[] }): T {
  if (one) return one;
  throw new DomainError('NOT_FOUND', `The cloud has no ${noun}.`);
}
