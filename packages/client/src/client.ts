import type { Duplex } from 'node:stream';
import { createTRPCClient, type TRPCClient } from '@trpc/client';
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from './app-router.ts';
import { connectTo, openConsole, type ConnectOptions } from './connect.ts';
import { exportEvents, type EventFilters } from './export-events.ts';
import { linksTo, type Fetch, type Server } from './links.ts';
import { uploadTemplate, type Template, type UploadOptions } from './upload-template.ts';
import { waitForOperation, type Operation, type WaitOptions } from './wait-for-operation.ts';

export type { AppRouter } from './app-router.ts';
export { NephosError } from './error.ts';
export type { ConnectOptions } from './connect.ts';
export type { EventFilters } from './export-events.ts';
export type { Template, UploadOptions } from './upload-template.ts';
export type { Operation, Step, WaitOptions } from './wait-for-operation.ts';
/** What each procedure takes and answers: `Inputs['instance']['deploy']`. */
export type Inputs = inferRouterInputs<AppRouter>;
export type Outputs = inferRouterOutputs<AppRouter>;

export interface NephosClientOptions {
  /** The API's origin, like `https://cloud.example.org`. */
  url: string;
  /** An API key, or the token of `auth.login`. Only `auth.login` works without. */
  token?: string | undefined;
  fetch?: Fetch;
}

export interface NephosClient {
  readonly url: string;
  /**
   * Every procedure: `client.api.instance.list.query({})`. A change is made at most once for an idempotency key:
   * `client.api.instance.deploy.mutate(input, { context: { idempotencyKey } })`. Failures are NephosError.
   */
  api: TRPCClient<AppRouter>;
  /** Resolves with the operation once it has ended, however it did; look at its `state`. Follows the change stream. */
  waitForOperation(operationId: string, options?: WaitOptions): Promise<Operation>;
  /** Sends the bytes of a template made by `template.create`; goes on where an earlier upload ended. */
  uploadTemplate(templateId: string, file: string, options?: UploadOptions): Promise<Template>;
  /** All events that match, as the text of a CSV or JSON file, piece by piece. */
  exportEvents(format: 'csv' | 'json', filters?: EventFilters): AsyncIterable<string>;
  /** A stream to a TCP port of a running instance, through the gateway, whatever its network lets in. */
  connect(instanceId: string, port: number, options?: ConnectOptions): Promise<Duplex>;
  /** The screen (RFB, RFC 6143) or the serial line of a running instance. Ends with it, and with the token's right to it. */
  openConsole(instanceId: string, kind: 'screen' | 'serial', options?: ConnectOptions): Promise<Duplex>;
}

/** A client of one Nephos API. It keeps nothing open between calls. */
export function createNephosClient({ url, token, fetch = globalThis.fetch }: NephosClientOptions): NephosClient {
  const server: Server = { url, token, fetch };
  const api = createTRPCClient<AppRouter>({ links: linksTo(server) });
  return {
    url,
    api,
    waitForOperation: (operationId, options) => waitForOperation(api, operationId, options),
    uploadTemplate: (templateId, file, options) => uploadTemplate({ server, api }, templateId, file, options),
    exportEvents: (format, filters = {}) => exportEvents(server, format, filters),
    connect: (instanceId, port, options) => connectTo(server, instanceId, port, options),
    openConsole: async (instanceId, kind, options) =>
      openConsole(server, (await api.instance.openConsole.mutate({ instanceId, kind })).token, options),
  };
}
