import { randomBytes } from 'node:crypto';
import { listenAddress, readEnvironment, sayReady } from '@nephos/config/environment';
import { createLogger } from '@nephos/log/log';
import { readOrMakeKeys } from '@nephos/secrets/key-file';
import { z } from 'zod';
import { startApi } from './api.ts';
import { directoryShape, readDirectory } from './directory-settings.ts';

const environment = readEnvironment({
  NEPHOS_DATABASE_URL: z.string().min(1),
  NEPHOS_TEMPORAL_ADDRESS: z.string().min(1),
  NEPHOS_API_PORT: z.coerce.number().int(),
  NEPHOS_AGENT_LISTEN: listenAddress,
  NEPHOS_DATA_DIR: z.string().min(1),
  NEPHOS_KEY_FILE: z.string().min(1),
  /** Left out: the command to join presumes that the machine has the agent. */
  NEPHOS_AGENT_ARCHIVES: z.string().min(1).optional(),
  /** Where the portal listens; left out: there is none. */
  NEPHOS_PAGES_URL: z.url().optional(),
  NEPHOS_PAGES_SECRET: z.string().min(32).optional(),
  /** Given by whoever starts a cloud for the first time; without it one is made and printed, once. */
  NEPHOS_ADMIN_PASSWORD: z.string().min(12).optional(),
  ...directoryShape,
});
const log = createLogger('api');
const { NEPHOS_PAGES_URL: pagesUrl, NEPHOS_PAGES_SECRET: pagesSecret } = environment;

const api = await startApi({
  databaseUrl: environment.NEPHOS_DATABASE_URL,
  temporalAddress: environment.NEPHOS_TEMPORAL_ADDRESS,
  dataDir: environment.NEPHOS_DATA_DIR,
  keys: readOrMakeKeys(environment.NEPHOS_KEY_FILE),
  listen: { host: '127.0.0.1', port: environment.NEPHOS_API_PORT },
  agentListen: environment.NEPHOS_AGENT_LISTEN,
  agentArchives: environment.NEPHOS_AGENT_ARCHIVES,
  pages: pagesUrl && pagesSecret ? { url: pagesUrl, secret: pagesSecret } : undefined,
  directory: readDirectory(environment),
  log,
});

const password = environment.NEPHOS_ADMIN_PASSWORD ?? randomBytes(12).toString('base64url');
const administrator = await api.services.user.ensureRootAdministrator(password);
if (administrator && !environment.NEPHOS_ADMIN_PASSWORD)
  console.log(`The root administrator is ${administrator.name}, password ${password}. It is not shown again.`);
sayReady();

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    log.info({ reason: signal }, 'stopping');
    void api.close().then(() => process.exit(0));
  });
}
