import { findViolations, type Violation } from '@nephos/db/invariants';
import { readSimulatedHosts } from '@nephos/drivers/simulator/read-simulated-hosts';
import { isOperationKind } from '@nephos/model/operation-kind';
import { isErrorCode } from '@nephos/model/errors';
import { foldersOf } from '../settings.ts';
import type { FaultCloud } from './fault-cloud.ts';

/** Longer than a host's silence, the sweep's ten seconds and a full report together; an undo with all its retries may take so long. */
const SETTLE_MS = 180_000;
/** What is wrong for so long while nothing goes on is not put right any more: the sweep and several full reports have come and gone. */
const STILL_MS = 60_000;
const SCHEDULED = new Set(['sweep', 'rollUpMetrics']);

/** Waits until no operation is open and nothing is wrong any more. What still is when time is over is answered. */
export async function settle(parts: FaultCloud, timeoutMs = SETTLE_MS): Promise<Violation[]> {
  const { cloud } = parts;
  let left: Violation[] = [];
  let still = { text: '', since: 0 };
  const look = async () => {
    const unsettled = await findUnsettled(parts);
    left = [...unsettled, ...(await findAllViolations(parts))];
    const text = JSON.stringify(left);
    if (text !== still.text || unsettled.length > 0) still = { text, since: Date.now() };
    return left.length === 0 || Date.now() - still.since > STILL_MS;
  };
  const again = setInterval(() => cloud.api.wake(), 1_000); // workflows close and hosts report without a change in the records
  try {
    await cloud.api.until('everything has settled', look, timeoutMs);
    return left;
  } catch (error) {
    if (left.length === 0) throw error;
    return left;
  } finally {
    clearInterval(again);
  }
}

async function findUnsettled({ cloud: { db } }: FaultCloud): Promise<Violation[]> {
  const operations = await db.operation.findMany({ where: { endedAt: null }, include: { steps: { orderBy: { position: 'desc' }, take: 1 } } });
  const hosts = await db.host.findMany({ where: { state: { not: 'connected' }, removedAt: null } });
  return [
    ...operations.map(({ id, kind, state, steps: [step] }) => ({
      rule: 'Every operation ends',
      what: `${kind} ${id} is ${state} at “${step?.name}”: ${step?.errorMessage ?? 'no error'}`,
    })),
    ...hosts.map(({ name, state }) => ({ rule: 'Every host is back', what: `${name} is ${state}` })),
  ];
}

/** Records, hosts, and Temporal. */
async function findAllViolations({ cloud: { db, dataFolder }, temporal }: FaultCloud): Promise<Violation[]> {
  const openWorkflowIds: string[] = [];
  for await (const { workflowId, type } of temporal.workflow.list({ query: `ExecutionStatus = 'Running'` }))
    if (!SCHEDULED.has(type) || isOperationKind(workflowId.split('/')[0] ?? '')) openWorkflowIds.push(workflowId);
  const failed = await db.operation.findMany({ where: { state: 'failed' } });
  return [
    ...(await findViolations(db, { hosts: readSimulatedHosts(foldersOf(dataFolder).simulator), openWorkflowIds })),
    ...failed
      .filter(({ errorCode }) => !isErrorCode(errorCode ?? '') || errorCode === 'UNEXPECTED')
      .map(({ kind, id, errorMessage }) => ({ rule: 'An operation fails with a reason that we foresaw', what: `${kind} ${id}: ${errorMessage}` })),
  ];
}
