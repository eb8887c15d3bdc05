import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { DomainError } from '@nephos/model/errors';
import { runTool } from './tool.ts';

/** The distribution's kernel for virtual machines: Debian's, Ubuntu's. */
const META_PACKAGES = ['linux-image-cloud-amd64', 'linux-image-virtual'];

export interface KernelPackage {
  /** `linux-image-6.1.0-50-cloud-amd64` */
  name: string;
  /** Packages with what it is made of, as `name=version`. */
  parts: string[];
}

/** Which kernel the distribution has now. Throws UNSUPPORTED when apt knows none. */
export async function findKernelPackage(): Promise<KernelPackage> {
  for (const meta of META_PACKAGES) {
    const depends = await runTool('apt-cache', ['depends', '--important', meta]).catch(() => '');
    const name = /Depends: (linux-image-\d\S*)/.exec(depends)?.[1];
    if (!name) continue;
    const modules = name.replace('linux-image-', 'linux-modules-'); // a package of its own in Ubuntu
    const parts = await Promise.all([name, modules].map(candidateOf));
    return { name, parts: parts.filter((part) => part !== undefined) };
  }
  throw new DomainError('UNSUPPORTED', `apt knows none of ${META_PACKAGES.join(', ')}: run "apt-get update" first`);
}

async function candidateOf(packageName: string): Promise<string | undefined> {
  const version = /Candidate: (\S+)/.exec(await runTool('apt-cache', ['policy', packageName]))?.[1];
  return version && version !== '(none)' ? `${packageName}=${version}` : undefined;
}

export interface UnpackedKernel {
  vmlinuz: string;
  /** Copies modules and those they need into a folder; gives their file names in the order in which they must be loaded. */
  copyModules(names: readonly string[], into: string): Promise<string[]>;
}

/** Downloads the kernel's packages and unpacks them below `workDir`; nothing is installed. */
export async function unpackKernel(kernel: KernelPackage, workDir: string): Promise<UnpackedKernel> {
  const root = join(workDir, 'kernel');
  await mkdir(root);
  // Unsandboxed: apt's own user can't write here. It says so, which is why its warnings are left out.
  await runTool('apt-get', ['download', '-q', '-o', 'APT::Sandbox::User=root', ...kernel.parts], { cwd: workDir, timeoutMs: 600_000 });
  for (const file of await readdir(workDir)) if (file.endsWith('.deb')) await runTool('dpkg-deb', ['--extract', file, root], { cwd: workDir });
  const release = kernel.name.replace(/^linux-image-(unsigned-)?/, '');
  const modulesDir = join(root, 'lib', 'modules', release);
  await runTool('depmod', ['--basedir', root, release]);
  const needs = parseDependencies(await readFile(join(modulesDir, 'modules.dep'), 'utf8'));

  return {
    vmlinuz: join(root, 'boot', `vmlinuz-${release}`),
    copyModules: async (names, into) => {
      await mkdir(into, { recursive: true });
      const order = new Set<string>();
      for (const name of names) {
        const found = needs.get(moduleName(name));
        if (found) for (const path of [...found.needs.toReversed(), found.path]) order.add(path); // one that isn't there is built in
      }
      for (const path of order) await copyPlain(join(modulesDir, path), join(into, plainName(path)));
      return [...order].map(plainName);
    },
  };
}

/** Lines of modules.dep(5): `path/a.ko: path/needed-last.ko path/needed-first.ko`. */
function parseDependencies(text: string): Map<string, { path: string; needs: string[] }> {
  return new Map(
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const [path = '', rest = ''] = line.split(':');
        return [moduleName(path), { path, needs: rest.trim().split(/\s+/).filter(Boolean) }];
      }),
  );
}

function moduleName(path: string): string {
  return basename(path)
    .replace(/\.ko(\.zst)?$/, '')
    .replaceAll('-', '_');
}

function plainName(path: string): string {
  return basename(path).replace(/\.zst$/, '');
}

/** Ubuntu compresses modules, and busybox's insmod reads plain ones only. */
async function copyPlain(from: string, to: string): Promise<void> {
  if (from.endsWith('.zst')) await writeFile(to, zstdDecompressSync(await readFile(from)));
  else await copyFile(from, to);
}
