import { cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { diagnosisDto } from '@nephos/contracts/doctor.schema';
import { instanceDto, instancePasswordDto } from '@nephos/contracts/instance.schema';
import { listOutput } from '@nephos/contracts/list.schema';
import { operationDto } from '@nephos/contracts/operation.schema';
import { newId } from '@nephos/model/id';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startEmbeddedCloud, type EmbeddedCloud } from './embedded-cloud.ts';
import { foldersOf } from './settings.ts';

const ARGS = ['--simulator', '--hosts', '1'];

describe('a backup', () => {
  let folder: string;
  let file: string;
  let lost: EmbeddedCloud;
  let restored: EmbeddedCloud | undefined;
  let password: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), `nephos-test-backup-${process.pid}-`));
    file = path.join(folder, 'nephos.backup');
    lost = await startEmbeddedCloud({ args: ARGS });
  });
  afterAll(async () => {
    await restored?.close();
    await lost?.close();
    await rm(folder, { recursive: true });
  });

  const deploy = async ({ api }: EmbeddedCloud, name: string): Promise<string> => {
    const idOf = async (procedure: string) => (await api.query(listOutput(z.object({ id: z.uuid() })), procedure, {})).items[0]!.id;
    const input = {
      name,
      zoneId: await idOf('zone.list'),
      templateId: await idOf('template.list'),
      computeOfferingId: await idOf('computeOffering.list'),
    };
    const [operation] = await api.mutate(z.array(operationDto), 'instance.deploy', { ...input, wantsPassword: true });
    expect(await api.untilEnded(operation!.id)).toMatchObject({ state: 'succeeded' });
    return operation!.resource.id;
  };

  it('is made while the cloud runs, for its owner alone', async () => {
    const kept = await deploy(lost, 'kept');
    ({ password } = await lost.api.query(instancePasswordDto, 'instance.password', { instanceId: kept }));
    await interrupt(lost, await deploy(lost, 'half-way'));
    const { code, output } = await lost.command('backup.ts', file);
    expect([code, output]).toEqual([0, expect.stringContaining('keep it as you keep those')]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await deploy(lost, 'after-it');
  });

  it('is a cloud on another machine, which finds its hosts and guests again', async () => {
    await lost.stop();
    restored = await startEmbeddedCloud({
      args: ARGS,
      prepare: async ({ dataFolder, command }) => {
        const { code, output } = await command('restore.ts', file, '--yes');
        expect([code, output]).toEqual([0, expect.stringContaining('1 operations went on')]);
        await cp(foldersOf(lost.dataFolder).simulator, foldersOf(dataFolder).simulator, { recursive: true }); // the hosts, which run on
      },
    });
    const { api, db } = restored;
    const instances = await api.until('nothing is between two states', async () => {
      const { items } = await api.query(listOutput(instanceDto), 'instance.list', {});
      return items.every(({ state }) => ['running', 'stopped'].includes(state)) ? items : undefined;
    });
    expect(instances.map(({ name }) => name).toSorted()).toEqual(['half-way', 'kept']);
    const kept = instances.find(({ name }) => name === 'kept')!;
    expect(kept.state).toBe('running');
    expect(await api.query(instancePasswordDto, 'instance.password', { instanceId: kept.id })).toEqual({ password });
    expect(await db.operation.findFirst({ where: { resourceName: 'kept' } })).toMatchObject({ state: 'succeeded' });

    await deploy(restored, 'new');
    const { findings } = await api.query(diagnosisDto, 'doctor.examine', {});
    expect(findings.filter(({ state }) => state === 'problem')).toEqual([]);
  });

  it('is refused where a cloud is, and when it is damaged', async () => {
    const over = await lost.command('restore.ts', file, '--yes');
    expect([over.code, over.output]).toEqual([1, expect.stringContaining('There is a cloud already')]);
    const damaged = path.join(folder, 'damaged');
    await writeFile(damaged, (await readFile(file)).subarray(0, 10_000));
    const elsewhere = await startEmbeddedCloud({
      args: ARGS,
      prepare: async ({ command }) => {
        const { code, output } = await command('restore.ts', damaged, '--yes');
        expect([code, output]).toEqual([1, expect.stringContaining('is no backup, or is damaged')]);
        throw new Error('seen');
      },
    }).catch((error: unknown) => String(error));
    expect(elsewhere).toBe('Error: seen');
  });

  /** As a stop would be in the middle, whose workflow the backup does not have. */
  async function interrupt({ db }: EmbeddedCloud, instanceId: string): Promise<void> {
    const { accountId } = await db.instance.findUniqueOrThrow({ where: { id: instanceId } });
    const operationId = newId();
    await db.operation.create({
      data: {
        id: operationId,
        kind: 'instance.stop',
        state: 'running',
        accountId,
        resourceType: 'instance',
        resourceId: instanceId,
        resourceName: 'half-way',
        input: { instanceId },
        startedAt: new Date(),
        steps: { create: { position: 0, name: 'stopGuest', state: 'running' } },
      },
    });
    await db.instance.update({ where: { id: instanceId }, data: { state: 'stopping', operationId } });
  }
});
