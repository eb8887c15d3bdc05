import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { NephosError } from '../error.ts';

// Where somebody is signed in: `$NEPHOS_CONFIG`, else `nephos/config.json` in the user's configuration folder. Only its owner can read it.
const configSchema = z.object({ url: z.url(), token: z.string().optional() });
export type Config = z.output<typeof configSchema>;

export function configFile(): string {
  return process.env['NEPHOS_CONFIG'] ?? path.join(process.env['XDG_CONFIG_HOME'] ?? path.join(homedir(), '.config'), 'nephos', 'config.json');
}

/** The environment before the file: `NEPHOS_URL`, `NEPHOS_TOKEN`. A token is never sent to another address than it was got from. */
export async function readConfig(urlOption: string | undefined): Promise<Config> {
  const { NEPHOS_URL, NEPHOS_TOKEN } = process.env;
  const kept = await readKept();
  const url = urlOption ?? NEPHOS_URL ?? kept?.url;
  if (!url)
    throw new NephosError('UNAUTHENTICATED', 'No API is known yet. Sign in with `nephos login --url URL`, or set NEPHOS_URL and NEPHOS_TOKEN.');
  if (!URL.canParse(url)) throw new NephosError('BAD_INPUT', `${url} is not a URL.`);
  const isSame = kept && new URL(kept.url).origin === new URL(url).origin;
  return { url, token: NEPHOS_TOKEN ?? (isSame ? kept.token : undefined) };
}

export async function writeConfig(config: Config): Promise<void> {
  const file = configFile();
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(`${file}.new`, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

export async function forgetConfig(): Promise<void> {
  await rm(configFile(), { force: true });
}

async function readKept(): Promise<Config | undefined> {
  const text = await readFile(configFile(), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return configSchema.parse(JSON.parse(text));
  } catch {
    throw new NephosError('BAD_INPUT', `${configFile()} can't be read. Remove it, and sign in again.`);
  }
}
