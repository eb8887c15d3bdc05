import { chmod, cp, mkdir, readFile, realpath, symlink, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cachedImage, hashInputs } from './image-cache.ts';
import type { BuiltImage } from './image-cache.ts';
import { makeExt4, writeDisk } from './disk-layout.ts';
import { findKernelPackage, unpackKernel } from './guest-kernel.ts';
import type { KernelPackage } from './guest-kernel.ts';
import { missing, runTool } from './tool.ts';

const TINY = join(import.meta.dirname, '..', 'tiny');
const BUSYBOX = '/bin/busybox';
/** What of this machine goes into the guest, and the package that brings it. */
const PROGRAMS: Record<string, string> = {
  [BUSYBOX]: 'busybox-static',
  '/usr/sbin/dropbear': 'dropbear-bin',
  '/usr/bin/dropbearkey': 'dropbear-bin',
  '/usr/bin/dbclient': 'dropbear-bin',
  '/usr/sbin/qemu-ga': 'qemu-guest-agent',
};
const MBR = '/usr/lib/syslinux/mbr/mbr.bin';
/** glibc loads these by name when a program looks up users or hosts. */
const LATE_LIBRARIES = ['/lib/x86_64-linux-gnu/libnss_files.so.2', '/lib/x86_64-linux-gnu/libnss_dns.so.2', '/lib/x86_64-linux-gnu/libresolv.so.2'];

/** In the order of need: the root disk; the way to SSH (the generator lets a host key be made at once); the rest. */
const MODULES = {
  disk: ['virtio_pci', 'virtio_blk'],
  network: ['virtio-rng', 'virtio_net', 'af_packet'],
  devices: ['button', 'evdev', 'virtio_console', 'virtio_balloon'],
} as const;

const BOOT_MIB = 20;
const ROOT_MIB = 44;

/**
 * The tiny guest: the distribution's kernel, busybox, dropbear and qemu-guest-agent, up in seconds even under emulation with
 * 96 MiB of memory. It takes name, key, password and user data from the virtual router as a real cloud guest does. Built with no
 * mounts and no root, in some seconds, and kept in the cache by a hash of everything that goes into it.
 */
export async function buildTinyImage({ outFile }: { outFile: string }): Promise<BuiltImage> {
  const kernel = await findKernelPackage();
  const programs = await Promise.all(
    Object.entries(PROGRAMS).map(([file, packageName]) => realpath(file).catch(() => Promise.reject(missing(file, packageName)))),
  );
  const sources = ['build-tiny.ts', 'disk-layout.ts', 'guest-kernel.ts'].map((name) => join(import.meta.dirname, name));
  const key = await hashInputs(kernel.parts, [TINY, ...sources, ...programs]);
  return cachedImage('tiny', key, outFile, (workDir) => build(kernel, workDir));
}

async function build(kernel: KernelPackage, workDir: string): Promise<string> {
  const { vmlinuz, copyModules } = await unpackKernel(kernel, workDir);
  const root = join(workDir, 'root');
  const initrd = join(workDir, 'initrd');
  await makeRoot(root);
  const modulesDir = join(root, 'lib', 'modules');
  const inInitrd = new Set(await copyModules(MODULES.disk, join(initrd, 'lib', 'modules')));
  await writeFile(join(initrd, 'lib', 'modules', 'disk'), [...inInitrd].join('\n'));
  for (const stage of ['network', 'devices'] as const) {
    const order = (await copyModules(MODULES[stage], modulesDir)).filter((name) => !inInitrd.has(name));
    await writeFile(join(modulesDir, stage), order.join('\n'));
  }
  const rootFs = join(workDir, 'root.img');
  await makeExt4(rootFs, { folder: root, sizeMib: ROOT_MIB, label: 'tinyroot', args: ['-O', '^has_journal,^metadata_csum', '-m', '0'] });

  const bootFs = await makeBootFs(workDir, vmlinuz, await packInitrd(initrd));
  const disk = join(workDir, 'disk.img');
  const bootCode = await readFile(MBR).catch(() => Promise.reject(missing(MBR, 'syslinux-common')));
  await writeDisk(disk, {
    bootCode,
    partitions: [
      { file: bootFs, sizeMib: BOOT_MIB, type: 'e', isBootable: true },
      { file: rootFs, sizeMib: ROOT_MIB, type: '83' },
    ],
  });
  const image = join(workDir, 'tiny.qcow2');
  await runTool('qemu-img', ['convert', '-O', 'qcow2', disk, image]);
  return image;
}

async function makeRoot(root: string): Promise<void> {
  for (const folder of [
    'bin',
    'sbin',
    'usr/bin',
    'usr/sbin',
    'lib',
    'lib64',
    'proc',
    'sys',
    'dev',
    'tmp',
    'run',
    'root',
    'mnt',
    'etc/dropbear',
    'var/www',
    'var/log',
    'var/lib/cloud',
    'lib/modules',
  ]) {
    await mkdir(join(root, folder), { recursive: true });
  }
  await cp(join(TINY, 'rootfs'), root, { recursive: true });
  await chmod(join(root, 'etc', 'shadow'), 0o600); // git keeps no such mode
  await symlink('/run', join(root, 'var', 'run'));
  for (const applet of (await runTool(BUSYBOX, ['--list'])).split('\n'))
    if (applet !== 'busybox') await symlink('/bin/busybox', join(root, 'bin', applet));
  await symlink('../bin/busybox', join(root, 'sbin', 'init'));
  for (const program of Object.keys(PROGRAMS)) await copyWithLibraries(program, root);
  for (const library of LATE_LIBRARIES) await copyFileInto(library, root);
}

async function copyWithLibraries(program: string, root: string): Promise<void> {
  await copyFileInto(program, root);
  if (program === BUSYBOX) return; // static
  const libraries = (await runTool('ldd', [program])).matchAll(/(\/\S+) \(0x/g);
  for (const [, library = ''] of libraries) await copyFileInto(library, root);
}

async function copyFileInto(file: string, root: string): Promise<void> {
  const to = join(root, file);
  await mkdir(dirname(to), { recursive: true });
  await cp(await realpath(file), to);
}

async function packInitrd(folder: string): Promise<string> {
  for (const name of ['bin', 'dev', 'root']) await mkdir(join(folder, name), { recursive: true });
  await cp(BUSYBOX, join(folder, 'bin', 'busybox'), { dereference: true });
  await cp(join(TINY, 'initramfs', 'init'), join(folder, 'init'));
  const file = `${folder}.cpio`; // not compressed: reading 3 MB is quicker than unpacking it in an emulated guest
  const names = ['.', 'bin', 'bin/busybox', 'dev', 'root', 'init', 'lib', 'lib/modules', ...(await listModules(folder))];
  await runTool('cpio', ['--create', '--quiet', '--format=newc', '--owner=0:0', `--file=${file}`], { cwd: folder, input: names.join('\n') });
  return file;
}

async function listModules(folder: string): Promise<string[]> {
  const order = await readFile(join(folder, 'lib', 'modules', 'disk'), 'utf8');
  return ['disk', ...order.split('\n').filter(Boolean)].map((name) => `lib/modules/${name}`);
}

/** FAT with the kernel and syslinux, made by mtools. */
async function makeBootFs(workDir: string, vmlinuz: string, initrd: string): Promise<string> {
  const file = join(workDir, 'boot.img');
  await writeFile(file, '');
  await truncate(file, BOOT_MIB * 1024 ** 2);
  await runTool('mkfs.vfat', ['-s', '8', '-n', 'TINYBOOT', file]);
  for (const [from, name] of [
    [vmlinuz, 'vmlinuz'],
    [initrd, 'initrd'],
    [join(TINY, 'boot', 'syslinux.cfg'), 'syslinux.cfg'],
  ]) {
    await runTool('mcopy', ['-i', file, from ?? '', `::${name}`]);
  }
  await runTool('syslinux', ['--install', file]);
  return file;
}
