import { canInstallDebianPackages, installDebianPackages, missingDebianPackages } from '@nephos/embedded/debian-packages';
import { DomainError } from '@nephos/model/errors';
import { confirm, say } from './terminal.ts';

/** Brings the system packages that real hosts need, after asking; does nothing where it cannot (no root, no apt). */
export async function ensureSystemPackages({ isAgreed, withTests = false }: { isAgreed: boolean; withTests?: boolean }): Promise<void> {
  if (!canInstallDebianPackages()) return say('packages', 'not installed by us here: this takes root on Debian or Ubuntu');
  const missing = await missingDebianPackages({ withTests });
  if (missing.length === 0) return say('packages', 'all there');
  say('packages', `to install with apt, starting no service: ${missing.join(' ')}`);
  if (!isAgreed && !(await confirm('Install them?'))) {
    throw new DomainError('UNSUPPORTED', 'Real hosts need these packages. Install them, or use simulated hosts: npm start -- --simulator');
  }
  await installDebianPackages(missing);
  say('packages', 'installed');
}
