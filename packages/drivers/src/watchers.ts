import type { GuestEvent, HypervisorDriver } from './hypervisor-driver.ts';

export type WatchCallbacks = Parameters<HypervisorDriver['watch']>[0];

/** Those who watch one host, told together. */
export interface Watchers extends WatchCallbacks {
  /** Resolves when the signal aborts. */
  add(callbacks: WatchCallbacks, signal: AbortSignal): Promise<void>;
}

export function createWatchers(): Watchers {
  const watching = new Set<WatchCallbacks>();
  return {
    add: (callbacks, signal) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const leave = () => {
        watching.delete(callbacks);
        resolve();
      };
      if (signal.aborted) return Promise.resolve();
      watching.add(callbacks);
      signal.addEventListener('abort', leave, { once: true });
      return promise;
    },
    onEvent: (event: GuestEvent) => {
      for (const one of watching) one.onEvent(event);
    },
    onGap: () => {
      for (const one of watching) one.onGap();
    },
  };
}
