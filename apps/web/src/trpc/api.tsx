'use client';
import type { AppRouter } from '@nephos/api/app-router';
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createTRPCClient, httpLink } from '@trpc/client';
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import { createTRPCContext } from '@trpc/tanstack-react-query';
import { useState, type ReactNode } from 'react';
import { pathTo } from '../lib/path-builder.ts';
import { isRetryable, problemOf } from './problem.ts';

export type Inputs = inferRouterInputs<AppRouter>;
export type Outputs = inferRouterOutputs<AppRouter>;

const context = createTRPCContext<AppRouter>();
export const useApi = context.useTRPC;
export const useApiClient = context.useTRPCClient;

/** Data stays fresh because changes are told (features/live), not because it is asked for again. */
const STALE_MS = 5 * 60_000;
const RETRIES = 3;

export function ApiProvider({ children }: { children: ReactNode }) {
  const [queryClient] = useState(
    () =>
      new QueryClient({
        queryCache: new QueryCache({ onError: signInAgain }),
        mutationCache: new MutationCache({ onError: signInAgain }),
        defaultOptions: {
          queries: { staleTime: STALE_MS, refetchOnWindowFocus: false, retry: (count, error) => count < RETRIES && isRetryable(error) },
        },
      }),
  );
  const [client] = useState(() => createTRPCClient<AppRouter>({ links: [httpLink({ url: '/api/v1' })] }));
  return (
    <QueryClientProvider client={queryClient}>
      <context.TRPCProvider trpcClient={client} queryClient={queryClient}>
        {children}
      </context.TRPCProvider>
    </QueryClientProvider>
  );
}

/** The session has ended, here or elsewhere: after signing in one is back on this page. */
function signInAgain(error: Error): void {
  if (problemOf(error).code !== 'UNAUTHENTICATED') return;
  const { pathname, search } = location;
  if (pathname !== pathTo.signIn()) location.assign(pathTo.signIn(`${pathname}${search}`));
}
