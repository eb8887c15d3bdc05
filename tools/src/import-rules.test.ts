import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ROOT } from './terminal.ts';

/** What the rules say of a repository that has these files. */
async function judge(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'nephos-import-rules-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries({ 'tsconfig.json': '{}', ...files })) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
  const cruiser = path.join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const config = path.join(ROOT, 'tooling/dependency-cruiser.cjs');
  const folders = [...new Set(Object.keys(files).map((name) => name.split('/')[0] ?? ''))];
  const { stdout } = await execa(process.execPath, [cruiser, '--config', config, ...folders], { cwd: folder, reject: false });
  return stdout;
}

const db = { 'packages/db/src/rows.ts': 'export const rows = 1; export type Row = number;' };
const story = { 'workflows/src/instance/deploy.ts': 'export const deploy = 1; export type Deploy = number;' };

describe('who may import whom', () => {
  it('lets the API use the database', async () => {
    expect(
      await judge({ ...db, 'apps/api/src/server.ts': "import { rows } from '../../../packages/db/src/rows.ts'; export default rows;" }),
    ).toContain('no dependency violations found');
  });

  it('keeps workflows from the database', async () => {
    const verdict = await judge({ ...db, 'workflows/src/a.ts': "import { rows } from '../../packages/db/src/rows.ts'; export default rows;" });
    expect(verdict).toContain('workflows-does-not-import');
  });

  it('lets only types of workflows into the API', async () => {
    const typeOnly = "import type { Deploy } from '../../../workflows/src/instance/deploy.ts'; export const a: Deploy = 1;";
    const value = "import { deploy } from '../../../workflows/src/instance/deploy.ts'; export default deploy;";
    expect(await judge({ ...story, 'apps/api/src/a.ts': typeOnly })).toContain('no dependency violations found');
    expect(await judge({ ...story, 'apps/api/src/a.ts': value })).toContain('api-takes-only-types-of-workflows');
  });

  it('keeps agents from the database, also round corners', async () => {
    const corner = { 'packages/log/src/corner.ts': "export { rows } from '../../db/src/rows.ts';" };
    const agent = { 'workers/host/src/main.ts': "import { rows } from '../../../packages/log/src/corner.ts'; export default rows;" };
    expect(await judge({ ...db, ...corner, ...agent })).toContain('host-side-cannot-reach-the-database');
  });

  it("keeps Node's own modules from workflows", async () => {
    expect(await judge({ 'workflows/src/a.ts': "import { readFileSync } from 'node:fs'; export default readFileSync;" })).toContain(
      'workflows-are-deterministic',
    );
  });

  it('keeps what is for tests out of what runs', async () => {
    const testing = { 'packages/testing/src/fakes.ts': 'export const fakes = 1;' };
    const use = "import { fakes } from '../../testing/src/fakes.ts'; export default fakes;";
    expect(await judge({ ...testing, 'packages/operations/src/start.ts': use })).toContain('operations-does-not-import');
    expect(await judge({ ...testing, 'packages/operations/src/start.test.ts': use })).toContain('no dependency violations found');
  });
});
