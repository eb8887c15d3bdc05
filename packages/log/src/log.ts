import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino';

import { MAY_BE_TOLD } from './may-be-told.ts';

export type { Logger };

/** Lines of JSON on stdout, or to `destination`. `fields` of a call pass only if their name is allowed; errors give type, message and stack. */
export function createLogger(name: string, level = process.env['NEPHOS_LOG_LEVEL'] ?? 'info', destination?: DestinationStream): Logger {
  const options: LoggerOptions = {
    name,
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label) => ({ level: label }),
      log: (fields) => Object.fromEntries(Object.entries(fields).filter(([field]) => MAY_BE_TOLD.has(field) || field === 'err')),
    },
    serializers: { err: describeError },
  };
  return destination ? pino(options, destination) : pino(options);
}

function describeError(error: unknown) {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name: type, message, stack, cause } = error;
  return { type, message, stack, ...('code' in error && { code: String(error.code) }), ...(cause instanceof Error && { cause: cause.message }) };
}
