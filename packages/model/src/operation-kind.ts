/**
 * Every kind of operation, with the workflow that tells its story. A kind is `<feature>.<verb>`; so is its permission.
 * The workflow's file is workflows/src/<feature>/<verb>-<feature>.workflow.ts.
 */
export const OPERATION_KINDS = {
  'instance.deploy': { workflow: 'deployInstance', past: 'deployed' },
  'instance.start': { workflow: 'startInstance', past: 'started' },
  'instance.stop': { workflow: 'stopInstance', past: 'stopped' },
  'instance.reboot': { workflow: 'rebootInstance', past: 'rebooted' },
  'instance.destroy': { workflow: 'destroyInstance', past: 'destroyed' },
  'instance.recover': { workflow: 'recoverInstance', past: 'recovered' },
  'instance.expunge': { workflow: 'expungeInstance', past: 'expunged' },
  'instance.settle': { workflow: 'settleInstance', past: 'settled' },
  'network.implement': { workflow: 'implementNetwork', past: 'implemented' },
  'network.shutdown': { workflow: 'shutdownNetwork', past: 'shut down' },
} as const satisfies Record<string, { workflow: string; past: string }>;
export type OperationKind = keyof typeof OPERATION_KINDS;

export function isOperationKind(text: string): text is OperationKind {
  return Object.hasOwn(OPERATION_KINDS, text);
}

/** At most one run per id: Temporal refuses a second, which is what makes a start repeatable. */
export function workflowIdOf(operation: { kind: OperationKind; id: string }): string {
  return `${operation.kind}/${operation.id}`;
}
