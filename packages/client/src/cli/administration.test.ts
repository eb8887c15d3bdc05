import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeHost, TEMPLATE_BYTES } from '@nephos/testing/factories';
import { createTestApi, type TestApi } from '@nephos/testing/test-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from './cli.arrange.ts';

let api: TestApi;
let folder: string;
beforeAll(async () => {
  api = await createTestApi();
  folder = mkdtempSync(path.join(tmpdir(), `nephos-cli-${process.pid}-`));
});
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

const as = (token: string, args: string[], stdin = '') => runCli(args, { env: { HOME: folder, NEPHOS_URL: api.url, NEPHOS_TOKEN: token }, stdin });
const asAdmin = async (...args: string[]) => {
  const ran = await as(api.admin.token, args);
  expect([ran.code, ran.stderr]).toEqual([0, expect.not.stringContaining('nephos:')]);
  return ran.stdout;
};
const asJson = async <T>(...args: string[]) => JSON.parse(await asAdmin('--json', ...args)) as T;

describe('an administrator at the command line', () => {
  it('builds a place for instances, down to a host and the command by which a machine becomes it', async () => {
    expect(await asAdmin('zone', 'add', 'south')).toContain('south');
    expect(await asAdmin('pod', 'add', 'row-1', '--zone', 'south')).toContain('Zone: south');
    expect(await asAdmin('cluster', 'add', 'kvm-1', '--pod', 'row-1')).toContain('Hypervisor: kvm');
    const added = ['host', 'add', 'rack-7', '--cluster', 'kvm-1', '--management-ip', '192.0.2.77'];
    const joined = await asJson<{ command: string; host: { isJoined: boolean } }>(...added);
    expect([joined.host.isJoined, joined.command]).toEqual([false, expect.stringContaining('nephos_join_')]);
    expect(await asAdmin('host', 'list', '--cluster', 'kvm-1')).toMatch(/rack-7 +registered +kvm-1/);
    expect(await asAdmin('host', 'disable', 'rack-7')).toMatch(/Enabled: +false/);
    expect(await asAdmin('pool', 'add', 'disks', '--host', 'rack-7', '--path', '/disks')).toMatch(/Host: +rack-7/);
    expect(await asAdmin('pool', 'disable', 'disks')).toMatch(/Enabled: +false/);
    expect(await asAdmin('public-address', 'add', '203.0.113.10', '203.0.113.12', '--zone', 'south')).toContain('Added: 3');
    expect(await asAdmin('public-address', 'list', '--search', '203.0.113.')).toContain('203.0.113.11/24');
    expect(await asAdmin('zone', 'disable', 'south')).toMatch(/Enabled: +false/);
    for (const noun of ['pod', 'cluster', 'pool', 'image-store', 'network', 'router', 'account', 'user']) await asAdmin(noun, 'list');
  });

  it('sees what keeps work from a host, and removes it', async () => {
    const checks = [{ name: 'libvirt', state: 'missing', what: 'It does not answer', help: 'Start it.' }];
    await makeHost(api.db, api.zone, { name: 'rack-8', isEnabled: false, facts: { checks }, agentContract: 0, agentVersion: '0.0.1' });
    const shown = await asAdmin('host', 'show', 'rack-8');
    expect(shown).toMatch(/State: +connected, needs an update of the agent, disabled\n/);
    expect(shown).toMatch(/missing +libvirt +It does not answer\n +Start it\./);
    expect(await asAdmin('host', 'remove', 'rack-8')).toMatch(/Removed: +rack-8/);
    expect(await asAdmin('host', 'list')).not.toContain('rack-8');
  });

  it('offers a size and an image, and retires them', async () => {
    expect(await asAdmin('offering', 'create', 'big', '--cpus', '8', '--mhz', '2000', '--memory', '16384')).toContain('8 × 2000 MHz, 16384 MiB');
    expect(await asAdmin('offering', 'retire', 'big')).toMatch(/Offered: +false/);
    expect(await asAdmin('offering', 'offer', 'big')).toMatch(/Offered: +true/);
    const file = path.join(folder, 'image.qcow2');
    writeFileSync(file, TEMPLATE_BYTES);
    const [store] = await asJson<{ name: string }[]>('image-store', 'list');
    const uploaded = await asAdmin('template', 'upload', 'mine', file, '--store', store!.name, '--private');
    expect(uploaded).toMatch(/State: +ready/);
    expect(uploaded).toContain(createHash('sha256').update(TEMPLATE_BYTES).digest('hex'));
    expect(await asAdmin('template', 'retire', 'mine')).toMatch(/Offered: +false/);
  });

  it('lets people in and out, and says how much they may use', async () => {
    const made = await as(api.admin.token, ['user', 'create', 'nora', '--password-stdin'], 'a password for the first day\n');
    expect([made.code, made.stdout]).toEqual([0, expect.stringMatching(/Account: +nora/)]);
    expect(await asAdmin('account', 'limits', 'nora', '--instances', '3', '--memory', '0')).toMatch(/Instances: +0\/3/);
    expect(await asAdmin('account', 'show', 'nora')).toMatch(/Memory MiB: +0\/0/);
    expect(await asAdmin('user', 'role', 'nora', 'root-admin')).toMatch(/Role: +root-admin/);
    expect(await asAdmin('user', 'disable', 'nora')).toMatch(/Enabled: +false/);
    expect((await as(api.tenants[0].token, ['user', 'disable', 'nora'])).code).not.toBe(0);
    expect(await asAdmin('event', 'list', '--kind', 'user.updated', '--actor', 'admin')).toContain('nora was disabled and signed out everywhere.');
    const csv = (await asAdmin('event', 'export', '--kind', 'user.updated', '--search', 'signed out')).trimEnd().split('\r\n');
    expect(csv).toEqual([expect.stringContaining('time,kind,message'), expect.stringContaining('nora was disabled and signed out everywhere.')]);
    expect(await asJson<unknown[]>('event', 'export', '--kind', 'user.updated')).toHaveLength(2);
    expect((await as(api.admin.token, ['event', 'export', '--from', 'yesterday'])).stderr).toContain('BAD_INPUT');
  });
});
