import { existsSync } from 'node:fs';

const NEEDED = ['/usr/sbin/libvirtd', '/usr/bin/virsh', '/usr/bin/qemu-system-x86_64', '/usr/bin/nsenter'];

/** Undefined when this machine can be real hosts, else the reason why not, for people. */
export function whyNoRealHosts(): string | undefined {
  if (process.platform !== 'linux') return `real hosts need Linux, and this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'real hosts need root, and this is an ordinary user';
  const missing = NEEDED.filter((file) => !existsSync(file));
  return missing.length > 0 ? `this machine has no ${missing.join(', ')}` : undefined;
}
