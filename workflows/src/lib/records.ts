import { CancellationScope, proxyLocalActivities } from '@temporalio/workflow';

/**
 * Record activities: quick, PostgreSQL only, run in the control worker itself. They are at-least-once, so each can be
 * repeated. A cancel never cuts one short: it takes effect between steps. PostgreSQL away is waited for.
 */
export function recordActivities<T extends object>(): T {
  const activities: Record<string, (...args: unknown[]) => Promise<unknown>> = proxyLocalActivities({
    startToCloseTimeout: '20s',
    retry: { initialInterval: '200ms', maximumInterval: '10s' },
  });
  // The proxy answers every name, so the type is the caller's to give: the activities are registered under the same names.
  return new Proxy({} as T, {
    get: (_, name) => (...args: unknown[]) => CancellationScope.nonCancellable(() => activities[String(name)]!(...args)),
  });
}
