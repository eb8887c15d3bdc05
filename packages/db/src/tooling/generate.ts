// Writes the Prisma client to packages/db/generated. Prisma would fetch a schema engine that `generate` does not use,
// so it is given a program that exists; that also makes this work without internet.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../..', import.meta.url));
const prisma = fileURLToPath(import.meta.resolve('prisma/build/index.js'));
const { status } = spawnSync(process.execPath, [prisma, 'generate'], {
  cwd: folder,
  stdio: ['ignore', 'ignore', 'inherit'],
  env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true', PRISMA_HIDE_UPDATE_MESSAGE: '1' },
});
process.exit(status ?? 1);
