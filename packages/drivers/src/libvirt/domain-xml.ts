import { join } from 'node:path';
import type { InstanceSpec } from '@nephos/contracts/instance-spec';
import { DomainError } from '@nephos/model/errors';
import { SAMPLE_EVERY_MS } from '@nephos/model/metrics';
import { bridgeName } from '../network-driver.ts';
import { volumePath } from '../pool-layout.ts';
import { domainName } from './domain-name.ts';

export type Acceleration = 'kvm' | 'emulation';

/** sun_path of unix(7), less its closing zero. */
const SOCKET_PATH_MAX = 107;

/** The socket of a guest's serial console. The id is cut (60 random bits stay) because a socket's path must be short. */
export function serialSocketPath(stateDir: string, instanceId: string): string {
  return join(stateDir, 's', `${instanceId.slice(0, 18)}.tty`);
}

export function assertSocketPathsFit(stateDir: string): void {
  const tooMany = Buffer.byteLength(serialSocketPath(stateDir, '0'.repeat(36))) - SOCKET_PATH_MAX;
  if (tooMany > 0) {
    throw new DomainError(
      'BAD_INPUT',
      `The agent's folder ${stateDir} has a path ${tooMany} bytes too long for the sockets in it: use a shorter one`,
      { stateDir },
    );
  }
}

/**
 * The libvirt domain of an instance (libvirt.org/formatdomain.html).
 * - SMBIOS says CloudStack, for cloud-init asks our router for its data only then (ds-identify looks at the product name).
 * - Consoles are unix sockets. The VNC one is made by QEMU, which is another user, so libvirt chooses its place (`virsh domdisplay`).
 * - Firmware does nothing but boot the disk: no network ROM, no menu, no USB. It saves a second of every start.
 */
export function domainXml(spec: InstanceSpec, options: { acceleration: Acceleration; stateDir: string }): string {
  const isKvm = options.acceleration === 'kvm';
  return `<domain type='${isKvm ? 'kvm' : 'qemu'}'>
  <name>${escape(domainName(spec))}</name>
  <uuid>${escape(spec.instanceId)}</uuid>
  <title>${escape(spec.name)}</title>
  <metadata><instance xmlns='https://nephos.dev/libvirt/1' name='${escape(spec.name)}' generation='${spec.generation}'/></metadata>
  <memory unit='MiB'>${spec.memoryMib}</memory>
  <vcpu>${spec.cpuCount}</vcpu>
  <sysinfo type='smbios'><system>
    <entry name='manufacturer'>Apache Software Foundation</entry>
    <entry name='product'>CloudStack KVM Hypervisor</entry>
    <entry name='uuid'>${escape(spec.instanceId)}</entry>
  </system></sysinfo>
  <os><type arch='x86_64' machine='pc'>hvm</type><boot dev='hd'/><bootmenu enable='no'/><smbios mode='sysinfo'/></os>
  <features><acpi/><apic/>${isKvm ? '' : `<tcg><tb-cache unit='MiB'>${TRANSLATION_CACHE_MIB}</tb-cache></tcg>`}</features>
  ${isKvm ? "<cpu mode='host-passthrough'/>" : ''}
  <on_poweroff>destroy</on_poweroff><on_reboot>restart</on_reboot><on_crash>destroy</on_crash>
  <devices>
${spec.volumes.map(diskXml).join('\n')}
${spec.nics.map(nicXml).join('\n')}
    <controller type='usb' model='none'/>
    <serial type='unix'><source mode='bind' path='${escape(serialSocketPath(options.stateDir, spec.instanceId))}'/></serial>
    <graphics type='vnc'><listen type='socket'/></graphics>
    <video><model type='vga'/></video>
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    <memballoon model='virtio'><stats period='${BALLOON_STATS_SECONDS}'/></memballoon>
    <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
  </devices>
</domain>
`;
}

/** Without a bound QEMU keeps up to 1 GiB of translated code per guest; 32 MiB costs a small guest nothing that shows. */
const TRANSLATION_CACHE_MIB = 32;
/** How often the guest's balloon driver is asked what memory it uses: as often as we look. */
const BALLOON_STATS_SECONDS = SAMPLE_EVERY_MS / 1000;

/**
 * The cache is the host's (`writeback`): guests' flushes still reach the disk, and the blocks of a template are in memory once
 * for all its clones, which is what a start mostly reads. `discard` gives freed blocks back to the pool.
 */
function diskXml(volume: InstanceSpec['volumes'][number], index: number): string {
  const target = `vd${String.fromCharCode('a'.charCodeAt(0) + index)}`;
  return `    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2' cache='writeback' discard='unmap'/>
      <source file='${escape(volumePath(volume))}'/>
      <target dev='${target}' bus='virtio'/>
      <serial>${escape(volume.volumeId.replaceAll('-', '').slice(0, 20))}</serial>
    </disk>`;
}

function nicXml(nic: InstanceSpec['nics'][number]): string {
  return `    <interface type='bridge'>
      <source bridge='${escape(bridgeName(nic.vni))}'/>
      <mac address='${escape(nic.macAddress)}'/>
      <model type='virtio'/>
      <mtu size='${nic.mtu}'/>
      <rom enabled='no'/>
    </interface>`;
}

function escape(text: string): string {
  return text.replace(/[&<>'"]/g, (char) => `&#${char.charCodeAt(0)};`);
}
