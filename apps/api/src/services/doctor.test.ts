import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { FindingDto } from '@nephos/contracts/doctor.schema';
import { newId } from '@nephos/model/id';
import { makeHost, TEMPLATE_BYTES } from '@nephos/testing/factories';
import { createTestApi, type TestApi } from '@nephos/testing/test-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCertificateAuthority } from '../agent/certificate-authority.ts';
import { createDoctorService } from './doctor.ts';
import { imageFile } from './template.ts';

const LONG_AGO = new Date(Date.now() - 3 * 60 * 60_000);

describe('the doctor', () => {
  const folder = mkdtempSync(path.join(tmpdir(), `nephos-test-doctor-${process.pid}-`));
  let api: TestApi;
  let parts: Parameters<typeof createDoctorService>[0];
  let image: string;

  beforeAll(async () => {
    api = await createTestApi({ withWorld: true });
    const { certificate } = await (await openCertificateAuthority(path.join(folder, 'ca'))).issueForServer(['127.0.0.1']);
    parts = { db: api.db, temporal: api.temporal, controlQueue: api.controlQueue, serverCertificate: certificate };
    await api.db.host.updateMany({ data: { state: 'connected', reportedAt: new Date() } });
    await api.db.imageStore.updateMany({ data: { path: path.join(folder, 'images') } });
    image = imageFile({ ...api.template, store: await api.db.imageStore.findFirstOrThrow() });
    await mkdir(path.dirname(image));
    await writeFile(image, TEMPLATE_BYTES);
  });
  afterAll(async () => {
    await api.close();
    rmSync(folder, { recursive: true });
  });

  /** What it says of one thing, with other parts than those that are there. */
  const findingsOf = async (check: string, others: Partial<typeof parts> = {}): Promise<Omit<FindingDto, 'check'>[]> => {
    const { findings } = await createDoctorService({ ...parts, ...others }).examine();
    return findings.filter((finding) => finding.check === check).map(({ state, what, help }) => ({ state, what, help }));
  };
  const oneOf = async (check: string, others: Partial<typeof parts> = {}) => {
    const findings = await findingsOf(check, others);
    expect(findings).toHaveLength(1);
    return findings[0];
  };

  it.each(['database', 'temporal', 'control worker', 'hosts', 'operations', 'records', 'templates', 'space', 'certificates', 'directory'])(
    'finds nothing wrong with the %s of a healthy cloud',
    async (check) => {
      expect(await findingsOf(check)).toEqual([{ state: 'ok', what: expect.any(String), help: null }]);
    },
  );

  it('says that no control worker takes work', async () => {
    expect(await oneOf('control worker', { controlQueue: `nobody.${newId()}` })).toMatchObject({ state: 'problem', help: expect.any(String) });
  });

  it('says which host is away, and which one takes no work', async () => {
    const { host } = api.db;
    const [away] = api.hosts;
    await host.update({ where: { id: away!.id }, data: { state: 'disconnected' } });
    expect(await oneOf('hosts')).toMatchObject({ state: 'problem', what: expect.stringContaining(`${away!.name} is disconnected`) });
    await host.update({ where: { id: away!.id }, data: { agentContract: 0, agentVersion: '0.0.1' } });
    expect(await oneOf('hosts')).toMatchObject({ state: 'problem', what: expect.stringContaining(`${away!.name} gets no work: its agent (0.0.1)`) });
    await host.update({ where: { id: away!.id }, data: { agentContract: 1 } });
    const { facts } = await host.findUniqueOrThrow({ where: { id: away!.id } });
    const checks = [{ name: 'QEMU', state: 'missing', what: 'It is not there', help: 'Install it.' }];
    await host.update({ where: { id: away!.id }, data: { state: 'connected', facts: { checks } } });
    expect(await oneOf('hosts')).toMatchObject({
      state: 'problem',
      what: expect.stringContaining('needs for QEMU: It is not there'),
      help: 'Install it.',
    });
    await host.update({ where: { id: away!.id }, data: { facts: facts ?? {} } });
    const idle = await makeHost(api.db, api.zone, { name: 'idle', state: 'connected', reportedAt: new Date() });
    await host.update({ where: { id: away!.id }, data: { state: 'connected' } });
    expect(await oneOf('hosts')).toMatchObject({ state: 'problem', what: expect.stringContaining('idle reports and takes no work') });
    await api.db.pool.deleteMany({ where: { hostId: idle.id } });
    await host.delete({ where: { id: idle.id } });
  });

  it('says which operations are stuck, late or waiting', async () => {
    const { id } = await api.db.operation.create({
      data: {
        id: newId(),
        kind: 'instance.start',
        state: 'stuck',
        accountId: api.admin.actor.accountId,
        resourceType: 'instance',
        resourceId: newId(),
        resourceName: 'web',
        input: {},
        createdAt: LONG_AGO,
      },
    });
    expect(await oneOf('operations')).toMatchObject({ state: 'problem', help: expect.stringContaining(`nephos operation show ${id}`) });
    await api.db.operation.update({ where: { id }, data: { state: 'pending' } });
    expect(await oneOf('operations')).toMatchObject({ state: 'warning', what: expect.stringContaining('instance.start of web is pending') });
    await api.db.operation.delete({ where: { id } });
  });

  it('says that the records do not agree', async () => {
    await api.db.account.update({ where: { id: api.tenants[0].actor.accountId }, data: { usedInstances: 1 } });
    expect(await oneOf('records')).toMatchObject({ state: 'problem' });
    await api.db.account.update({ where: { id: api.tenants[0].actor.accountId }, data: { usedInstances: 0 } });
  });

  it('says whose image is not what was uploaded', async () => {
    await writeFile(image, 'half of it');
    expect(await oneOf('templates')).toMatchObject({ state: 'problem', what: expect.stringContaining(api.template.name) });
    await writeFile(image, TEMPLATE_BYTES);
  });

  it('says where room runs out', async () => {
    await api.db.address.updateMany({ where: { kind: 'public' }, data: { state: 'used' } });
    expect(await oneOf('space')).toMatchObject({
      state: 'warning',
      what: expect.stringContaining(`Zone ${api.zone.name} has no public address left`),
    });
    await api.db.address.updateMany({ where: { kind: 'public' }, data: { state: 'free' } });
    await api.db.pool.updateMany({ where: { hostId: api.hosts[0]!.id }, data: { removedAt: new Date() } });
    expect(await oneOf('space')).toMatchObject({ state: 'warning', what: expect.stringContaining(`Host ${api.hosts[0]!.name} has no storage pool`) });
    await api.db.pool.updateMany({ data: { removedAt: null } });
    await api.db.pool.updateMany({ data: { capacityBytes: 100, usedBytes: 91 } });
    expect((await findingsOf('space')).map(({ state }) => state)).toEqual(api.hosts.map(() => 'warning'));
    await api.db.pool.updateMany({ data: { usedBytes: 0 } });
  });

  it('says that the directory does not answer', async () => {
    const directory = { lookUp: () => Promise.resolve({ state: 'unreachable', cause: new Error('refused') } as const) };
    expect(await oneOf('directory', { directory })).toMatchObject({ state: 'problem', what: expect.stringContaining('does not answer') });
  });

  it('says of a part that breaks while it is looked at that it could not be', async () => {
    const directory = { lookUp: () => Promise.reject(new Error('no such thing')) };
    expect(await oneOf('directory', { directory })).toMatchObject({ state: 'problem', what: 'It could not be looked at: no such thing' });
  });

  it('cuts what is long', async () => {
    const data = Array.from({ length: 15 }, () => ({
      id: newId(),
      kind: 'instance.start',
      state: 'stuck',
      accountId: api.admin.actor.accountId,
      resourceType: 'instance',
      resourceId: newId(),
      resourceName: 'web',
      input: {},
    }));
    await api.db.operation.createMany({ data });
    expect((await findingsOf('operations')).at(-1)).toMatchObject({ what: 'and 5 more' });
    await api.db.operation.deleteMany();
  });
});
