'use client';
import { useQuery } from '@tanstack/react-query';
import { useApi } from '../../trpc/api.tsx';

/** Whether pages show what only a root administrator can use. It opens nothing: the API decides at every call. */
export function useIsAdministrator(): boolean {
  const api = useApi();
  const { data } = useQuery(api.auth.me.queryOptions());
  return data?.role === 'root-admin';
}
