import type { Command } from 'commander';
import type { Operation, Outputs } from '../client.ts';
import { EXIT } from './exit-codes.ts';
import { findOperation } from './find.ts';
import { createProgress, printFields, printJson, printTable, say } from './output.ts';
import { listCommand, openSession, type Session } from './session.ts';

type Row = Outputs['operation']['list']['items'][number];

export function addOperationCommands(program: Command): void {
  const operation = program.command('operation').description('what runs, and what ran');
  listCommand<Row>(
    operation,
    'your operations, newest first',
    {
      ID: (row) => row.id,
      OPERATION: (row) => row.kind,
      OF: (row) => row.resource.name,
      STATE: (row) => row.state,
      STARTED: (row) => row.createdAt,
      ERROR: (row) => row.error?.code,
    },
    ({ api }) =>
      (page) =>
        api.operation.list.query(page),
  );
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
