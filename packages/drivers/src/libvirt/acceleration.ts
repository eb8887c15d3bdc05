import { constants } from 'node:fs';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DomainError } from '@nephos/model/errors';
import { execa } from 'execa';
import { BOOT_SECTOR_EXIT_CODE, BOOT_SECTOR_SAYS, bootSector } from './boot-sector.ts';
import type { Acceleration } from './domain-xml.ts';

export interface AccelerationVerdict {
  acceleration: Acceleration;
  /** For the administrator who wonders why guests are slow. */
  reason: string;
}

const EMULATOR = 'qemu-system-x86_64';
/** A working KVM needs 0.1 s, emulation 0.1 to 1 s on a quiet machine. */
const KVM_LIMIT_MS = 5_000;
const EMULATION_LIMIT_MS = 30_000;

/**
 * How this host can run guests, decided by running one. /dev/kvm says little: on some clouds it opens, makes virtual machines,
 * and then hangs every ordinary guest before its first line. Throws UNSUPPORTED when not even emulation works.
 */
export async function decideAcceleration(): Promise<AccelerationVerdict> {
  if (process.arch !== 'x64') throw new DomainError('UNSUPPORTED', `Hosts are x86-64 machines for now; this one is ${process.arch}`);
  const folder = await mkdtemp(join(tmpdir(), 'nephos-probe-'));
  try {
    const disk = join(folder, 'boot-sector.img');
    await writeFile(disk, bootSector());
    const kvm = await tryKvm(disk);
    if (kvm.works) return { acceleration: 'kvm', reason: 'A test guest ran under KVM' };
    const emulation = await runTestGuest(disk, ['-accel', 'tcg'], EMULATION_LIMIT_MS);
    if (emulation.works) return { acceleration: 'emulation', reason: kvm.reason };
    throw new DomainError('UNSUPPORTED', `This host can't run guests: ${kvm.reason}; under emulation ${emulation.reason}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface TestRun {
  works: boolean;
  reason: string;
}

async function tryKvm(disk: string): Promise<TestRun> {
  try {
    await access('/dev/kvm', constants.R_OK | constants.W_OK);
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return { works: false, reason: isMissing ? 'The machine has no /dev/kvm' : "/dev/kvm can't be opened by the agent" };
  }
  const run = await runTestGuest(disk, ['-accel', 'kvm', '-cpu', 'host'], KVM_LIMIT_MS);
  return { ...run, reason: `/dev/kvm opens, but ${run.reason}` };
}

/** Boots the disk with these QEMU options; it works when the guest said so and ended by itself. */
export async function runTestGuest(disk: string, args: string[], limitMs: number): Promise<TestRun> {
  const result = await execa(
    EMULATOR,
    [
      ...args,
      '-m',
      '16',
      '-nodefaults',
      '-no-user-config',
      '-display',
      'none',
      '-no-reboot',
      '-device',
      'isa-debug-exit,iobase=0xf4,iosize=0x04',
      '-debugcon',
      'stdio',
      '-drive',
      `file=${disk},format=raw,if=ide`,
    ],
    { stdin: 'ignore', reject: false, timeout: limitMs, forceKillAfterDelay: 1_000 },
  );
  if (result.timedOut) return { works: false, reason: `a test guest hangs for more than ${limitMs / 1000} s` };
  if (result.code === 'ENOENT') return { works: false, reason: `${EMULATOR} is not installed` };
  if (result.exitCode === BOOT_SECTOR_EXIT_CODE && result.stdout.includes(BOOT_SECTOR_SAYS)) return { works: true, reason: '' };
  return { works: false, reason: `a test guest fails (${result.stderr.trim().split('\n').at(-1) || `exit ${result.exitCode ?? result.signal}`})` };
}
