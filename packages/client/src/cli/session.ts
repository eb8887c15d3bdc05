import type { Command } from 'commander';
import { createNephosClient, NephosError, type NephosClient } from '../client.ts';
import { readConfig } from './config.ts';
import { printJson, printTable, say, type Columns } from './output.ts';

/** What every command works with. */
export interface Session extends NephosClient {
  isJson: boolean;
}

export async function openSession(command: Command): Promise<Session> {
  const options = command.optsWithGlobals<{ url?: string; json?: boolean }>();
  const { url, token } = await readConfig(options.url);
  if (!token) throw new NephosError('UNAUTHENTICATED', `You are not signed in to ${url}. Use \`nephos login --url ${url}\`, or set NEPHOS_TOKEN.`);
  return { ...createNephosClient({ url, token }), isJson: options.json ?? false };
}

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}
type FetchPage<T> = (page: { limit: number; cursor?: string }) => Promise<Page<T>>;

const PAGE_MAX = 500;

export async function* everyRow<T>(fetchPage: FetchPage<T>): AsyncGenerator<T> {
  for (let cursor: string | undefined; ;) {
    const page = await fetchPage({ limit: PAGE_MAX, ...(cursor && { cursor }) });
    yield* page.items;
    if (page.nextCursor === null) return;
    cursor = page.nextCursor;
  }
}

/** Adds what every list takes: `--limit`, `--all`, `--search`. */
export function listCommand<T>(
  parent: Command,
  about: string,
  columns: Columns<T>,
  fetchPage: (session: Session, options: Record<string, string>) => FetchPage<T>,
): Command {
  const command = parent
    .command('list')
    .description(about)
    .option('--limit <n>', 'how many at most', '50')
    .option('--all', 'everything, page by page')
    .option('--search <text>', 'part of the name');
  return command.action(async (options: { limit: string; all?: boolean; search?: string } & Record<string, string>) => {
    const session = await openSession(command);
    const search = options.search ? { search: options.search } : {};
    const fetch = fetchPage(session, options);
    const items: T[] = [];
    if (options.all) for await (const row of everyRow((page) => fetch({ ...page, ...search }))) items.push(row);
    else {
      const page = await fetch({ limit: wholeNumber(options.limit, '--limit', PAGE_MAX), ...search });
      items.push(...page.items);
      if (page.nextCursor !== null) say(`There are more than these ${items.length}; --all shows them all.`);
    }
    if (session.isJson) printJson(items);
    else printTable(items, columns);
  });
}

export function wholeNumber(text: string, option: string, max: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw new NephosError('BAD_INPUT', `${option} must be a whole number from 1 to ${max}, not ${text}.`);
}

type Options = Readonly<Record<string, string | undefined>>;

/** Lets a command work in a session, and prints the thing that it answers: by `print`, or as JSON. */
export function thingCommand<T>(
  command: Command,
  run: (session: Session, args: [string, ...string[]], options: Options) => Promise<T>,
  print: (thing: T) => void,
) {
  return command.action(async () => {
    const session = await openSession(command);
    const thing = await run(session, [command.args[0] ?? '', ...command.args.slice(1)], command.opts<Options>());
    if (session.isJson) printJson(thing);
    else print(thing);
  });
}
