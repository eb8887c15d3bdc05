import { DomainError } from '@nephos/model/errors';
import { execa, ExecaError } from 'execa';

/** Which Debian or Ubuntu package brings a tool that image builds use. */
const PACKAGES: Record<string, string> = {
  'apt-cache': 'apt',
  'apt-get': 'apt',
  'dpkg-deb': 'dpkg',
  depmod: 'kmod',
  ldd: 'libc-bin',
  cpio: 'cpio',
  'mkfs.vfat': 'dosfstools',
  mcopy: 'mtools',
  syslinux: 'syslinux',
  mke2fs: 'e2fsprogs',
  sfdisk: 'fdisk',
  'qemu-img': 'qemu-utils',
  mmdebstrap: 'mmdebstrap',
  'grub-mkimage': 'grub-common',
  chroot: 'coreutils',
};

/** Runs one tool to its end and gives what it printed. Throws UNSUPPORTED when it isn't installed, UNEXPECTED when it fails. */
export async function runTool(
  file: string,
  args: readonly string[],
  options: { cwd?: string; input?: string; timeoutMs?: number } = {},
): Promise<string> {
  const { cwd, input, timeoutMs = 120_000 } = options;
  try {
    const { stdout } = await execa(file, args, {
      timeout: timeoutMs,
      // mke2fs, sfdisk, syslinux and depmod lie in /usr/sbin, which ordinary users do not search
      env: { LC_ALL: 'C', PATH: `${process.env['PATH']}:/usr/sbin:/sbin` },
      ...(cwd && { cwd }),
      ...(input === undefined ? { stdin: 'ignore' } : { input }),
    });
    return stdout;
  } catch (cause) {
    if (!(cause instanceof ExecaError)) throw cause;
    if (cause.code === 'ENOENT') throw missing(file, PACKAGES[file] ?? file);
    throw new DomainError(
      'UNEXPECTED',
      `${file} failed while an image was built: ${cause.shortMessage}\n${(cause.stderr ?? '').slice(-2000)}`,
      {},
      { cause },
    );
  }
}

export function missing(file: string, packageName: string): DomainError {
  return new DomainError('UNSUPPORTED', `Building this image needs ${file}: install the package ${packageName}`, { package: packageName });
}
