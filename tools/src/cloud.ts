import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { AGENT_FOLDER, insideHost, type HostNamespace } from '@nephos/embedded/host-namespace';
import { planLibvirtd } from '@nephos/embedded/libvirtd';
import { assertPortFree, freePort } from '@nephos/embedded/port';
import type { ProcessSpec } from '@nephos/embedded/process';
import { machineIp } from '@nephos/embedded/wire';
import { foldersOf, type Settings } from './settings.ts';
import { ROOT } from './terminal.ts';

/**
 * The processes of the embedded cloud above PostgreSQL and Temporal, in the order of their start.
 * Their mains are configured by the environment alone, and say `{ ready: true }` over IPC when they serve.
 */
export interface CloudProcess {
  name: string;
  plan: () => Promise<ProcessSpec>;
}

/** The addresses of what the control plane stands on. The URL holds a password: it goes into environments and nowhere else. */
export interface Foundation {
  databaseUrl: string;
  temporalAddress: string;
  /** Tells the API of the directory; empty without one. */
  directory?: Record<string, string>;
}

export function controlEnvironment(settings: Settings, { databaseUrl, temporalAddress }: Foundation, isReal: boolean): Record<string, string> {
  const { control } = foldersOf(settings.dataFolder);
  return {
    NEPHOS_DATABASE_URL: databaseUrl,
    NEPHOS_TEMPORAL_ADDRESS: temporalAddress,
    NEPHOS_API_PORT: String(settings.apiPort),
    // Simulated hosts live in this machine's own network.
    NEPHOS_AGENT_LISTEN: `${isReal ? machineIp(settings.wire) : '127.0.0.1'}:${settings.agentPort}`,
    NEPHOS_DATA_DIR: control,
    NEPHOS_KEY_FILE: path.join(control, 'master-key'),
    NEPHOS_AGENT_ARCHIVES: path.join(ROOT, 'workers/host/dist'),
    NEPHOS_ADMIN_PASSWORD: adminPassword(control),
    NEPHOS_LOG_LEVEL: process.env['NEPHOS_LOG_LEVEL'] ?? 'info',
  };
}

/** The first administrator's. */
export function adminPassword(controlFolder: string): string {
  return keptSecret(controlFolder, 'admin-password', 12);
}

/** Of all demo people of the embedded directory. */
export function directoryPassword(controlFolder: string): KeptSecret {
  return keptSecretFile(controlFolder, 'directory-password', 9);
}

/** What the API reads the embedded directory with. */
export function directoryServicePassword(controlFolder: string): KeptSecret {
  return keptSecretFile(controlFolder, 'directory-service-password', 24);
}

interface KeptSecret {
  file: string;
  value: string;
}

function keptSecretFile(controlFolder: string, name: string, bytes: number): KeptSecret {
  return { file: path.join(controlFolder, name), value: keptSecret(controlFolder, name, bytes) };
}

/** Made at the first start and kept for its owner alone. */
function keptSecret(controlFolder: string, name: string, bytes: number): string {
  const file = path.join(controlFolder, name);
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(bytes).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  return readFileSync(file, 'utf8').trim();
}

export async function controlProcesses(settings: Settings, foundation: Foundation, isReal: boolean): Promise<CloudProcess[]> {
  const portal = existsSync(path.join(ROOT, PORTAL, '.next/BUILD_ID')) ? await planPortal(settings) : undefined;
  const env = { ...controlEnvironment(settings, foundation, isReal), ...portal?.forApi };
  const api = async () => {
    await assertPortFree(settings.apiPort, 'the API', '--port');
    await assertPortFree(settings.agentPort, 'the agents', 'NEPHOS_AGENT_PORT');
    return main('api', 'apps/api/src/main.ts', { ...env, ...foundation.directory });
  };
  return [
    { name: 'api', plan: api },
    { name: 'control-worker', plan: async () => main('control-worker', 'workers/control/src/main.ts', env) },
    ...(portal ? [{ name: 'portal', plan: async () => portal.spec }] : []),
  ].filter(({ name }) => isWritten(name));
}

const PORTAL = 'apps/web';

/** Next.js on a port of loopback that nobody needs to know but the API, which forwards pages to it. */
async function planPortal({ apiPort, dataFolder }: Settings): Promise<{ spec: ProcessSpec; forApi: Record<string, string> }> {
  const port = String(await freePort());
  const secret = keptSecret(foldersOf(dataFolder).control, 'portal-secret', 32);
  const spec: ProcessSpec = {
    name: 'portal',
    argv: [process.execPath, path.join(ROOT, 'node_modules/next/dist/bin/next'), 'start', path.join(ROOT, PORTAL), '-H', '127.0.0.1', '-p', port],
    env: {
      NODE_ENV: 'production',
      NEPHOS_API_URL: `http://127.0.0.1:${apiPort}`,
      NEXTAUTH_SECRET: secret,
      AUTH_TRUST_HOST: 'true', // the API names the host that the browser asked
      NEXT_TELEMETRY_DISABLED: '1',
    },
    readiness: { kind: 'line', pattern: /Ready in/ },
    readyTimeoutMs: 60_000,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 10_000,
  };
  return { spec, forApi: { NEPHOS_PAGES_URL: `http://127.0.0.1:${port}`, NEPHOS_PAGES_SECRET: secret } };
}

export function hostDaemons(hosts: readonly HostNamespace[]): CloudProcess[] {
  return hosts.map((host) => ({ name: `libvirtd-${host.name}`, plan: () => planLibvirtd(host) }));
}

/** One agent in each real host, or a single one that plays all simulated hosts. An agent without a configuration has not joined yet. */
export function agents(settings: Settings, hosts: readonly HostNamespace[]): CloudProcess[] {
  const logLevel = process.env['NEPHOS_LOG_LEVEL'] ?? 'info';
  const real = hosts.map((host) => ({
    name: `agent-${host.name}`,
    config: path.join(host.folder, 'nephos', 'agent.json'),
    plan: async () => {
      const spec = main(`agent-${host.name}`, 'workers/host/src/main.ts', {
        NEPHOS_AGENT_CONFIG: path.join(AGENT_FOLDER, 'agent.json'),
        NEPHOS_LOG_LEVEL: logLevel,
      });
      return { ...spec, argv: insideHost(host, spec.argv) };
    },
  }));
  const { simulator } = foldersOf(settings.dataFolder);
  const config = path.join(simulator, 'agent.json');
  const simulated = {
    name: 'agent-simulator',
    config,
    plan: async () => {
      const spec = main('agent-simulator', 'workers/host/src/main.ts', {
        NEPHOS_AGENT_CONFIG: config,
        NEPHOS_AGENT_DRIVER: 'simulator',
        NEPHOS_AGENT_STATE_DIR: simulator,
        NEPHOS_LOG_LEVEL: logLevel,
      });
      return { ...spec, readyTimeoutMs: spec.readyTimeoutMs + settings.hostCount * 500 }; // it is ready when all its hosts are
    },
  };
  return (hosts.length > 0 ? real : [simulated]).filter((agent) => isWritten('agent') && existsSync(agent.config));
}

const MAINS: Record<string, string> = {
  api: 'apps/api/src/main.ts',
  'control-worker': 'workers/control/src/main.ts',
  agent: 'workers/host/src/main.ts',
  portal: PORTAL,
};
const isWritten = (name: string) => existsSync(path.join(ROOT, MAINS[name] ?? ''));

function main(name: string, file: string, env: Record<string, string>): ProcessSpec {
  return {
    name,
    argv: [process.execPath, path.join(ROOT, file)],
    env,
    readiness: { kind: 'message' },
    readyTimeoutMs: 60_000,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 20_000,
  };
}
