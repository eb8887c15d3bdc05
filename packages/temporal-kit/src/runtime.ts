import type { Logger } from '@nephos/log/log';
import { Runtime, type LogLevel, type LogMetadata } from '@temporalio/worker';

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const satisfies Record<LogLevel, string>;

/** Temporal's own log lines through ours: what it calls info is detail to an operator, and only allowed fields pass. */
export function quietRuntime(log: Logger): void {
  const write = (level: LogLevel, message: string, meta: LogMetadata = {}) => log[LEVELS[level]]({ ...meta, err: meta['error'] }, message);
  Runtime.install({
    shutdownSignals: [],
    logger: {
      log: (level, message, meta) => write(level, message, meta),
      trace: (message, meta) => write('TRACE', message, meta),
      debug: (message, meta) => write('DEBUG', message, meta),
      info: (message, meta) => write('INFO', message, meta),
      warn: (message, meta) => write('WARN', message, meta),
      error: (message, meta) => write('ERROR', message, meta),
    },
  });
}
