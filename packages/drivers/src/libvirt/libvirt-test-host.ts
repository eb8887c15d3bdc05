import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { ensureHostNamespace, insideHost, listHostNamespaces, removeHostNamespace } from '@nephos/embedded/host-namespace';
import { startLibvirtd } from '@nephos/embedded/libvirtd';
import type { RunningProcess } from '@nephos/embedded/process';
import { buildTinyImage } from '@nephos/images/build-tiny';
import { execa } from 'execa';
import type { ContractHost, ContractImage } from '../contract/contract-host.ts';
import { emptyQcow2 } from '../image/empty-qcow2.ts';
import { bridgeName } from '../network-driver.ts';
import { serialSocketPath } from './domain-xml.ts';
import { createLibvirtDriver } from './libvirt-driver.ts';

export interface LibvirtTestHost extends ContractHost {
  stateDir: string;
  virsh(...args: string[]): Promise<string>;
  /** Ends libvirtd with SIGKILL; it is away until it is started. */
  killLibvirtd(): Promise<void>;
  startLibvirtd(): Promise<void>;
  dispose(): Promise<void>;
}

const PREFIX = 'nephos-ld-';
const VNI = 77;

/**
 * A host namespace with its own libvirtd and one bridge, used from outside through libvirtd's socket. What test runs that were
 * killed left behind is removed first.
 */
export async function makeLibvirtTestHost(): Promise<LibvirtTestHost> {
  await removeLeftovers();
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const host = { name: `ld${process.pid}`, folder: join(folder, 'h') };
  const inFolder = (name: string) => join(folder, name);
  const [stateDir, poolPath, fullPoolPath] = [inFolder('state'), inFolder('pool'), inFolder('full')];
  for (const path of [stateDir, poolPath, fullPoolPath]) await mkdir(path);
  await execa('chmod', ['0711', folder]); // QEMU runs as another user and must get through
  await execa('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'nephos-full-pool', fullPoolPath]);
  await buildTinyImage({ outFile: inFolder('tiny.qcow2') });
  await ensureHostNamespace(host);
  await execa('nsenter', insideHost(host, ['ip', 'link', 'add', bridgeName(VNI), 'type', 'bridge']).slice(1));
  await execa('nsenter', insideHost(host, ['ip', 'link', 'set', bridgeName(VNI), 'up']).slice(1));
  let libvirtd: RunningProcess = await startLibvirtd(host);
  const uri = `qemu:///system?socket=${join(host.folder, 'run', 'libvirt', 'libvirt-sock')}`;
  const virsh = async (...args: string[]) => (await execa('virsh', ['--connect', uri, ...args])).stdout;

  return {
    stateDir,
    poolPath,
    fullPoolPath,
    virsh,
    makeDriver: () => createLibvirtDriver({ hostId: randomUUID(), stateDir, uri, root: `/proc/${libvirtd.pid}/root` }),
    image: await readImage(inFolder('tiny.qcow2')),
    // A disk without a boot sector: the firmware waits forever, and nothing in it hears the power button.
    stubbornImage: { bytes: new Uint8Array(emptyQcow2({ virtualSizeBytes: 1024 * 1024 })), virtualSizeBytes: 1024 * 1024 },
    nics: [{ nicId: randomUUID(), networkId: randomUUID(), vni: VNI, macAddress: '02:00:00:00:77:01', mtu: 1450 }],
    memoryMib: 96,
    guestIsUp: (instanceId) => untilConsoleSays(serialSocketPath(stateDir, instanceId), 'TINY-READY'),
    stopBehindOurBack: async (instanceId) => void (await virsh('destroy', instanceId)),
    listPoolFiles: () => readdir(poolPath, { recursive: true }),
    killLibvirtd: async () => {
      process.kill(libvirtd.pid, 'SIGKILL');
      await libvirtd.exited;
    },
    startLibvirtd: async () => void (libvirtd = await startLibvirtd(host)),
    dispose: async () => {
      await libvirtd.stop();
      await removeHostNamespace(host.name);
      await removeFolder(folder);
    },
  };
}

async function readImage(file: string): Promise<ContractImage> {
  const bytes = new Uint8Array(await readFile(file));
  return { bytes, virtualSizeBytes: Number(new DataView(bytes.buffer).getBigUint64(24)) };
}

/** Reads a guest's serial console until it prints this; connect before it does. */
export async function untilConsoleSays(path: string, text: string): Promise<void> {
  const socket = connect(path);
  let heard = '';
  for await (const chunk of socket) {
    heard = (heard + String(chunk)).slice(-4096);
    if (heard.includes(text)) return;
  }
  throw new Error(`the console closed without ${text}; it said last: ${heard.slice(-500)}`);
}

async function removeLeftovers(): Promise<void> {
  const isDead = (pid: string | undefined) => pid !== undefined && !existsSync(`/proc/${pid}`);
  for (const name of await listHostNamespaces('ld')) if (isDead(/^ld(\d+)$/.exec(name)?.[1])) await removeHostNamespace(name);
  for (const name of await readdir(tmpdir())) if (isDead(new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1])) await removeFolder(join(tmpdir(), name));
}

async function removeFolder(folder: string): Promise<void> {
  await execa('umount', [join(folder, 'full')], { reject: false });
  await rm(folder, { recursive: true, force: true });
}
