/** Bounds that the API refuses beyond, in one place because forms and docs say them too. */
export const USER_DATA_MAX_BYTES = 32 * 1024;
export const DEPLOY_AT_ONCE_MAX = 50;
export const LIST_LIMIT_MAX = 500;
/** Consoles that one user has open, or has asked for, at one time. */
export const CONSOLES_MAX = 10;
/** How long a console that was asked for can be opened. */
export const CONSOLE_TICKET_MS = 60_000;
/** How long a destroyed instance can be recovered. */
export const EXPUNGE_DELAY_MS = 24 * 60 * 60 * 1000;
/** How long a guest has to power off by itself before it is forced. */
export const STOP_GRACE_MS = 60_000;
export const IDEMPOTENCY_KEPT_MS = 24 * 60 * 60 * 1000;
/** A host that has not reported for this long is disconnected. Its agent reports in full every 15 s. */
export const HOST_SILENT_MS = 45_000;
/** More events than these are not exported at once: a narrower time is asked for. */
export const EVENTS_EXPORTED_MAX = 100_000;
