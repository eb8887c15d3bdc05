import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { createTestApi, type TestApi } from '@nephos/testing/test-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPackage } from './build-package.ts';

const run = promisify(execFile);
// Installing asks a registry for what the cache hasn't got.
const SLOW_MS = 240_000;

const PROGRAM = `
import { createNephosClient, NephosError, type Inputs, type Operation, type Outputs } from '@nephos/client';

const { NEPHOS_URL: url = '', NEPHOS_TOKEN: token = '', ZONE = '', TEMPLATE = '', OFFERING = '' } = process.env;
const client = createNephosClient({ url, token });

const wish: Inputs['instance']['deploy'] = { zoneId: ZONE, name: 'from-elsewhere', templateId: TEMPLATE, computeOfferingId: OFFERING, tags: { by: 'integrator' } };
const [operation] = await client.api.instance.deploy.mutate(wish, { context: { idempotencyKey: 'once' } });
if (!operation) throw new Error('no operation');
const steps: string[] = [];
const ended: Operation = await client.waitForOperation(operation.id, { onStep: (step) => steps.push(step.name) });
const instance: Outputs['instance']['get'] = await client.api.instance.get.query({ instanceId: operation.resource.id });
const state: 'running' | 'stopped' | string = instance.state;
const may: boolean = instance.can.stop;

// @ts-expect-error a field that is none
void (() => client.api.instance.get.query({ instance: 'x' }));
// @ts-expect-error a state that is none
void (() => instance.state === 'nonsense');
// @ts-expect-error a procedure that is none
void (() => client.api.instance.explode);
void (() => client.api.change.watch.subscribe({}, { onData: ({ id, data }) => { const text: string = id + data.resourceType; return text; } }));

let refused = '';
try {
  await client.api.zone.create.mutate({ name: 'mine' });
} catch (error) {
  if (error instanceof NephosError) refused = error.code;
}
console.log(JSON.stringify({ ended: ended.state, steps: steps.length > 3, state, may, name: instance.name, refused }));
`;

let api: TestApi;
let folder: string;
beforeAll(async () => {
  api = await createTestApi({ withWorld: true });
  folder = mkdtempSync(path.join(tmpdir(), `nephos-package-${process.pid}-`));
});
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

describe('the package for other repositories', () => {
  it('installs, type-checks in a strict program, and works; so does its command line', { timeout: SLOW_MS }, async () => {
    buildPackage(path.join(folder, 'dist'));
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: path.join(folder, 'dist') });
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];

    const elsewhere = path.join(folder, 'elsewhere');
    await run('mkdir', [elsewhere]);
    writeFileSync(path.join(elsewhere, 'package.json'), JSON.stringify({ name: 'elsewhere', private: true, type: 'module' }));
    writeFileSync(
      path.join(elsewhere, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          strict: true,
          exactOptionalPropertyTypes: true,
          noUncheckedIndexedAccess: true,
          target: 'es2022',
          module: 'nodenext',
          lib: ['es2023', 'dom', 'dom.iterable', 'esnext.disposable'],
          types: ['node'],
          skipLibCheck: false,
          outDir: 'out',
        },
        include: ['program.ts'],
      }),
    );
    writeFileSync(path.join(elsewhere, 'program.ts'), PROGRAM);
    const npm = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', `../${filename}`, 'typescript@6.0.3'];
    await run('npm', npm, { cwd: elsewhere });
    const checked = await run(process.execPath, ['node_modules/typescript/bin/tsc', '--pretty', 'false'], { cwd: elsewhere }).then(
      () => '',
      (error: { stdout: string }) => error.stdout,
    );
    // Every declaration is checked, ours too. tRPC's own for its WebSocket adapter, which nobody here uses, want the types of ws.
    expect(checked.split('\n').filter((line) => line.includes('error TS') && !line.startsWith('node_modules/@trpc/server/dist/ws-'))).toEqual([]);

    const env = {
      PATH: process.env['PATH'],
      HOME: folder,
      NEPHOS_URL: api.url,
      NEPHOS_TOKEN: api.tenants[0].token,
      ZONE: api.zone.id,
      TEMPLATE: api.template.id,
      OFFERING: api.offering.id,
    };
    const ran = await run(process.execPath, ['out/program.js'], { cwd: elsewhere, env });
    expect(JSON.parse(ran.stdout)).toEqual({
      ended: 'succeeded',
      steps: true,
      state: 'running',
      may: true,
      name: 'from-elsewhere',
      refused: 'FORBIDDEN',
    });
    const listed = await run(path.join(elsewhere, 'node_modules/.bin/nephos'), ['instance', 'list', '--json'], { env });
    expect(JSON.parse(listed.stdout)).toMatchObject([{ name: 'from-elsewhere', tags: { by: 'integrator' } }]);
  });
});
