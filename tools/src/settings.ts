import { chmod, mkdir } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { canPostgresReach } from '@nephos/embedded/postgres';
import type { Wire } from '@nephos/embedded/wire';
import { DomainError } from '@nephos/model/errors';
import { ROOT } from './terminal.ts';

/** What a person may choose about the embedded cloud; the rest follows from it. */
export interface Settings {
  isAgreed: boolean;
  /** Asked for on the command line; it may be that nothing else is possible. */
  wantsSimulator: boolean;
  hostCount: number;
  /** False for who knows that the build is current. */
  isBuilding: boolean;
  apiPort: number;
  postgresPort: number;
  temporalPort: number;
  /** Of the embedded directory. */
  directoryPort: number;
  /** Where agents connect to. */
  agentPort: number;
  /** Holds everything the cloud keeps. */
  dataFolder: string;
  /** A process that ends again and again is started at last so long after its end. */
  longestRestartMs: number;
  wire: Wire;
}

const DEFAULT_HOSTS = 2;
const MAX_REAL_HOSTS = 20;
export const FIRST_RESTART_MS = 500;

export function readSettings(argv: readonly string[] = process.argv.slice(2)): Settings {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      yes: { type: 'boolean', default: false },
      simulator: { type: 'boolean', default: false },
      hosts: { type: 'string' },
      port: { type: 'string' },
      'no-build': { type: 'boolean', default: false },
    },
  });
  const env = process.env;
  const hostCount = wholeNumber('--hosts', values.hosts ?? String(DEFAULT_HOSTS), 1, values.simulator ? 25_000 : MAX_REAL_HOSTS);
  return {
    isAgreed: values.yes || env['CI'] !== undefined,
    wantsSimulator: values.simulator,
    hostCount,
    isBuilding: !values['no-build'],
    apiPort: wholeNumber('--port', values.port ?? '8080', 1, 65_535),
    postgresPort: wholeNumber('NEPHOS_POSTGRES_PORT', env['NEPHOS_POSTGRES_PORT'] ?? '15432', 1, 65_535),
    temporalPort: wholeNumber('NEPHOS_TEMPORAL_PORT', env['NEPHOS_TEMPORAL_PORT'] ?? '7233', 1, 65_535),
    directoryPort: wholeNumber('NEPHOS_DIRECTORY_PORT', env['NEPHOS_DIRECTORY_PORT'] ?? '10636', 1, 65_535),
    agentPort: wholeNumber('NEPHOS_AGENT_PORT', env['NEPHOS_AGENT_PORT'] ?? '8443', 1, 65_535),
    dataFolder: path.resolve(env['NEPHOS_DATA'] ?? path.join(ROOT, '.nephos')),
    longestRestartMs: wholeNumber('NEPHOS_RESTART_MAX_MS', env['NEPHOS_RESTART_MAX_MS'] ?? '15000', FIRST_RESTART_MS, 3_600_000),
    wire: {
      prefix: env['NEPHOS_PREFIX'] ?? 'nephos',
      managementNet: env['NEPHOS_MANAGEMENT_NET'] ?? '10.213.0',
      publicNet: env['NEPHOS_PUBLIC_NET'] ?? '198.51.100', // TEST-NET-2 of RFC 5737: routed nowhere
    },
  };
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new DomainError('BAD_INPUT', `${name} must be a whole number from ${min} to ${max}, not ${text}`);
}

/** Where each part keeps its things. */
export function foldersOf(dataFolder: string) {
  return {
    logs: path.join(dataFolder, 'logs'),
    /** The control plane's own: keys, image store. */
    control: path.join(dataFolder, 'control'),
    temporalDb: path.join(dataFolder, 'temporal', 'temporal.db'),
    /** The embedded directory's. */
    directory: path.join(dataFolder, 'directory'),
    postgresPassword: path.join(dataFolder, 'control', 'postgres-password'),
    runFile: path.join(dataFolder, 'run.json'),
    hostsFile: path.join(dataFolder, 'control', 'hosts.json'),
    host: (name: string) => path.join(dataFolder, 'hosts', name),
    simulator: path.join(dataFolder, 'simulator'),
  };
}

/** PostgreSQL's own user passes through it; nobody else finds anything to read. */
export async function makeDataFolder(dataFolder: string): Promise<void> {
  await mkdir(dataFolder, { recursive: true });
  await chmod(dataFolder, 0o711);
}

/** Outside of the data folder when that lies where the user that runs PostgreSQL cannot get (root's home, for one). */
export async function postgresFolder(dataFolder: string): Promise<string> {
  const inside = path.join(dataFolder, 'postgres');
  return (await canPostgresReach(inside)) ? inside : elsewhereFolder(dataFolder);
}

export function elsewhereFolder(dataFolder: string): string {
  return path.join('/var/lib/nephos', `postgres-${createHash('sha256').update(dataFolder).digest('hex').slice(0, 8)}`);
}
