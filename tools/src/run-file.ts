import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { identify, isRunning, processIdentitySchema } from '@nephos/embedded/process-identity';
import { z } from 'zod';

// What runs, for `npm run down` and for a second `npm start`.
const runSchema = z.object({
  supervisor: processIdentitySchema,
  url: z.string(),
  ports: z.object({ api: z.int(), postgres: z.int(), temporal: z.int() }),
  processes: z.array(z.object({ name: z.string(), pid: z.int() })),
});
export type RunFile = z.output<typeof runSchema>;

/** The cloud that runs now; undefined when the file is of one that has ended, however it did. */
export async function findRunningCloud(file: string): Promise<RunFile | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const run = runSchema.parse(JSON.parse(text));
  return (await isRunning(run.supervisor)) ? run : undefined;
}

export async function writeRunFile(file: string, run: Omit<RunFile, 'supervisor'>): Promise<void> {
  const supervisor = await identify(process.pid);
  await writeFile(`${file}.new`, JSON.stringify({ supervisor, ...run }, null, 2), { mode: 0o600 });
  await rename(`${file}.new`, file); // a reader sees the old or the new, never a half
}

export async function removeRunFile(file: string): Promise<void> {
  await rm(file, { force: true });
}
