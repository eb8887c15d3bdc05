import { once } from 'node:events';
import { Option, type Command } from 'commander';
import type { EventFilters, Outputs } from '../client.ts';
import { findId } from './find.ts';
import { listCommand, openSession, type Session } from './session.ts';

type Event = Outputs['event']['list']['items'][number];
type Options = Readonly<Record<string, string | undefined>>;

/** What happened: yours, or everybody's for administrators. */
export function addEventCommands(program: Command): void {
  const event = program.command('event').description('what happened');
  withFilters(
    listCommand<Event>(
      event,
      'events, newest first',
      { TIME: (row) => row.createdAt, EVENT: (row) => row.kind, BY: (row) => row.actorName, MESSAGE: (row) => row.message },
      (session, options) => async (page) => session.api.event.list.query({ ...page, ...(await filtersOf(session, options)) }),
    ),
  );
  const command = withFilters(event.command('export').description('all that match, as a file on stdout'))
    .option('--search <text>', 'in the messages')
    .addOption(new Option('--format <format>').choices(['csv', 'json']).default('csv'));
  command.action(async (options: Options) => {
    const session = await openSession(command);
    const filters = { ...(await filtersOf(session, options)), ...(options['search'] && { search: options['search'] }) };
    const format = options['format'] === 'json' || session.isJson ? 'json' : 'csv';
    for await (const text of session.exportEvents(format, filters)) if (!process.stdout.write(text)) await once(process.stdout, 'drain');
  });
}

function withFilters(command: Command): Command {
  return command
    .option('--kind <kind>', 'what it begins with, like user or instance.deploy')
    .option('--actor <user>', 'who did it')
    .option('--account <account>', 'whose it is')
    .option('--resource <id>', 'what it is about')
    .option('--from <time>', 'like 2030-01-31T00:00:00Z')
    .option('--to <time>', 'before it');
}

async function filtersOf(session: Session, { kind, actor, account, resource, from, to }: Options): Promise<EventFilters> {
  return {
    ...(kind && { kind }),
    ...(actor && { actorUserId: await findId(session, 'user', actor) }),
    ...(account && { accountId: await findId(session, 'account', account) }),
    ...(resource && { resourceId: resource }),
    ...(from && { from }),
    ...(to && { to }),
  };
}
