import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino';

export type { Logger };

/**
 * What may be written about a thing, by name. Everything else that is handed to a logger is dropped: a list of what is
 * allowed can't forget a secret that somebody adds later.
 */
const ALLOWED = new Set([
  'activity',
  'address',
  'attempt',
  'bootId',
  'bytes',
  'code',
  'count',
  'durationMs',
  'hostId',
  'hostName',
  'instanceId',
  'kind',
  'method',
  'migrations',
  'name',
  'networkId',
  'operationId',
  'path',
  'pid',
  'port',
  'procedure',
  'reason',
  'requestId',
  'revision',
  'routerId',
  'state',
  'status',
  'step',
  'templateId',
  'userId',
  'version',
  'workflowId',
]);

/** Lines of JSON on stdout, or to `destination`. `fields` of a call pass only if their name is allowed; errors give type, message and stack. */
export function createLogger(name: string, level = process.env['NEPHOS_LOG_LEVEL'] ?? 'info', destination?: DestinationStream): Logger {
  const options: LoggerOptions = {
    name,
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label) => ({ level: label }),
      log: (fields) => Object.fromEntries(Object.entries(fields).filter(([field]) => ALLOWED.has(field) || field === 'err')),
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
