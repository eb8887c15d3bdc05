import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@nephos/log/log';
import pg from 'pg';

const RECONNECT_MS = 1_000;

/** What PostgreSQL's NOTIFY tells this process: one connection for all who listen. `connected` is emitted after each gap, when something may have been missed. */
export interface Notifications {
  readonly events: EventEmitter;
  notify(channel: string, payload: string): Promise<void>;
  close(): void;
}

export function listenToDatabase({ databaseUrl, channels, log }: { databaseUrl: string; channels: readonly string[]; log: Logger }): Notifications {
  const events = new EventEmitter().setMaxListeners(0);
  const stop = new AbortController();
  let current: pg.Client | undefined;

  async function listenOnce(): Promise<void> {
    const client = new pg.Client({ connectionString: databaseUrl, keepAlive: true, application_name: 'nephos listener' });
    const ended = new Promise<void>((resolve) => {
      client.once('end', resolve);
      client.on('error', () => resolve());
      stop.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    try {
      await client.connect();
      client.on('notification', ({ channel, payload }) => events.emit(channel, payload ?? ''));
      for (const channel of channels) await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
      current = client;
      events.emit('connected');
      await ended;
    } finally {
      current = undefined;
      await client.end().catch(() => undefined);
    }
  }

  void (async () => {
    while (!stop.signal.aborted) {
      await listenOnce().catch((error: unknown) => log.warn({ err: error }, 'listening to the database was interrupted'));
      await sleep(RECONNECT_MS, undefined, { signal: stop.signal, ref: false }).catch(() => undefined);
    }
  })();

  return {
    events,
    notify: async (channel, payload) => void (await current?.query('SELECT pg_notify($1, $2)', [channel, payload])),
    close: () => stop.abort(),
  };
}
