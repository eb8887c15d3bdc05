import { existsSync } from 'node:fs';
import { chmod, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { DomainError } from '@nephos/model/errors';
import { execa } from 'execa';
import { findTemporalOffline } from './temporal.ts';

/** What real hosts on this machine need, by the names that Debian and Ubuntu share. */
export const DEBIAN_PACKAGES = [
  // guests
  'libvirt-daemon-system',
  'libvirt-clients',
  'libvirt-daemon-driver-qemu',
  'qemu-system-x86',
  'qemu-utils',
  'seabios',
  // networks and routers
  'iproute2',
  'dnsmasq-base',
  'nftables',
  'ipset',
  'conntrack',
  // the tiny guest image
  'busybox-static',
  'cpio',
  'dropbear-bin',
  'e2fsprogs',
  'mtools',
  'openssh-client',
  'qemu-guest-agent',
  'syslinux',
  'syslinux-common',
  // people to sign in as
  'slapd',
];

/** What the tests need beside: a domain controller of Active Directory's kind. Samba takes the modules for granted. */
export const DEBIAN_TEST_PACKAGES = ['samba', 'samba-ad-provision', 'samba-dsdb-modules', 'samba-vfs-modules', 'ldb-tools', 'chromium'];

const DPKG_INSTALLED = 'install ok installed';

/** Those that are not installed here, with PostgreSQL and pip if nothing else brings what they are for. */
export async function missingDebianPackages({ withTests = false } = {}): Promise<string[]> {
  const wanted = withTests ? [...DEBIAN_PACKAGES, ...DEBIAN_TEST_PACKAGES] : DEBIAN_PACKAGES;
  const { stdout } = await execa('dpkg-query', ['--show', '--showformat', '${Package}\t${Status}\n', ...wanted], { reject: false });
  const installed = new Set(stdout.split('\n').flatMap((line) => (line.endsWith(DPKG_INSTALLED) ? [line.split('\t')[0]] : [])));
  const missing = wanted.filter((name) => !installed.has(name));
  if (!existsSync('/usr/lib/postgresql')) missing.push('postgresql');
  if (!(await findTemporalOffline()) && (await execa('python3', ['-m', 'pip', '--version'], { reject: false })).failed) missing.push('python3-pip');
  return missing;
}

/** Whether packages can be installed here at all. */
export function canInstallDebianPackages(): boolean {
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
}

/** Installs packages without starting a service of theirs: the machine's own libvirt and PostgreSQL stay as they are. */
export async function installDebianPackages(packages: readonly string[]): Promise<void> {
  const restore = await forbidServiceStarts();
  try {
    const options = { env: { DEBIAN_FRONTEND: 'noninteractive' }, stdio: ['ignore', 'ignore', 'pipe'], timeout: 1_200_000 } as const;
    await execa('apt-get', ['update', '-qq'], options);
    await execa('apt-get', ['install', '-qq', '--yes', '--no-install-recommends', ...packages], options);
  } catch (cause) {
    throw new DomainError(
      'UNEXPECTED',
      `apt-get could not install ${packages.join(' ')}: ${cause instanceof Error ? cause.message : String(cause)}`,
      {},
      { cause },
    );
  } finally {
    await restore();
  }
}

const POLICY = '/usr/sbin/policy-rc.d';
const OURS = '#!/bin/sh\n# Written by Nephos while it installs packages: nothing is started (invoke-rc.d(8), exit code 101).\nexit 101\n';

/** The machine's own policy, if it has one, is put back after. One of ours that a killed run left is no policy of the machine. */
async function forbidServiceStarts(): Promise<() => Promise<void>> {
  const aside = `${POLICY}.before-nephos`;
  const found = await readFile(POLICY, 'utf8').catch(() => undefined);
  if (found !== undefined && found !== OURS) await rename(POLICY, aside);
  await writeFile(POLICY, OURS);
  await chmod(POLICY, 0o755);
  return async () => {
    await rm(POLICY, { force: true });
    if (existsSync(aside)) await rename(aside, POLICY);
  };
}
