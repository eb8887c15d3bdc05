import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { execa } from 'execa';
import type { GuestEvent, GuestState } from '../hypervisor-driver.ts';
import { createWatchers } from '../watchers.ts';
import type { WatchCallbacks } from '../watchers.ts';
import { parseDomainName } from './domain-name.ts';

/** `onReboot`: the guest passed through a reset, whoever asked for it. */
export interface FeedCallbacks extends WatchCallbacks {
  onReboot?: (guest: { instanceId: string; generation: number }) => void;
}

export interface EventFeed {
  /**
   * Tells of events until the signal aborts, then resolves. `onGap` comes once the feed hears everything from here on: at first,
   * and each time the connection to libvirtd had to be made anew.
   */
  follow(callbacks: FeedCallbacks, signal: AbortSignal): Promise<void>;
}

const BACKOFF_MIN_MS = 250;
const BACKOFF_MAX_MS = 15_000;
/** virsh does not say when it has registered; it does so right after it printed the line that comes before, in 25 round trips. */
const REGISTRATION_MS = 200;

/**
 * The events of one libvirtd, read from one `virsh event` that lives while anyone follows, and is started again with backoff when
 * it ends: it does as soon as libvirtd goes away (seen with libvirt 9.0).
 */
export function createEventFeed(uri: string): EventFeed {
  const watchers = createWatchers();
  const rebootListeners = new Set<NonNullable<FeedCallbacks['onReboot']>>();
  const lastStates = new Map<string, string>();
  let followers = 0;
  let isLive = false;
  let stopChild = () => {};

  function onLine(line: string): void {
    const [, kind, name = '', what = ''] = /event '([\w-]+)' for domain '?([^':]+)'?:?\s*(\w*)/.exec(line) ?? [];
    const guest = parseDomainName(name);
    if (!guest) return;
    if (kind === 'reboot') for (const listener of rebootListeners) listener(guest);
    const state = kind === 'lifecycle' ? LIFECYCLE[what] : undefined;
    if (state) onState({ ...guest, state });
  }
  /** A start is both `Resumed` and `Started`: said once. */
  function onState(event: GuestEvent): void {
    if (lastStates.get(event.instanceId) === `${event.generation} ${event.state}`) return;
    if (event.state === 'stopped') lastStates.delete(event.instanceId);
    else lastStates.set(event.instanceId, `${event.generation} ${event.state}`);
    watchers.onEvent(event);
  }
  async function readOnce(signal: AbortSignal): Promise<boolean> {
    // One argument that virsh itself splits at the semicolon: the first command's answer proves the connection.
    const child = execa('virsh', ['--connect', uri, 'hostname; event --all --loop'], {
      env: { LC_ALL: 'C' },
      stdin: 'ignore',
      stderr: 'ignore',
      buffer: false,
      reject: false,
      cancelSignal: signal,
    });
    let wasLive = false;
    let hasEnded = false;
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.includes(' for domain ')) onLine(line);
      else if (line.trim() && !wasLive) {
        wasLive = true;
        setTimeout(() => {
          if (hasEnded) return;
          isLive = true;
          watchers.onGap();
        }, REGISTRATION_MS);
      }
    }
    hasEnded = true;
    isLive = false;
    lastStates.clear();
    await child;
    return wasLive;
  }
  async function readUntilNobodyFollows(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted;) {
      failures = (await readOnce(signal)) ? 0 : failures + 1;
      const backoffMs = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** failures);
      await wait(backoffMs, undefined, { signal }).catch(() => undefined);
    }
  }
  let reading: Promise<void> = Promise.resolve();

  return {
    follow: async (callbacks, signal) => {
      if (signal.aborted) return;
      if (followers++ === 0) {
        const stop = new AbortController();
        stopChild = () => stop.abort();
        reading = reading.then(() => readUntilNobodyFollows(stop.signal));
      } else if (isLive) callbacks.onGap();
      if (callbacks.onReboot) rebootListeners.add(callbacks.onReboot);
      await watchers.add(callbacks, signal);
      if (callbacks.onReboot) rebootListeners.delete(callbacks.onReboot);
      if (--followers === 0) stopChild();
    },
  };
}

/** `Shutdown` is the guest's last breath, `Stopped` its end; `Crashed` is followed by `Stopped` (on_crash). */
const LIFECYCLE: Record<string, GuestState> = {
  Started: 'running',
  Resumed: 'running',
  Suspended: 'paused',
  PMSuspended: 'paused',
  Stopped: 'stopped',
};
