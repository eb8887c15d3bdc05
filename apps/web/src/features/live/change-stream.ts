export type LiveState = 'connecting' | 'live' | 'away';

export interface Change {
  resourceType: string;
  resourceId: string;
}

export interface Follower {
  onState: (state: LiveState) => void;
  onChange: (change: Change) => void;
  /** Changes may have been missed. */
  onGap: () => void;
}

/** Between the tabs of a browser. */
type News = ({ kind: 'change'; cursor: string } & Change) | { kind: 'state'; state: LiveState } | { kind: 'gap' };

const NAME = 'nephos-changes';
const AGAIN_MS = 3_000;

/**
 * The stream of changes after `from`, one per browser: the tab that holds the lock listens and tells the others. Each remembers the last
 * cursor, so whichever takes over goes on from there. Where a browser has no locks (plain HTTP to another machine), each tab
 * listens for itself.
 */
export function followChanges(from: string | undefined, { onState, onChange, onGap }: Follower): () => void {
  const channel = new BroadcastChannel(NAME);
  const stop = new AbortController();
  let cursor = from;
  const hear = (news: News) => {
    if (news.kind === 'state') onState(news.state);
    else if (news.kind === 'gap') onGap();
    else {
      cursor = news.cursor;
      onChange(news);
    }
  };
  const tell = (news: News) => {
    hear(news);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has none, it is of this origin
    channel.postMessage(news);
  };
  channel.addEventListener('message', ({ data }: MessageEvent<News>) => {
    hear(data);
    if (data.kind !== 'state') onState('live');
  });

  const listen = () => listenUntil(stop.signal, () => cursor, tell);
  const locks = 'locks' in navigator ? navigator.locks : undefined;
  if (locks) void locks.request(NAME, { signal: stop.signal }, listen).catch(() => undefined);
  else void listen();
  if (locks) void locks.query().then(({ held }) => held?.some(({ name }) => name === NAME) && onState('live'));
  return () => {
    stop.abort();
    channel.close();
  };
}

/** Resolves when it is asked to stop. An EventSource tries again by itself after a break, but not after an answer that isn't 200. */
function listenUntil(signal: AbortSignal, cursor: () => string | undefined, tell: (news: News) => void): Promise<void> {
  return new Promise((resolve) => {
    let source: EventSource;
    let again: ReturnType<typeof setTimeout> | undefined;
    const open = (from: string | undefined) => {
      const query = new URLSearchParams({ input: '{}', ...(from && { lastEventId: from }) });
      source = new EventSource(`/events?${query}`);
      let last = from;
      source.addEventListener('open', () => {
        tell({ kind: 'state', state: 'live' });
        if (last === undefined) tell({ kind: 'gap' });
      });
      source.addEventListener('message', ({ data, lastEventId }: MessageEvent<string>) => {
        last = lastEventId;
        const { resourceType, resourceId }: Partial<Change> = JSON.parse(data);
        if (resourceType && resourceId) tell({ kind: 'change', resourceType, resourceId, cursor: lastEventId });
      });
      source.addEventListener('error', () => {
        tell({ kind: 'state', state: 'away' });
        if (source.readyState !== EventSource.CLOSED) return;
        tell({ kind: 'gap' }); // refused: asking again says why, and leads to the sign-in page if that is it
        again = setTimeout(() => open(undefined), AGAIN_MS);
      });
    };
    open(cursor());
    signal.addEventListener('abort', () => {
      clearTimeout(again);
      source.close();
      resolve();
    });
  });
}
