import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hostDto, hostToJoinDto } from '@nephos/contracts/host.schema';
import { poolDto } from '@nephos/contracts/infrastructure.schema';
import { listOutput } from '@nephos/contracts/list.schema';
import { operationDto } from '@nephos/contracts/operation.schema';
import { startEmbeddedCloud, type EmbeddedCloud } from '@nephos/tools/embedded-cloud';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

const ROOT = path.join(import.meta.dirname, '../..');
const named = listOutput(z.object({ id: z.uuid(), name: z.string() }));

/** A machine as far as files go: with empty places where the agent is put, and without this repository. */
describe('a machine that has nothing of ours', () => {
  const folder = mkdtempSync(path.join(tmpdir(), `nephos-e2e-machine-${process.pid}-`));
  let cloud: EmbeddedCloud;
  let machine: ChildProcess | undefined;
  const lines: string[] = [];

  beforeAll(async () => {
    cloud = await startEmbeddedCloud({ args: ['--simulator', '--hosts', '1'] });
  });
  afterAll(async () => {
    machine?.kill('SIGKILL');
    await cloud?.close();
    rmSync(folder, { recursive: true });
  });

  it('becomes a host by the one line that an administrator is shown, and runs guests', async () => {
    const { api } = cloud;
    const idOf = async (procedure: string) => (await api.query(named, procedure, {})).items[0]!.id;
    const toJoin = await api.mutate(hostToJoinDto, 'host.create', {
      name: 'newcomer',
      clusterId: await idOf('cluster.list'),
      managementIp: '127.0.0.2',
    });
    machine = startMachine(toJoin.command);
    await api.until('the newcomer is connected', async () => {
      const { state, agentVersion } = await api.query(hostDto, 'host.get', { hostId: toJoin.host.id });
      if (machine?.exitCode !== null) throw new Error(`the machine gave up: ${lines.join('')}`);
      return state === 'connected' && agentVersion !== null;
    });
    const { id: poolId } = await api.mutate(poolDto, 'pool.create', { hostId: toJoin.host.id, name: 'local', path: '/var/lib/nephos/pool' });
    await api.until('the host has told of its pool', async () => {
      const { items } = await api.query(listOutput(poolDto), 'pool.list', {});
      return items.some(({ id, capacityBytes }) => id === poolId && capacityBytes > 0);
    });
    expect(lines.join('')).toContain('This machine is host newcomer');
    expect(lines.join('')).not.toContain(toJoin.joinToken);

    for (const { id, name } of (await api.query(named, 'host.list', {})).items)
      if (name !== 'newcomer') await api.mutate(hostDto, 'host.update', { hostId: id, isEnabled: false });
    const [deploy] = await api.mutate(z.array(operationDto), 'instance.deploy', {
      name: 'there',
      zoneId: await idOf('zone.list'),
      templateId: await idOf('template.list'),
      computeOfferingId: await idOf('computeOffering.list'),
    });
    const { state, error } = await api.untilEnded(deploy!.id);
    expect({ state, error }).toEqual({ state: 'succeeded', error: null });
    expect(await cloud.db.instance.count({ where: { hostId: toJoin.host.id, state: 'running' } })).toBe(1);
  });

  it('takes nothing that is not what the administrator was told', async () => {
    const { command } = await cloud.api.mutate(hostToJoinDto, 'host.createJoinToken', { hostId: await hostId() });
    const forged = startMachine(command.replace(/echo \w{64}/, `echo ${'0'.repeat(64)}`));
    const code = await new Promise((resolve) => forged.once('exit', resolve));
    expect(code).not.toBe(0);
    expect(lines.join('')).toContain('nephos-agent.tar.gz: FAILED');
    expect(await cloud.db.host.count({ where: { name: 'newcomer', joinTokenHash: { not: null } } })).toBe(1); // the token was not shown to anybody
  });

  const hostId = async () => (await cloud.db.host.findFirstOrThrow({ where: { name: 'newcomer' } })).id;

  /** Runs the line as somebody would in a root shell there, and then the agent, as the line says where systemd does not run. */
  function startMachine(command: string): ChildProcess {
    const empty = ['/opt', '/var/lib', '/run', ROOT].map((place) => `mount -t tmpfs none ${place}`);
    const run = 'exec env NEPHOS_AGENT_CONFIG=/var/lib/nephos/agent.json NEPHOS_AGENT_DRIVER=simulator /opt/nephos-agent/bin/nephos-agent run';
    const script = ['set -e', ...empty, `cd ${folder}`, `{ ${command}; } || exit 1`, run].join('\n');
    const child = spawn('unshare', ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', script], {
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => lines.push(String(text)));
    return child;
  }
});
