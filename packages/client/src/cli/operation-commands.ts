import { Option, type Command } from 'commander';
import type { Operation, Outputs } from '../client.ts';
import { isOpen, OPERATION_KINDS, OPERATION_STATES } from './choices.ts';
import { EXIT } from './exit-codes.ts';
import { findOperation } from './find.ts';
import { createProgress, printFields, printJson, printTable, say } from './output.ts';
import { listCommand, openSession, thingCommand, wholeNumber, type Session } from './session.ts';

const HOURS_MAX = 24 * 365;

type Row = Outputs['operation']['list']['items'][number];

export function addOperationCommands(program: Command): void {
  const operation = program.command('operation').description('what runs, and what ran');
  listCommand<Row>(
    operation,
    'operations of your account, or for administrators of everybody’s; newest first',
    {
      ID: (row) => row.id,
      OPERATION: (row) => row.kind,
      OF: (row) => row.resource.name,
      STATE: (row) => row.state,
      STARTED: (row) => row.createdAt,
      ACCOUNT: (row) => row.accountName,
      ERROR: (row) => row.error?.code,
    },
    ({ api }, { state, kind, hours, oldestFirst, ...filters }) => {
      const { error, failedStep, account, host } = filters;
      return (page) =>
        api.operation.list.query({
          ...page,
          ...(state && { state: OPERATION_STATES.filter((one) => one === state || (state === 'open' && isOpen(one))) }),
          ...(kind && { kind: OPERATION_KINDS.find((one) => one === kind) }),
          ...(hours && { maxAgeMinutes: wholeNumber(hours, '--hours', HOURS_MAX) * 60 }),
          ...(error && { error }),
          ...(failedStep && { failedStep }),
          ...(account && { account }),
          ...(host && { host }),
          ...(oldestFirst && { direction: 'asc' }),
        });
    },
  )
    .addOption(new Option('--state <state>', 'open: those that have not ended').choices(['open', ...OPERATION_STATES]))
    .addOption(new Option('--kind <kind>').choices(OPERATION_KINDS))
    .option('--hours <n>', 'asked for within so many hours')
    .option('--error <text>', 'an error code, or part of its message or of the step that failed')
    .option('--failed-step <step>', 'the whole name of the step that failed')
    .option('--account <account>', 'its id, or part of its name')
    .option('--host <host>', 'that worked on it: its id, or part of its name; for administrators')
    .option('--oldest-first');
  const one = (name: string, about: string) =>
    operation.command(name).description(about).argument('<operation>', 'its id, or the name of what it changes: then the newest');

  const show = one('show', 'an operation with its steps').action(async (id: string) => {
    const session = await openSession(show);
    const found = await session.api.operation.get.query({ operationId: await findOperation(session, id) });
    if (session.isJson) return printJson(found);
    printOperation(found);
  });
  const watch = one('watch', 'its steps as they come, until it ends').action(async (id: string) => {
    const session = await openSession(watch);
    await report(session, [{ id: await findOperation(session, id) }], true);
  });
  const cancel = one('cancel', 'stop it and undo what it did')
    .option('--wait', 'until it has undone everything')
    .action(async (id: string, options: { wait?: boolean }) => {
      const session = await openSession(cancel);
      const asked = await session.api.operation.cancel.mutate({ operationId: await findOperation(session, id) });
      if (!options.wait) return report(session, [asked], false);
      const ended = await session.waitForOperation(asked.id);
      if (session.isJson) printJson([ended]);
      else say(`${ended.kind} of ${ended.resource.name}: ${ended.state}`);
      if (ended.state !== 'cancelled') process.exitCode = EXIT.failed;
    });
  const retry = one('retry', 'the same again, as a new operation')
    .option('--wait', 'until it ends')
    .action(async (id: string, options: { wait?: boolean }) => {
      const session = await openSession(retry);
      await report(session, [await session.api.operation.retry.mutate({ operationId: await findOperation(session, id) })], options.wait);
    });
  addAdministratorCommands(one);
}

/** Of an operation that waits for an administrator, and how it ran in every detail. */
function addAdministratorCommands(one: (name: string, about: string) => Command): void {
  thingCommand(
    one('retry-stuck', 'try the stuck step again; for administrators'),
    async (session, [id]) => session.api.operation.retryStuck.mutate({ operationId: await findOperation(session, id) }),
    ({ kind, resource }) => say(`${kind} of ${resource.name}: the stuck step is tried again`),
  );
  thingCommand(
    one('resolve-stuck', 'go on without the stuck step; for administrators').requiredOption(
      '--reason <text>',
      'what you found and did; it is kept in the events',
    ),
    async (session, [id], { reason = '' }) => session.api.operation.resolveStuck.mutate({ operationId: await findOperation(session, id), reason }),
    ({ kind, resource }) => say(`${kind} of ${resource.name}: it goes on without the stuck step`),
  );
  thingCommand(one('history', 'all that Temporal kept of its run, as JSON; for administrators'), readHistory, printJson);
}

async function readHistory(session: Session, [id]: [string, ...string[]]) {
  const operationId = await findOperation(session, id);
  const events: Outputs['operation']['getHistory']['events'] = [];
  for (let cursor: string | undefined; ;) {
    const page = await session.api.operation.getHistory.query({ operationId, ...(cursor && { cursor }) });
    events.push(...page.events);
    cursor = page.nextCursor ?? undefined;
    if (!cursor) return { operationId, workflowId: page.workflowId, isGone: page.isGone, events };
  }
}

/** Says what was begun, or waits until all have ended and says how. Ends the command with 1 unless all succeeded. */
export async function report(session: Session, begun: readonly { id: string }[], isWaiting: boolean | undefined): Promise<void> {
  if (!isWaiting) {
    const operations = await Promise.all(begun.map(({ id }) => session.api.operation.get.query({ operationId: id })));
    if (session.isJson) return printJson(operations);
    return printTable(operations, {
      OPERATION: ({ id }) => id,
      KIND: ({ kind }) => kind,
      OF: ({ resource }) => resource.name,
      STATE: ({ state }) => state,
    });
  }
  const progress = createProgress();
  const started = Date.now();
  const ended = await Promise.all(
    begun.map(({ id }) =>
      session.waitForOperation(id, {
        onStep: (step, { kind, resource }) =>
          progress.show(`${seconds(started)}  ${kind} ${resource.name}: ${step.isUndo ? 'undo: ' : ''}${step.name} (${step.state})`),
      }),
    ),
  ).finally(() => progress.end());
  if (session.isJson) printJson(ended);
  for (const { kind, resource, state, error } of ended) {
    if (!session.isJson || state !== 'succeeded')
      say(`${seconds(started)}  ${kind} ${resource.name}: ${state}${error ? `: ${error.message} (${error.code})` : ''}`);
  }
  if (ended.some(({ state }) => state !== 'succeeded')) process.exitCode = EXIT.failed;
}

function printOperation({ steps, resource, error, ...operation }: Operation): void {
  printFields({
    Id: operation.id,
    Operation: operation.kind,
    Of: `${resource.type} ${resource.name}`,
    State: operation.state,
    Error: error && `${error.message} (${error.code})`,
    Account: operation.accountName,
    'Asked for by': operation.actorName ?? 'the cloud itself',
    Created: operation.createdAt,
    Started: operation.startedAt,
    Ended: operation.endedAt,
  });
  process.stdout.write('\n');
  printTable(steps, {
    STEP: ({ name, isUndo }) => (isUndo ? `undo: ${name}` : name),
    STATE: ({ state }) => state,
    STARTED: ({ startedAt }) => startedAt,
    ENDED: ({ endedAt }) => endedAt,
    ERROR: (step) => step.error?.message,
  });
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1_000).toFixed(1).padStart(5)} s`;
}
