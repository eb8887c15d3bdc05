import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { CONTROL_QUEUE } from '@nephos/contracts/queue';
import { DomainError } from '@nephos/model/errors';
import { isOperationKind, OPERATION_KINDS, workflowIdOf } from '@nephos/model/operation-kind';
import { readHistory, type HistoryPage } from './history.ts';

interface StartableOperation {
  id: string;
  kind: string;
  input: unknown;
  requestId: string | null;
}

export interface Operations {
  /** Starts an operation whose row is committed. That it runs already is a success; when Temporal is away the row stays pending and the sweep starts it. */
  start(operation: StartableOperation): Promise<void>;
  /** Passes on a cancel that its row already asks for. */
  cancel(operation: { id: string; kind: string }): Promise<void>;
  /** An administrator's answer to a stuck operation. */
  answerStuck(operation: { id: string; kind: string }, answer: { retry: true } | { resolve: string }): Promise<void>;
  /** What Temporal kept of its run; no `page` when it knows none (any more). Payloads are passed through `show`. */
  history(
    operation: { id: string; kind: string },
    options: { cursor?: string | undefined; show: (value: unknown) => unknown },
  ): Promise<{ workflowId: string; page: HistoryPage | undefined }>;
}

interface Options {
  client: Client;
  /** Tests have a queue of their own on a shared server. */
  controlQueue?: string;
  onError?: (error: unknown, operationId: string) => void;
}

export function createOperations({ client, controlQueue = CONTROL_QUEUE, onError = () => undefined }: Options): Operations {
  const handle = ({ id, kind }: { id: string; kind: string }) => client.workflow.getHandle(workflowIdOf({ id, kind: known(kind) }));
  return {
    start: async ({ id, kind, input, requestId }) => {
      try {
        await client.workflow.start(OPERATION_KINDS[known(kind)].workflow, {
          workflowId: workflowIdOf({ id, kind: known(kind) }),
          taskQueue: controlQueue,
          args: [{ operationId: id, ...(typeof input === 'object' ? input : {}) }],
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          memo: { requestId: requestId ?? '' },
        });
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) onError(error, id);
      }
    },
    cancel: async (operation) => {
      try {
        await handle(operation).cancel();
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) onError(error, operation.id); // the sweep passes it on
      }
    },
    answerStuck: async (operation, answer) => {
      if ('retry' in answer) await handle(operation).signal('retryStep');
      else await handle(operation).signal('resolveStep', { reason: answer.resolve });
    },
    history: async (operation, options) => {
      const { workflowId } = handle(operation);
      return { workflowId, page: await readHistory(client, { workflowId, ...options }) };
    },
  };
}

function known(kind: string) {
  if (isOperationKind(kind)) return kind;
  throw new DomainError('UNEXPECTED', `There is no kind of operation called ${kind}.`);
}
