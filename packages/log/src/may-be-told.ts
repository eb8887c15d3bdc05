/**
 * What may be written about a thing, by name. Everything else that is handed to a logger is dropped: a list of what is
 * allowed can't forget a secret that somebody adds later.
 */
export const MAY_BE_TOLD: ReadonlySet<string> = new Set([
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

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * A copy of something decoded in which texts are hidden, but ids and those whose name may be told or is among `also`.
 * Numbers, yes and no are kept.
 */
export function hideTexts(value: unknown, also: ReadonlySet<string> = new Set(), name = ''): unknown {
  if (typeof value === 'string') return MAY_BE_TOLD.has(name) || also.has(name) || ID.test(value) ? value : `(${value.length} characters hidden)`;
  if (Array.isArray(value)) return value.map((one) => hideTexts(one, also, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, hideTexts(inner, also, key)]));
}
