import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { insideHost, type HostNamespace } from './host-namespace.ts';
import { startProcess, type ProcessSpec, type RunningProcess } from './process.ts';
import { toolSucceeds } from './tool.ts';

export const LIBVIRT_URI = 'qemu:///system';

/**
 * The libvirtd of one host namespace. Its socket lies in the host's private /run, so who may enter the host may use it.
 * No security driver, cgroups or mount namespaces: these would be the machine's, shared by hosts that must not know each other.
 */
export async function planLibvirtd(host: HostNamespace): Promise<ProcessSpec> {
  await writeConfig(path.join(host.folder, 'etc/libvirtd.conf'), {
    unix_sock_group: 'root',
    unix_sock_rw_perms: '0700',
    auth_unix_rw: 'none',
    host_uuid: hostUuid(host.name),
    log_outputs: '3:stderr',
  });
  await writeConfig(path.join(host.folder, 'etc/qemu.conf'), {
    security_driver: 'none',
    namespaces: [],
    cgroup_controllers: [],
    stdio_handler: 'file',
    remember_owner: 0,
  });
  return {
    name: `libvirtd-${host.name}`,
    argv: insideHost(host, ['libvirtd', '--config', '/etc/libvirt/libvirtd.conf']),
    readiness: { kind: 'answer', ask: () => toolSucceeds(insideHost(host, ['virsh', '-c', LIBVIRT_URI, 'version']), { timeoutMs: 60_000 }) },
    readyTimeoutMs: 60_000, // the first start asks QEMU what it can do, which takes seconds
    stopSignal: 'SIGTERM', // guests keep running, and the next libvirtd finds them
    stopTimeoutMs: 15_000,
  };
}

/** Starts it and waits until it answers. */
export async function startLibvirtd(host: HostNamespace): Promise<RunningProcess> {
  const running = startProcess(await planLibvirtd(host));
  await running.ready;
  return running;
}

/** Two hosts of one machine would report the same hardware UUID, and libvirt refuses to migrate between equals. */
function hostUuid(name: string): string {
  const hex = createHash('sha256').update(`nephos host ${name}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

async function writeConfig(file: string, settings: Record<string, string | number | string[]>): Promise<void> {
  await writeFile(
    file,
    Object.entries(settings)
      .map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`)
      .join(''),
  );
}
