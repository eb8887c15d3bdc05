import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createNephosClient, NephosError } from '@nephos/client/client';
import { DomainError } from '@nephos/model/errors';
import { findRunningCloud } from './run-file.ts';
import { foldersOf, readSettings } from './settings.ts';

export interface DemoCloud {
  url: string;
  adminPassword: string;
  /** Where the demo user's password is kept, so that the next demo is the same user. */
  passwordFile: string;
}

export async function findDemoCloud(): Promise<DemoCloud> {
  const folders = foldersOf(readSettings([]).dataFolder);
  const passwordFile = path.join(folders.control, 'demo-password');
  const { NEPHOS_URL: url, NEPHOS_ADMIN_PASSWORD: adminPassword } = process.env;
  if (url && adminPassword) return { url, adminPassword, passwordFile };
  const running = await findRunningCloud(folders.runFile);
  if (!running)
    throw new DomainError(
      'NOT_FOUND',
      'No cloud runs here. Start one with `npm start` in another terminal, or set NEPHOS_URL and NEPHOS_ADMIN_PASSWORD.',
    );
  return { url: running.url, adminPassword: (await readFile(path.join(folders.control, 'admin-password'), 'utf8')).trim(), passwordFile };
}

/** The administrator makes the user if it isn't there, and looks what kind of hosts there are; everything else is the user's. */
export async function signInAsDemoUser({ url, adminPassword, passwordFile }: DemoCloud): Promise<{ token: string; hasRealGuests: boolean }> {
  const open = createNephosClient({ url });
  const admin = createNephosClient({ url, token: (await open.api.auth.login.mutate({ name: 'admin', password: adminPassword })).token });
  const password = await readOrMakePassword(passwordFile);
  try {
    const hosts = await admin.api.host.list.query({ limit: 500 });
    await admin.api.user.create.mutate({ name: 'demo', displayName: 'Demo', password }).catch((error: unknown) => {
      if (!(error instanceof NephosError) || error.code !== 'NAME_TAKEN') throw error;
    });
    const { token } = await open.api.auth.login.mutate({ name: 'demo', password });
    return { token, hasRealGuests: hosts.items.some(({ hypervisor }) => hypervisor !== 'simulator') };
  } finally {
    await admin.api.auth.logout.mutate();
  }
}

async function readOrMakePassword(file: string): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const fresh = randomBytes(18).toString('base64url');
  return writeFile(file, fresh, { mode: 0o600, flag: 'wx' }).then(
    () => fresh,
    () => readFile(file, 'utf8'),
  );
}
