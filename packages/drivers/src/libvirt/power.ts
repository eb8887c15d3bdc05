import { orCancelled } from '../cancellation.ts';
import type { GuestInfo } from '../hypervisor-driver.ts';
import type { Domains } from './domains.ts';
import type { EventFeed } from './event-feed.ts';

export interface PowerTools {
  domains: Domains;
  feed: EventFeed;
}

/**
 * Asks a guest for something (`ask`) and waits for the event that shows it was done. The feed is listening before the question
 * is put, so nothing is polled; if the feed had a gap meanwhile, libvirt is asked whether the guest has ended.
 */
async function obeys(
  { domains, feed }: PowerTools,
  guest: GuestInfo,
  ask: () => Promise<void>,
  done: 'stopped' | 'rebooted',
  graceMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const listening = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<boolean>();
  const over = new AbortController();
  const what = `the wait for instance ${guest.instanceId}`;
  const following = feed.follow(
    {
      onGap: () => {
        listening.resolve();
        domains.find(guest.instanceId).then((now) => !now && answer.resolve(true), answer.reject);
      },
      onEvent: (event) => event.instanceId === guest.instanceId && event.state === 'stopped' && answer.resolve(true),
      onReboot: (event) => event.instanceId === guest.instanceId && done === 'rebooted' && answer.resolve(true),
    },
    AbortSignal.any([over.signal, signal]),
  );
  const timer = setTimeout(() => answer.resolve(false), graceMs);
  try {
    // A libvirtd that is away counts against the grace, like a guest that does not listen.
    await orCancelled(Promise.race([listening.promise, answer.promise]), signal, what);
    await ask();
    return await orCancelled(answer.promise, signal, what);
  } finally {
    clearTimeout(timer);
    over.abort();
    await following;
  }
}

/** Ends a running guest; true when it had to be forced. */
export async function powerOff(tools: PowerTools, guest: GuestInfo, graceMs: number, signal: AbortSignal): Promise<boolean> {
  const ask = () => tools.domains.pressPowerButton(guest.instanceId);
  if (graceMs > 0 && (await obeys(tools, guest, ask, 'stopped', graceMs, signal))) return false;
  await tools.domains.destroy(guest.instanceId);
  return true;
}

/** Restarts a running guest; true when it had to be forced. A guest that powers off instead has ended when this returns. */
export async function restart(tools: PowerTools, guest: GuestInfo, graceMs: number, signal: AbortSignal): Promise<boolean> {
  const ask = () => tools.domains.askReboot(guest.instanceId);
  if (graceMs > 0 && (await obeys(tools, guest, ask, 'rebooted', graceMs, signal))) return false;
  await tools.domains.reset(guest.instanceId);
  return true;
}
