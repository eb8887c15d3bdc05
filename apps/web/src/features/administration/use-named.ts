'use client';
import { useQuery } from '@tanstack/react-query';
import { useApiClient } from '../../trpc/api.tsx';

export interface Picked {
  id: string;
  name: string;
}
export type PickKind = 'account' | 'cluster' | 'host' | 'pod' | 'user' | 'zone';

/** What a thing that is known by its id is called; undefined until it is known. */
export function usePicked(kind: PickKind, id: string): Picked | undefined {
  const { get } = useNamed()[kind];
  return useQuery({ queryKey: [[kind, 'get'], 'picker', id], queryFn: () => get(id), enabled: id !== '' }).data;
}

interface Named {
  list: (input: { limit: number; search?: string }) => Promise<{ items: readonly Picked[] }>;
  get: (id: string) => Promise<Picked>;
}

/** Where things of each kind are found. */
export function useNamed(): Record<PickKind, Named> {
  const { account, cluster, host, pod, user, zone } = useApiClient();
  return {
    account: { list: (input) => account.list.query(input), get: (accountId) => account.get.query({ accountId }) },
    cluster: { list: (input) => cluster.list.query(input), get: (clusterId) => cluster.get.query({ clusterId }) },
    host: { list: (input) => host.list.query(input), get: (hostId) => host.get.query({ hostId }) },
    pod: { list: (input) => pod.list.query(input), get: (podId) => pod.get.query({ podId }) },
    user: { list: (input) => user.list.query(input), get: (userId) => user.get.query({ userId }) },
    zone: { list: (input) => zone.list.query(input), get: (zoneId) => zone.get.query({ zoneId }) },
  };
}
