import { access, readFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import type { HostCheck } from '@nephos/contracts/agent.schema';
import { fine, look, warning } from '../host-check.ts';
import type { AccelerationVerdict } from './acceleration.ts';
import { runCommand } from './command.ts';

const LOOK_MS = 10_000;
const MEMORY_MIN_GIB = 2;
const GIB = 1024 ** 3;
/** Of Debian and its kin, Fedora and its kin. */
const UEFI_FIRMWARE = ['/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/share/OVMF/OVMF_CODE.fd', '/usr/share/edk2/ovmf/OVMF_CODE.fd'];

/** What a machine needs to run guests with libvirt and QEMU, and whether it has that. Never throws, so that all of it is seen at once. */
export async function checkKvmHost({ uri, acceleration }: { uri: string; acceleration: () => Promise<AccelerationVerdict> }): Promise<HostCheck[]> {
  const tell = (file: string, args: readonly string[], what: string) => runCommand(file, args, { what, timeoutMs: LOOK_MS });
  return Promise.all([
    look('guests', 'Install QEMU (qemu-system-x86) and look at what it says.', async () => {
      const { acceleration: kind, reason } = await acceleration();
      if (kind === 'kvm') return fine(reason);
      return warning(`Guests are emulated, which is slow: ${reason}`, await helpToAccelerate(reason));
    }),
    look('libvirt', 'Install libvirt-daemon-system and start it: systemctl enable --now libvirtd.', async () =>
      fine(
        /Running against daemon: (.*)/.exec(await tell('virsh', ['--connect', uri, 'version', '--daemon'], 'The look at libvirt'))?.[1] ??
          'It answers',
      ),
    ),
    look('QEMU', 'Install qemu-system-x86.', async () =>
      fine((await tell('qemu-system-x86_64', ['--version'], 'The look at QEMU')).split('\n')[0] ?? ''),
    ),
    look('images of disks', 'Install qemu-utils.', async () =>
      fine((await tell('qemu-img', ['--version'], 'The look at qemu-img')).split('\n')[0] ?? ''),
    ),
    look('processor', 'Hosts are x86-64 machines for now.', async () => {
      const { model, count, flags } = await readProcessor();
      const what = `${count} × ${model}`;
      if (flags.has('vmx') || flags.has('svm')) return fine(`${what}, with ${flags.has('vmx') ? 'VT-x' : 'AMD-V'}`);
      return warning(`${what}, without VT-x or AMD-V`, HELP_VIRTUALIZATION);
    }),
    look('memory', '', () => {
      const gib = totalmem() / GIB;
      const what = `${gib.toFixed(1)} GiB`;
      return gib < MEMORY_MIN_GIB ? warning(what, `Give it ${MEMORY_MIN_GIB} GiB at least.`) : fine(what);
    }),
    look('nested guests', '', async () => {
      const says = await firstText(['/sys/module/kvm_intel/parameters/nested', '/sys/module/kvm_amd/parameters/nested']);
      return fine(says && /^[Y1]/.test(says) ? 'Guests may run guests of their own' : 'Guests can’t run guests of their own');
    }),
    look('firmware', '', async () => {
      const found = await Promise.all(UEFI_FIRMWARE.map((file) => isThere(file)));
      return fine(found.includes(true) ? 'BIOS and UEFI (OVMF)' : 'BIOS, by which guests boot; UEFI would need the package ovmf');
    }),
    look('control groups', '', async () => {
      const controllers = await firstText(['/sys/fs/cgroup/cgroup.controllers']);
      if (controllers === undefined)
        return warning(
          'Version 1, or none that is seen here',
          'Boot with systemd.unified_cgroup_hierarchy=1, so that guests are kept apart by version 2.',
        );
      const without = ['cpu', 'memory', 'io'].filter((one) => !controllers.split(/\s+/).includes(one));
      if (without.length > 0) return warning(`Version 2, without ${without.join(', ')}`, 'Let the host’s control group have these controllers.');
      return fine('Version 2');
    }),
  ]);
}

const HELP_VIRTUALIZATION =
  'Turn on VT-x or AMD-V in the firmware of the machine; if it is a virtual machine itself, nested virtualization where it runs.';

async function helpToAccelerate(reason: string): Promise<string> {
  if (reason.includes('opens, but'))
    return 'KVM is there and does not work: mostly nested virtualization that is only half there. Ask whoever runs this virtual machine, or use a machine of its own.';
  if (reason.includes("can't be opened")) return 'Run the agent as root, and see who may use /dev/kvm.';
  const { flags } = await readProcessor().catch(() => ({ flags: new Set<string>() }));
  return flags.has('vmx') || flags.has('svm')
    ? 'Load the module: modprobe kvm_intel or kvm_amd; its error is in the kernel’s log.'
    : HELP_VIRTUALIZATION;
}

async function readProcessor(): Promise<{ model: string; count: number; flags: Set<string> }> {
  const text = await readFile('/proc/cpuinfo', 'utf8');
  const first = (field: string) => new RegExp(`^${field}\\s*: (.*)$`, 'm').exec(text)?.[1]?.trim() ?? '';
  return { model: first('model name') || 'unknown', count: text.match(/^processor\s*:/gm)?.length ?? 0, flags: new Set(first('flags').split(' ')) };
}

async function firstText(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) return text;
  }
  return undefined;
}

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
