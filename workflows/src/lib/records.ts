import { proxyLocalActivities, type ActivityInterfaceFor } from '@temporalio/workflow';

/**
 * Record activities: quick, PostgreSQL only, run in the control worker itself. They are at-least-once, so each can be
 * repeated. A cancel never cuts one short (records.interceptor.ts). PostgreSQL away is waited for.
 */
export function recordActivities<T extends object>(): ActivityInterfaceFor<T> {
  return proxyLocalActivities<T>({ startToCloseTimeout: '20s', retry: { initialInterval: '200ms', maximumInterval: '10s' } });
}
