import { headers } from 'next/headers';

/** Where the stream of changes was when this page was asked for: the API says so as it passes the request on. */
export async function changesHere(): Promise<string | undefined> {
  return (await headers()).get('x-nephos-changes') ?? undefined;
}
