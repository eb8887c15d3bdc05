import { NephosError } from '../error.ts';
import { everyRow, type Page, type Session } from './session.ts';

type Query = { limit: number; cursor?: string; search?: string };
type Named = { id: string; name: string };

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Where each kind of thing is looked for by its name. */
const LISTS = {
  instance:
    ({ api }: Session) =>
    (query: Query) =>
      api.instance.list.query(query),
  template:
    ({ api }: Session) =>
    (query: Query) =>
      api.template.list.query(query),
  'compute offering':
    ({ api }: Session) =>
    (query: Query) =>
      api.computeOffering.list.query(query),
  zone:
    ({ api }: Session) =>
    (query: Query) =>
      api.zone.list.query(query),
  pod:
    ({ api }: Session) =>
    (query: Query) =>
      api.pod.list.query(query),
  cluster:
    ({ api }: Session) =>
    (query: Query) =>
      api.cluster.list.query(query),
  host:
    ({ api }: Session) =>
    (query: Query) =>
      api.host.list.query(query),
  pool:
    ({ api }: Session) =>
    (query: Query) =>
      api.pool.list.query(query),
  'image store':
    ({ api }: Session) =>
    (query: Query) =>
      api.imageStore.list.query(query),
  account:
    ({ api }: Session) =>
    (query: Query) =>
      api.account.list.query(query),
  user:
    ({ api }: Session) =>
    (query: Query) =>
      api.user.list.query(query),
  network:
    ({ api }: Session) =>
    (query: Query) =>
      api.network.list.query(query),
  'SSH key':
    ({ api }: Session) =>
    (query: Query) =>
      api.sshKeyPair.list.query(query),
  'API key':
    ({ api }: Session) =>
    (query: Query) =>
      api.apiKey.list.query(query),
} as const satisfies Record<string, (session: Session) => (query: Query) => Promise<Page<Named>>>;

/** The id of a thing that is given by its name or id. Throws NOT_FOUND, and AMBIGUOUS with the ids when several have the name. */
export async function findId(session: Session, noun: keyof typeof LISTS, nameOrId: string): Promise<string> {
  if (UUID.test(nameOrId)) return nameOrId.toLowerCase();
  const list: (query: Query) => Promise<Page<Named>> = LISTS[noun](session);
  const ids: string[] = [];
  for await (const { id, name } of everyRow((page) => list({ ...page, search: nameOrId.slice(0, 100) }))) if (name === nameOrId) ids.push(id);
  const [id] = ids;
  if (!id) throw new NephosError('NOT_FOUND', `There is no ${noun} called ${nameOrId}.`);
  if (ids.length > 1) throw new NephosError('AMBIGUOUS', `${ids.length} things are a ${noun} called ${nameOrId}. Use an id: ${ids.join(', ')}.`);
  return id;
}

/** The zone that is named, or the only one there is. */
export async function findZone(session: Session, nameOrId: string | undefined): Promise<string> {
  if (nameOrId) return findId(session, 'zone', nameOrId);
  const { items } = await session.api.zone.list.query({ limit: 2 });
  const [zone] = items;
  if (zone && items.length === 1) return zone.id;
  throw new NephosError('BAD_INPUT', zone ? 'There are several zones: say which with --zone.' : 'There is no zone yet.');
}

/** An operation by its id, or the newest one of what is called so. */
export async function findOperation({ api }: Session, nameOrId: string): Promise<string> {
  if (UUID.test(nameOrId)) return nameOrId.toLowerCase();
  for await (const operation of everyRow((page) => api.operation.list.query({ ...page, search: nameOrId.slice(0, 100) }))) {
    if (operation.resource.name === nameOrId) return operation.id;
  }
  throw new NephosError('NOT_FOUND', `There is no operation of anything called ${nameOrId}.`);
}
