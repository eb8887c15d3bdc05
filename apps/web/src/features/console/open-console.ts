import { CONSOLE_CLOSED, type ConsoleKind } from '@nephos/model/console';
import type { useApiClient } from '../../trpc/api.tsx';

/** Why there is no console, or none any more. `refused` has words of the server; `lost` is a connection that broke. */
export type ConsoleEnd = 'signedOut' | 'ended' | 'refused' | 'lost' | 'notRunning';

/**
 * A WebSocket to the screen or serial line of an instance, open and granted: from here on its messages are the guest's. The token
 * is good once and goes in the first message. Throws with the server's words when it is refused.
 */
export async function openConsole(
  client: ReturnType<typeof useApiClient>,
  wanted: { instanceId: string; kind: ConsoleKind },
  signal: AbortSignal,
): Promise<WebSocket> {
  const { token } = await client.instance.openConsole.mutate(wanted, { signal });
  const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/console`);
  socket.binaryType = 'arraybuffer';
  signal.addEventListener('abort', () => socket.close());
  const answer = await new Promise<string>((resolve, reject) => {
    socket.addEventListener('open', () => socket.send(JSON.stringify({ token })));
    socket.addEventListener('message', ({ data }: MessageEvent<string>) => resolve(data), { once: true });
    socket.addEventListener('close', () => reject(new ConsoleLost()));
  });
  const { ok, message }: { ok: boolean; message?: string } = JSON.parse(answer);
  if (!ok) throw new Error(message);
  return socket;
}

/** The connection broke before there was an answer. */
export class ConsoleLost extends Error {}

export function endOf(code: number): ConsoleEnd {
  if (code === CONSOLE_CLOSED.signedOut) return 'signedOut';
  return code === CONSOLE_CLOSED.ended ? 'ended' : 'lost';
}
