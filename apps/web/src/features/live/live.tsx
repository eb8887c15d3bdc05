'use client';
import { useQueryClient } from '@tanstack/react-query';
import { createContext, use, useEffect, useState, type ReactNode } from 'react';
import { followChanges, type LiveState } from './change-stream.ts';
import { createFreshener } from './freshener.ts';

/** Which queries a change makes stale, by the first part of their procedure. */
const TOUCHES: Readonly<Record<string, readonly string[]>> = {
  host: ['host', 'event'],
  instance: ['instance', 'account', 'event'],
  volume: ['instance', 'volume', 'pool'],
  network: ['network', 'router'],
  router: ['network', 'router', 'publicAddress'],
  template: ['template', 'imageStore', 'event'],
  operation: ['operation', 'event'],
  'ssh-key-pair': ['sshKeyPair'],
  'api-key': ['apiKey'],
  'compute-offering': ['computeOffering', 'event'],
  account: ['account', 'user', 'event'],
  user: ['user', 'account', 'event'],
  zone: ['zone', 'pod', 'cluster', 'host', 'event'],
  pod: ['pod', 'cluster', 'host', 'event'],
  cluster: ['cluster', 'pod', 'host', 'event'],
  pool: ['pool', 'event'],
  'image-store': ['imageStore', 'event'],
  'public-address': ['publicAddress', 'event'],
};
/** Where changes are many, only the queries of that very instance. */
const METRICS = { resourceType: 'instance-metrics', procedure: 'instance.metrics' } as const;

const LiveContext = createContext<LiveState>('connecting');
export const useLive = (): LiveState => use(LiveContext);

/** Keeps everything that is on the page current, from the change stream: `from` where it was when the page was asked for. */
export function Live({ from, children }: { from: string | undefined; children: ReactNode }) {
  const queryClient = useQueryClient();
  const [state, setState] = useState<LiveState>('connecting');
  const [begin] = useState(from);
  useEffect(() => {
    const freshener = createFreshener(queryClient);
    const stop = followChanges(begin, {
      onState: setState,
      onChange: ({ resourceType, resourceId }) =>
        freshener.add(resourceType === METRICS.resourceType ? [`${METRICS.procedure}/${resourceId}`] : (TOUCHES[resourceType] ?? [])),
      onGap: () => void queryClient.invalidateQueries(),
    });
    return () => {
      stop();
      freshener.stop();
    };
  }, [queryClient, begin]);
  return <LiveContext value={state}>{children}</LiveContext>;
}
