import type { Logger } from '@nephos/log/log';
import { makeTelemetryFilterString, Runtime, type LogLevel, type LogMetadata } from '@temporalio/worker';

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const satisfies Record<LogLevel, string>;

/** An agent has none on purpose. */
const EXPECTED = 'No workflows registered, not polling for workflow tasks';

/**
 * Temporal's own log lines through ours: what it calls info is detail to an operator, and only allowed fields pass.
 * Its native core's too, which else writes coloured text between our lines of JSON.
 */
export function quietRuntime(log: Logger): void {
  const write = (level: LogLevel, message: string, meta: LogMetadata = {}) =>
    log[message === EXPECTED ? 'debug' : LEVELS[level]]({ ...meta, err: meta['error'] }, message);
  Runtime.install({
    shutdownSignals: [],
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }), forward: {} } },
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
