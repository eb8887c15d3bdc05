import { instanceDto } from '@nephos/contracts/instance.schema';
import { operationDetailDto, operationDto } from '@nephos/contracts/operation.schema';
import { findViolations } from '@nephos/db/invariants';
import { insideHost } from '@nephos/embedded/host-namespace';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startEmbeddedCloud, type EmbeddedCloud } from '../embedded-cloud.ts';
import { NOTHING, processesOn, whatIsLeft } from '../left-on-host.ts';

// Faults that take a real host. A guest, libvirtd and an agent that die while nothing goes on: tools/src/embedded-cloud.host.test.ts.

const REPAIR_MS = 60_000;

let cloud: EmbeddedCloud;
let host: string;
beforeAll(async () => {
  cloud = await startEmbeddedCloud({ args: ['--hosts', '1'] });
  host = (await cloud.db.host.findFirstOrThrow()).name;
});
afterAll(() => cloud?.close());

describe('a real host', () => {
  it.each(['agent', 'libvirtd'])('goes on with a deploy in which its %s was killed, and starts the guest once', async (victim) => {
    const deploy = await begin(`vm-${victim}`);
    await cloud.api.until('the guest is being started', async () => {
      const { steps } = await cloud.api.query(operationDetailDto, 'operation.get', { operationId: deploy.id });
      return steps.some(({ name }) => name === 'start the guest');
    });
    const fromLine = cloud.lines.length;
    process.kill(await cloud.pidOf(`${victim}-${host}`), 'SIGKILL');
    await cloud.line(new RegExp(`^${victim}-${host} +ready again`), fromLine);
    expect(await cloud.api.untilEnded(deploy.id)).toMatchObject({ state: 'succeeded', error: null });
    expect(await guestsCalled(deploy.resource.id)).toBe(1);
    await end(deploy.resource.id);
    expect(await findViolations(cloud.db)).toEqual([]);
  });

  it.each(['dnsmasq', 'node'])('starts a router’s %s again that was killed', async (daemon) => {
    const deploy = await begin(`vm-${daemon}`);
    expect(await cloud.api.untilEnded(deploy.id)).toMatchObject({ state: 'succeeded' });
    const router = await cloud.db.router.findFirstOrThrow({ where: { removedAt: null } });
    const before = await daemonsOf(router.id, daemon);
    for (const pid of before) process.kill(pid, 'SIGKILL');
    const again = setInterval(cloud.api.wake, 500); // nothing of it is a record
    const after = await cloud.api
      .until(
        'it runs again',
        async () => {
          const found = (await daemonsOf(router.id, daemon)).filter((pid) => !before.includes(pid));
          return found.length > 0 && found;
        },
        REPAIR_MS,
      )
      .finally(() => clearInterval(again));
    expect(after).toHaveLength(1);
    await end(deploy.resource.id);
  });

  it('says that its disk is full, keeps nothing of what did not fit, and runs guests when there is room', async () => {
    const { path } = await cloud.db.pool.findFirstOrThrow();
    await inside('mount', '-t', 'tmpfs', '-o', 'size=64k', 'full', `${path}/volumes`);
    await inside('dd', 'if=/dev/zero', `of=${path}/volumes/fill`, 'bs=4k').catch(() => undefined); // until nothing fits
    const refused = await begin('vm-full');
    const { state, error } = await cloud.api.untilEnded(refused.id);
    expect({ state, error }).toMatchObject({ state: 'failed', error: { code: 'HYPERVISOR_FAILED', message: expect.stringContaining('full') } });
    await inside('umount', `${path}/volumes`);
    const fits = await begin('vm-fits');
    expect(await cloud.api.untilEnded(fits.id)).toMatchObject({ state: 'succeeded', error: null });
    await end(fits.resource.id);
  });

  it('has nothing left of all that', async () => {
    await cloud.api.until('every operation has ended', async () => (await cloud.db.operation.count({ where: { endedAt: null } })) === 0);
    expect(await findViolations(cloud.db)).toEqual([]);
    expect(await whatIsLeft(cloud, host)).toEqual(NOTHING);
  });
});

async function begin(name: string): Promise<z.output<typeof operationDto>> {
  const [zone, template, offering] = await Promise.all([
    cloud.db.zone.findFirstOrThrow(),
    cloud.db.template.findFirstOrThrow({ where: { name: 'tiny' } }),
    cloud.db.computeOffering.findFirstOrThrow({ where: { name: 'tiny' } }),
  ]);
  const input = { name, zoneId: zone.id, templateId: template.id, computeOfferingId: offering.id };
  const [operation] = await cloud.api.mutate(z.array(operationDto), 'instance.deploy', input);
  if (!operation) throw new Error('a deploy began no operation');
  return operation;
}

async function end(instanceId: string): Promise<void> {
  for (const verb of ['destroy', 'expunge']) {
    const { id } = await cloud.api.mutate(operationDto, `instance.${verb}`, { instanceId });
    expect(await cloud.api.untilEnded(id)).toMatchObject({ state: 'succeeded', error: null });
  }
  await expect(cloud.api.query(instanceDto, 'instance.get', { instanceId })).rejects.toThrow('NOT_FOUND');
}

async function inside(...argv: string[]): Promise<string> {
  const [program = '', ...args] = insideHost({ name: host }, argv);
  return (await execa(program, args)).stdout.trim();
}

async function guestsCalled(instanceId: string): Promise<number> {
  const domains = await inside('virsh', '--quiet', '--connect', 'qemu:///system', 'list', '--name');
  const qemus = (await processesOn(host)).filter(({ name }) => name.startsWith('qemu-'));
  expect(domains.split('\n').filter((name) => name.includes(instanceId))).toHaveLength(1);
  return qemus.length;
}

/** Of a router's namespace, by what runs there. */
async function daemonsOf(routerId: string, program: string): Promise<number[]> {
  const pids = (await inside('sh', '-c', `for each in $(ip netns list | cut -d' ' -f1); do ip netns pids $each; done`))
    .split('\n')
    .filter(Boolean)
    .map(Number);
  const found = await Promise.all(pids.map(async (pid) => ({ pid, line: await inside('cat', `/proc/${pid}/cmdline`).catch(() => '') })));
  return found.filter(({ line }) => line.includes(routerId) && line.includes(program)).map(({ pid }) => pid);
}
