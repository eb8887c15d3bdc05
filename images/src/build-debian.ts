import { cp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DomainError } from '@nephos/model/errors';
import { makeExt4, writeDisk } from './disk-layout.ts';
import { cachedImage, hashInputs, imageCacheFolder } from './image-cache.ts';
import type { BuiltImage } from './image-cache.ts';
import { missing, runTool } from './tool.ts';

const DEBIAN = join(import.meta.dirname, '..', 'debian');
const inBuild = (name: string) => join(DEBIAN, 'build', name);
const SUITE = 'bookworm';
const SIZE_MIB = 1400;
const GRUB = '/usr/lib/grub/i386-pc';
const GRUB_MODULES = ['biosdisk', 'part_msdos', 'ext2', 'normal', 'linux', 'search', 'search_label', 'serial', 'terminal', 'configfile', 'echo'];

/**
 * A real Debian 12 cloud guest from Debian packages alone: mmdebstrap fills a folder, mke2fs makes a file system of it, GRUB goes
 * into the gap before it. No loop device and no mounted image; root is needed, for mmdebstrap enters the folder with chroot. Takes
 * one to two minutes and 1.5 GB in the temporary folder; kept in the cache until the kernel or anything in this folder changes.
 */
export async function buildDebianImage({ outFile, mirror }: { outFile: string; mirror?: string }): Promise<BuiltImage> {
  const from = mirror ?? (await findMirror());
  const kernel = await runTool('apt-cache', ['policy', 'linux-image-cloud-amd64']);
  const sources = ['build-debian.ts', 'disk-layout.ts'].map((name) => join(import.meta.dirname, name));
  const key = await hashInputs([/Candidate: (\S+)/.exec(kernel)?.[1] ?? ''], [DEBIAN, ...sources]);
  return cachedImage('debian12', key, outFile, (workDir) => build(from, workDir));
}

/** The mirror that this machine's apt uses for the same release. */
async function findMirror(): Promise<string> {
  const sites = await runTool('apt-get', ['indextargets', '--format', '$(SITE)', 'Created-By: Packages', 'Component: main', `Codename: ${SUITE}`]);
  const mirror = sites.split('\n').find((site) => site && !site.includes('security'));
  if (!mirror) throw new DomainError('UNSUPPORTED', `This machine's apt knows no mirror of Debian ${SUITE}: give one as the second argument`);
  return mirror;
}

async function build(mirror: string, workDir: string): Promise<string> {
  const root = join(workDir, 'root');
  await installPackages(root, mirror);
  await customise(root, mirror);
  const rootFs = join(workDir, 'root.img');
  await makeExt4(rootFs, { folder: root, sizeMib: SIZE_MIB - 1, label: 'cloudroot', args: ['-m', '1', '-J', 'size=16'] });
  const disk = join(workDir, 'disk.img');
  await writeDisk(disk, { ...(await makeGrub(workDir)), partitions: [{ file: rootFs, sizeMib: SIZE_MIB - 1, type: '83', isBootable: true }] });
  await rm(rootFs);
  const image = join(workDir, 'debian12.qcow2');
  await runTool('qemu-img', ['convert', '-c', '-O', 'qcow2', disk, image], { timeoutMs: 600_000 });
  return image;
}

async function installPackages(root: string, mirror: string): Promise<void> {
  const packages = (await readFile(inBuild('packages'), 'utf8')).trim().split('\n');
  await runTool(
    'mmdebstrap',
    [
      '--quiet',
      '--mode=root',
      '--variant=minbase',
      `--aptopt=${inBuild('apt.conf')}`,
      `--dpkgopt=${inBuild('dpkg.conf')}`,
      `--include=${packages.join(',')}`,
      // Before the kernel is installed, so that its initramfs is made once and small. `upload` is mmdebstrap's own; no shell reads it.
      '--essential-hook=mkdir -p "$1/etc/initramfs-tools/conf.d"',
      `--essential-hook=upload ${inBuild('initramfs.conf')} /etc/initramfs-tools/conf.d/vm.conf`,
      `--essential-hook=upload ${inBuild('initramfs-modules')} /etc/initramfs-tools/modules`,
      '--skip=cleanup/reproducible',
      SUITE,
      root,
      mirror,
    ],
    { timeoutMs: 1_200_000 },
  );
}

async function customise(root: string, mirror: string): Promise<void> {
  const inRoot = (...path: string[]) => join(root, ...path);
  await cp(join(DEBIAN, 'rootfs'), root, { recursive: true });
  await writeFile(inRoot('etc', 'apt', 'sources.list'), [SUITE, `${SUITE}-updates`].map((suite) => `deb ${mirror} ${suite} main\n`).join(''));
  // What must be each guest's own.
  await writeFile(inRoot('etc', 'machine-id'), '');
  await rm(inRoot('var', 'lib', 'dbus', 'machine-id'), { force: true });
  for (const name of await readdir(inRoot('etc', 'ssh'))) if (name.startsWith('ssh_host_')) await rm(inRoot('etc', 'ssh', name));
  await rm(inRoot('etc', 'resolv.conf'), { force: true });
  await symlink('../run/systemd/resolve/stub-resolv.conf', inRoot('etc', 'resolv.conf'));
  await runTool('chroot', [root, 'systemctl', '--quiet', 'enable', 'systemd-networkd', 'systemd-resolved', 'ssh', 'serial-getty@ttyS0']);
  await runTool('chroot', [
    root,
    'systemctl',
    '--quiet',
    'mask',
    'apt-daily.timer',
    'apt-daily-upgrade.timer',
    'e2scrub_all.timer',
    'e2scrub_reap.service',
    'fstrim.timer',
  ]);
  // "Reset password" and "reset SSH key" come at a later boot of the same instance; stock cloud-init sets both only once.
  const cloudConfig = inRoot('etc', 'cloud', 'cloud.cfg');
  await writeFile(cloudConfig, (await readFile(cloudConfig, 'utf8')).replaceAll(/^ - (set-passwords|ssh)$/gm, ' - [$1, always]'));
  for (const path of [
    ['var', 'cache', 'apt', 'archives'],
    ['var', 'lib', 'apt', 'lists'],
  ])
    await rm(inRoot(...path), { recursive: true, force: true });
}

/** GRUB for a BIOS without grub-install: its boot sector already looks for the rest in the sector behind it. */
async function makeGrub(workDir: string): Promise<{ bootCode: Uint8Array; gap: Uint8Array }> {
  const core = join(workDir, 'core.img');
  const bootCode = await readFile(join(GRUB, 'boot.img')).catch(() => Promise.reject(missing(GRUB, 'grub-pc-bin')));
  await runTool('grub-mkimage', ['-O', 'i386-pc', '-o', core, '-p', '(hd0,msdos1)/boot/grub', ...GRUB_MODULES]);
  return { bootCode, gap: await readFile(core) };
}

// `npm run image:debian [-- OUT.qcow2 [MIRROR]]`
if (import.meta.main) {
  const [out = join(imageCacheFolder(), 'debian12.qcow2'), mirror] = process.argv.slice(2);
  const outFile = resolve(out);
  const startedAt = Date.now();
  const built = await buildDebianImage({ outFile, ...(mirror && { mirror }) });
  console.log(JSON.stringify({ outFile, ...built, seconds: Math.round((Date.now() - startedAt) / 1000) }));
}
