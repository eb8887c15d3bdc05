import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainError } from '@nephos/model/errors';
import type { GuestCounters, GuestInfo } from '../hypervisor-driver.ts';
import { runCommand } from './command.ts';
import { parseDomainName } from './domain-name.ts';
import { COUNTER_ARGS, parseCounters } from './domain-stats.ts';

const QUERY_TIMEOUT_MS = 30_000;
/** Longer than libvirt's own patience with a QEMU that doesn't start or end. */
const CHANGE_TIMEOUT_MS = 120_000;
const SCREEN_SOCKET = 'vnc+unix://';

/** The domains of one libvirtd, by virsh: one process per call, some 20 ms. Domains that aren't ours are not seen. */
export interface Domains {
  /** Those that have a QEMU process now. */
  list(): Promise<GuestInfo[]>;
  find(instanceId: string): Promise<GuestInfo | undefined>;
  readCounters(): Promise<GuestCounters[]>;
  create(instanceId: string, xml: string): Promise<void>;
  resume(instanceId: string): Promise<void>;
  pressPowerButton(instanceId: string): Promise<void>;
  askReboot(instanceId: string): Promise<void>;
  reset(instanceId: string): Promise<void>;
  /** Pulls the plug. One that ended meanwhile is fine. */
  destroy(instanceId: string): Promise<void>;
  /** Where the RFB socket of its screen is, as libvirtd sees it. */
  findScreenSocket(instanceId: string): Promise<string>;
  /** Writes a picture of its screen, PNG or PPM as QEMU can. */
  takeScreenshot(instanceId: string, file: string): Promise<void>;
  describeNode(): Promise<{ cpuCount: number; cpuMhz: number; memoryMib: number; versions: Record<string, string> }>;
}

export function createDomains({ uri, xmlDir }: { uri: string; xmlDir: string }): Domains {
  const virsh = (args: readonly string[], what: string, timeoutMs = CHANGE_TIMEOUT_MS) =>
    runCommand('virsh', ['--connect', uri, ...args], { what, timeoutMs });
  const list = async () => parseList(await virsh(['list'], 'the list of guests', QUERY_TIMEOUT_MS));
  return {
    list,
    find: async (instanceId) => (await list()).find((guest) => guest.instanceId === instanceId),
    readCounters: async () => parseCounters(await virsh(COUNTER_ARGS, 'the look at the counters of guests', QUERY_TIMEOUT_MS)),
    create: async (instanceId, xml) => {
      const path = join(xmlDir, `${instanceId}.xml`);
      await writeFile(path, xml, { mode: 0o600 });
      try {
        await virsh(['create', '--file', path], `The start of instance ${instanceId}`);
      } finally {
        await rm(path, { force: true });
      }
    },
    resume: async (instanceId) => void (await virsh(['resume', instanceId], `The resumption of instance ${instanceId}`)),
    // By ACPI alone: the guest agent's way may block inside libvirt, where nothing can cancel it.
    pressPowerButton: (instanceId) => unlessGone(virsh(['shutdown', instanceId, '--mode', 'acpi'], `The stop of instance ${instanceId}`)),
    askReboot: (instanceId) => unlessGone(virsh(['reboot', instanceId, '--mode', 'acpi'], `The reboot of instance ${instanceId}`)),
    reset: (instanceId) => unlessGone(virsh(['reset', instanceId], `The reset of instance ${instanceId}`)),
    destroy: (instanceId) => unlessGone(virsh(['destroy', instanceId], `The end of instance ${instanceId}`)),
    findScreenSocket: async (instanceId) => {
      const what = `The look for the screen of instance ${instanceId}`;
      const address = (await virsh(['domdisplay', instanceId, '--type', 'vnc'], what, QUERY_TIMEOUT_MS)).trim();
      if (!address.startsWith(SCREEN_SOCKET)) throw new DomainError('HYPERVISOR_FAILED', `${what} failed. virsh said: ${address}`);
      return address.slice(SCREEN_SOCKET.length);
    },
    takeScreenshot: async (instanceId, file) =>
      void (await virsh(['screenshot', instanceId, '--file', file], `The screenshot of instance ${instanceId}`, QUERY_TIMEOUT_MS)),
    describeNode: async () => {
      const node = parseFields(await virsh(['nodeinfo'], 'the look at the host', QUERY_TIMEOUT_MS));
      const versions = parseFields(await virsh(['version', '--daemon'], 'the look at libvirt', QUERY_TIMEOUT_MS));
      return {
        cpuCount: numberIn(node, 'CPU(s)'),
        cpuMhz: numberIn(node, 'CPU frequency'),
        memoryMib: Math.floor(numberIn(node, 'Memory size') / 1024),
        versions: { libvirt: versions.get('Running against daemon') ?? '?', qemu: versions.get('Running hypervisor')?.replace(/^QEMU /, '') ?? '?' },
      };
    },
  };
}

async function unlessGone(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'NOT_FOUND') throw error;
  }
}

/** Lines such as ` 1    nephos-…-g3   running`. */
function parseList(text: string): GuestInfo[] {
  return text.split('\n').flatMap((line) => {
    const [, name = '', state = ''] = /^\s*\d+\s+(\S+)\s+(\S.*?)\s*$/.exec(line) ?? [];
    const instance = parseDomainName(name);
    return instance ? [{ ...instance, state: isHalted(state) ? 'paused' : 'running' }] : [];
  });
}

/** Of virsh's states of an active domain; the others (running, idle, in shutdown) still execute. */
function isHalted(state: string): boolean {
  return state === 'paused' || state === 'pmsuspended' || state === 'crashed';
}

function parseFields(text: string): Map<string, string> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const [, key, value] = /^([^:]+):\s+(.*)$/.exec(line) ?? [];
      return key && value ? [[key, value.trim()]] : [];
    }),
  );
}

function numberIn(fields: Map<string, string>, key: string): number {
  const value = Number.parseInt(fields.get(key) ?? '', 10);
  if (Number.isNaN(value)) throw new DomainError('HYPERVISOR_FAILED', `virsh nodeinfo does not say "${key}"`);
  return value;
}
