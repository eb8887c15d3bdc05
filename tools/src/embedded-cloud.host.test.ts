import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { instanceDto, instancePasswordDto } from '@nephos/contracts/instance.schema';
import { hostDto } from '@nephos/contracts/host.schema';
import { operationDto } from '@nephos/contracts/operation.schema';
import { sshKeyPairDto } from '@nephos/contracts/user.schema';
import { findViolations } from '@nephos/db/invariants';
import { listHostNamespaces } from '@nephos/embedded/host-namespace';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startEmbeddedCloud, type EmbeddedCloud } from './embedded-cloud.ts';
import { openGuestShell, type GuestShell } from './guest-shell.ts';
import { NOTHING, processesOn, whatIsLeft } from './left-on-host.ts';
import { foldersOf } from './settings.ts';

const USER_DATA = '#!/bin/sh\necho user data ran > /root/proof\n';

let cloud: EmbeddedCloud;
let shell: GuestShell;
/** Two instances, one on each host. */
let a: { id: string; name: string; ip: string; host: string };
let b: typeof a;

beforeAll(async () => {
  cloud = await startEmbeddedCloud({ args: ['--hosts', '2'], env: { NEPHOS_HOST_SILENT_MS: '20000' } });
  shell = await openGuestShell(cloud.api);
});
afterAll(async () => {
  await shell?.close();
  await cloud?.close();
});

describe('a cloud of real hosts', () => {
  it('runs guests that sign-in, names, user data, passwords and the network work in', async () => {
    const { id: sshKeyPairId } = await cloud.api.mutate(sshKeyPairDto, 'sshKeyPair.create', { name: 'test', publicKey: shell.publicKey });
    const deploy = async (name: string) => {
      const [operation] = await cloud.api.mutate(z.array(operationDto), 'instance.deploy', {
        zoneId: await idOf('zone.list', 'zone-1'),
        templateId: await idOf('template.list', 'tiny'),
        computeOfferingId: await idOf('computeOffering.list', 'tiny'),
        name,
        sshKeyPairId,
        userData: Buffer.from(USER_DATA).toString('base64'),
        wantsPassword: true,
      });
      const { state, error, resource } = await cloud.api.untilEnded(operation?.id ?? '');
      expect({ state, error }).toEqual({ state: 'succeeded', error: null });
      const { host } = await cloud.db.instance.findUniqueOrThrow({ where: { id: resource.id }, select: { host: { select: { name: true } } } });
      return { ...resource, ip: (await get(resource.id)).nics[0]?.ip ?? '', host: host?.name ?? '' };
    };
    a = await deploy('vm-a');
    const enable = async (isEnabled: boolean) => cloud.api.mutate(hostDto, 'host.update', { hostId: await idOf('host.list', a.host), isEnabled });
    await enable(false); // so that the other one is taken
    b = await deploy('vm-b');
    await enable(true);
    expect(a.host).not.toBe(b.host);

    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      expect(await shell.run(one.id, 'hostname')).toBe(one.name);
      expect(await shell.run(one.id, `ping -c 1 -W 5 ${other.ip} >/dev/null && echo reached`)).toBe('reached');
      expect(await shell.run(one.id, 'for i in 1 2 3 4 5 6 7 8 9; do [ -f /root/proof ] && break; sleep 1; done; cat /root/proof')).toBe(
        'user data ran',
      );
    }
    const { password } = await cloud.api.query(instancePasswordDto, 'instance.password', { instanceId: a.id });
    expect(password).toMatch(/^[a-km-zA-HJ-NP-Z2-9]{16}$/);
    expect(await shell.runByPassword(a.id, 'root', password, 'hostname')).toBe(a.name);
    await expect(shell.runByPassword(a.id, 'root', `${password}x`, 'hostname')).rejects.toThrow('not in by password');
    expect(await logs()).not.toContain(password);
  });

  it('adopts its guests after Ctrl-C and a new start, within 30 seconds', async () => {
    const before = await guests();
    expect(await cloud.stop()).toBe(0);
    expect(await guests()).toEqual(before);
    const startedAt = Date.now();
    await cloud.start();
    expect(Date.now() - startedAt).toBeLessThan(30_000);
    expect(await guests()).toEqual(before);
    for (const { id } of [a, b]) expect(await get(id)).toMatchObject({ state: 'running', operationId: null });
    expect(await shell.run(b.id, 'hostname')).toBe(b.name);
  });

  it('shows a guest as stopped that ended behind its back, and gives its claim back', async () => {
    const { pid } = only((await guests()).filter(({ host }) => host === b.host));
    const killedAt = Date.now();
    process.kill(pid, 'SIGKILL');
    await cloud.api.until('it is stopped', async () => (await get(b.id)).state === 'stopped', 5_000);
    expect(Date.now() - killedAt).toBeLessThan(5_000);
    expect(await cloud.db.event.findMany({ where: { resourceId: b.id, kind: 'instance.stopped-by-itself' } })).toHaveLength(1);
    await claimIsBack(b.id);
    await done('start', b.id);
    expect(await shell.run(b.id, 'cat /root/proof')).toBe('user data ran');
  });

  it('changes nothing when libvirtd is killed', async () => {
    const before = { guests: await guests(), events: await cloud.db.event.count() };
    const fromLine = cloud.lines.length;
    process.kill(await cloud.pidOf(`libvirtd-${a.host}`), 'SIGKILL');
    await cloud.line(new RegExp(`^libvirtd-${a.host} +ready again`), fromLine);
    await heardOf(a.host);
    expect({ guests: await guests(), events: await cloud.db.event.count() }).toEqual(before);
    expect(await get(a.id)).toMatchObject({ state: 'running' });
    expect(cloud.lines.slice(fromLine).filter((line) => line.startsWith('agent-'))).toEqual([]); // the agent stays
  });

  it('says that it doesn’t know while a host is silent, and knows again after', async () => {
    const agent = await cloud.pidOf(`agent-${a.host}`);
    process.kill(agent, 'SIGSTOP');
    await cloud.api.until('its instance is unknown', async () => (await get(a.id)).state === 'unknown', 60_000);
    expect(await cloud.db.host.findFirst({ where: { name: a.host } })).toMatchObject({ state: 'disconnected' });
    expect(await get(b.id)).toMatchObject({ state: 'running' });
    process.kill(agent, 'SIGCONT');
    await cloud.api.until('it runs again', async () => (await get(a.id)).state === 'running', 60_000);
    expect(await cloud.db.host.findFirst({ where: { name: a.host } })).toMatchObject({ state: 'connected' });
  });

  it('ends a guest whose claim is older than its record before the host takes work', async () => {
    const { pid } = only((await guests()).filter(({ host }) => host === a.host));
    const agent = await cloud.pidOf(`agent-${a.host}`);
    process.kill(agent, 'SIGSTOP'); // it hears nothing of what comes now
    await cloud.db.$transaction([
      cloud.db.instance.update({ where: { id: a.id }, data: { generation: { increment: 1 } } }),
      cloud.db.hostAllocation.update({ where: { resourceId: a.id }, data: { generation: { increment: 1 } } }),
    ]);
    const log = path.join(foldersOf(cloud.dataFolder).logs, `agent-${a.host}.log`);
    const before = (await readFile(log, 'utf8')).length;
    const fromLine = cloud.lines.length;
    process.kill(agent, 'SIGKILL');
    await cloud.line(new RegExp(`^agent-${a.host} +ready again`), fromLine);
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    const said = await cloud.api.until('its log is written', async () => {
      const text = (await readFile(log, 'utf8')).slice(before);
      return text.includes('taking work') && text;
    });
    expect(said.indexOf('ending a guest that has no claim')).toBeGreaterThan(0);
    expect(said.indexOf('taking work')).toBeGreaterThan(said.indexOf('ending a guest that has no claim'));
    await claimIsBack(a.id);
    await done('start', a.id);
  });

  it('destroys, recovers, expunges, and leaves nothing on its hosts', async () => {
    await done('destroy', a.id);
    await done('recover', a.id);
    await done('start', a.id);
    expect(await shell.run(a.id, 'cat /root/proof')).toBe('user data ran'); // the disk is the one of before
    for (const { id } of [a, b]) {
      await done('destroy', id);
      await done('expunge', id);
    }
    await cloud.api.until('every operation has ended', async () => (await cloud.db.operation.count({ where: { endedAt: null } })) === 0);
    expect(await findViolations(cloud.db)).toEqual([]);
    for (const host of [a.host, b.host]) expect(await whatIsLeft(cloud, host)).toEqual(NOTHING);
  });

  it('goes down without a trace', async () => {
    expect(await cloud.command('down.ts')).toMatchObject({ code: 0 });
    expect(await listHostNamespaces(`${cloud.prefix}-`)).toEqual([]);
    expect((await readdir('/run/netns')).filter((name) => name.startsWith(`${cloud.prefix}-`))).toEqual([]);
    expect((await readdir('/sys/class/net')).filter((name) => name.startsWith(`${cloud.prefix}-`))).toEqual([]);
  });
});

const get = (instanceId: string) => cloud.api.query(instanceDto, 'instance.get', { instanceId });

async function done(verb: string, instanceId: string): Promise<void> {
  const { id } = await cloud.api.mutate(operationDto, `instance.${verb}`, { instanceId });
  expect(await cloud.api.untilEnded(id)).toMatchObject({ state: 'succeeded', error: null });
}

async function idOf(procedure: string, name: string): Promise<string | undefined> {
  const { items } = await cloud.api.query(z.object({ items: z.array(z.object({ id: z.uuid(), name: z.string() })) }), procedure, { limit: 100 });
  return items.find((item) => item.name === name)?.id;
}

function only<T>(list: readonly T[]): T {
  const [one, ...others] = list;
  if (one === undefined || others.length > 0) throw new Error(`one was expected, not ${list.length}`);
  return one;
}

/** The QEMU processes of both hosts. */
async function guests(): Promise<{ host: string; pid: number }[]> {
  const hosts = await listHostNamespaces(`${cloud.prefix}-`);
  const found = await Promise.all(
    hosts.map(async (host) => (await processesOn(host)).filter(({ name }) => name.startsWith('qemu-')).map(({ pid }) => ({ host, pid }))),
  );
  return found.flat();
}

/** The reconciler has dealt with an instance that ended by itself. */
async function claimIsBack(instanceId: string): Promise<void> {
  await cloud.api.until(
    'its claim is back',
    async () => {
      const { state, operationId } = await get(instanceId);
      return state === 'stopped' && operationId === null && (await cloud.db.hostAllocation.count({ where: { resourceId: instanceId } })) === 0;
    },
    60_000,
  );
}

/** A full report that began after now. */
async function heardOf(host: string): Promise<void> {
  const reportedAt = async () => (await cloud.db.host.findFirstOrThrow({ where: { name: host } })).reportedAt?.getTime() ?? 0;
  const before = await reportedAt();
  await cloud.api.until(`host ${host} reports`, async () => (await reportedAt()) > before, 60_000);
}

async function logs(): Promise<string> {
  const { logs: folder } = foldersOf(cloud.dataFolder);
  return (await Promise.all((await readdir(folder)).map((file) => readFile(path.join(folder, file), 'utf8')))).join('\n');
}
