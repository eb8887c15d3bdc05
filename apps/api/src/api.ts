import { openDatabase } from '@nephos/db/database';
import type { JoinToken } from '@nephos/db/host-join.repo';
import type { Logger } from '@nephos/log/log';
import { createOperations } from '@nephos/operations/operations';
import type { Keys } from '@nephos/secrets/key-file';
import { createDirectory } from '@nephos/directory/directory';
import { createDataConverter } from '@nephos/temporal-kit/data-converter';
import { Client, Connection } from '@temporalio/client';
import path from 'node:path';
import { readAgentArchive } from './agent/agent-archive.ts';
import { openCertificateAuthority } from './agent/certificate-authority.ts';
import { createAgentEndpoint } from './agent/endpoint.ts';
import { createHostConnections } from './agent/host-connections.ts';
import { joinCommand } from './agent/join-command.ts';
import { passOnNetworkNews } from './agent/network-news.ts';
import { createStreamGateway } from './agent/stream-gateway.ts';
import type { DirectoryChoice } from './directory-settings.ts';
import type { Pages } from './http/pages.ts';
import { createApiServer, RECHECK_STREAMS_MS } from './http/server.ts';
import { createMetrics } from './metrics.ts';
import { listenToDatabase } from './notifications.ts';
import { repeat } from './repeat.ts';
import { createAccountService } from './services/account.ts';
import { createAgentService } from './services/agent.ts';
import { createAuthenticationService } from './services/authentication.ts';
import { createCatalogueService } from './services/catalogue.ts';
import { createChangeService } from './services/change.ts';
import { createConnectionService } from './services/connection.ts';
import { createConsoleService } from './services/console.ts';
import { createDirectoryUsers } from './services/directory-users.ts';
import { createDoctorService } from './services/doctor.ts';
import { createEventService } from './services/event.ts';
import { createHostService } from './services/host.ts';
import { createHostJoinService } from './services/host-join.ts';
import { createInstanceService } from './services/instance.ts';
import { createMetricsService, WATCH_CHANNEL } from './services/metrics.ts';
import { createNetworkService } from './services/network.ts';
import { createOpenConsoles } from './services/open-consoles.ts';
import { createOperationService } from './services/operation.ts';
import { createOperationOverviewService } from './services/operation-overview.ts';
import { createPeopleService } from './services/people.ts';
import { createPublicAddressService } from './services/public-address.ts';
import { createScreenshotService } from './services/screenshot.ts';
import { createStorageService } from './services/storage.ts';
import { createTemplateService } from './services/template.ts';
import { createUserService } from './services/user.ts';
import { createZoneService } from './services/zone.ts';

export interface ApiSettings {
  databaseUrl: string;
  temporalAddress: string;
  dataDir: string;
  keys: Keys;
  /** Where the public origin listens; port 0 takes any. */
  listen: { host: string; port: number };
  agentListen: { host: string; port: number };
  controlQueue?: string;
  /** How often it is asked whether the caller of an open stream may still be there. */
  recheckStreamsMs?: number;
  /** How long an agent has to open a stream that it is asked for. */
  openStreamsWithinMs?: number;
  /** Of agents for other machines, where there is one to offer. */
  agentArchives?: string | undefined;
  pages?: Pages | undefined;
  /** Left out: only local users sign in. */
  directory?: DirectoryChoice | undefined;
  log: Logger;
}

const RECHECK_DIRECTORY_EVERY_MS = 60_000; // for those whose 15 minutes are over

/** One API process, put together and listening. */
export async function startApi({
  databaseUrl,
  temporalAddress,
  dataDir,
  keys,
  listen,
  agentListen,
  controlQueue,
  recheckStreamsMs = RECHECK_STREAMS_MS,
  openStreamsWithinMs,
  agentArchives,
  pages,
  directory,
  log,
}: ApiSettings) {
  const db = openDatabase(databaseUrl, { maxConnections: 20 });
  const connection = Connection.lazy({ address: temporalAddress });
  const client = new Client({ connection, dataConverter: createDataConverter(keys.payloads) });
  const operations = createOperations({
    client,
    ...(controlQueue && { controlQueue }),
    onError: (error, operationId) => log.warn({ err: error, operationId }, 'Temporal did not take an operation; the sweep will start it'),
  });
  const notifications = listenToDatabase({
    databaseUrl,
    channels: ['change', 'agent', 'console', 'network', 'host-certificate', WATCH_CHANNEL],
    log,
  });
  const authority = await openCertificateAuthority(path.join(dataDir, 'ca'));
  const archive = await readAgentArchive(agentArchives);
  const identity = await authority.issueForServer([agentListen.host]);

  let agentUrl = `https://${agentListen.host}:${agentListen.port}`;
  const streams = createStreamGateway({ gatewayUrl: () => agentUrl, notifications, openWithinMs: openStreamsWithinMs, log });
  const describeJoin = ({ token, expiresAt }: JoinToken) => ({
    server: agentUrl,
    joinToken: token,
    expiresAt: expiresAt.toISOString(),
    fingerprint: authority.fingerprint,
    command: joinCommand({ agentUrl, fingerprint: authority.fingerprint, token, archive }),
  });

  const instance = createInstanceService({ db, operations, secretKeys: keys.secrets });
  const template = createTemplateService({ db });
  const change = createChangeService({ db, notifications });
  const metrics = createMetricsService({ db, notifications, log });
  const user = createUserService({ db });
  const people = directory && createDirectory(directory.settings);
  const directoryUsers = directory && people && createDirectoryUsers({ db, directory: people, adminGroup: directory.adminGroup, log });
  const authentication = createAuthenticationService({ db, directory: directoryUsers, log });
  const openConsoles = createOpenConsoles({ db, authentication, notifications, recheckMs: recheckStreamsMs, log });
  const services = {
    authentication,
    console: createConsoleService({ db, streams, authentication, openConsoles }),
    screenshot: createScreenshotService({ db, streams }),
    catalogue: createCatalogueService({ db }),
    change,
    instance,
    metrics,
    template,
    user,
    connection: createConnectionService({ db, streams }),
    doctor: createDoctorService({ db, temporal: client, controlQueue, serverCertificate: identity.certificate, directory: people }),
    account: createAccountService({ db }),
    event: createEventService({ db }),
    people: createPeopleService({ db }),
    host: createHostService({ db, describeJoin }),
    network: createNetworkService({ db }),
    publicAddress: createPublicAddressService({ db }),
    storage: createStorageService({ db, imageFolder: path.join(dataDir, 'images') }),
    zone: createZoneService({ db }),
    operation: createOperationService({ db, operations, instances: instance }),
    operationOverview: createOperationOverviewService({ db }),
  };
  const findUnready = async () => {
    const checks = { database: db.$queryRaw`SELECT 1`, temporal: connection.workflowService.getSystemInfo({}) };
    const results = await Promise.allSettled(Object.values(checks));
    return Object.keys(checks).filter((_, index) => results[index]?.status === 'rejected');
  };

  const server = createApiServer({ services, metrics: createMetrics({ db }), findUnready, log, recheckStreamsMs, pages });
  const agents = createAgentService({ db, secretKeys: keys.secrets });
  passOnNetworkNews({ notifications, agents, streams, log });
  const agentEndpoint = createAgentEndpoint({
    identity,
    caCertificate: authority.certificate,
    archive,
    temporalAddress,
    keys,
    connections: createHostConnections({ db, notifications, log }),
    joining: createHostJoinService({ db, authority, payloadKeys: keys.payloads }),
    agents,
    metrics,
    templates: template,
    streams,
    log,
  });
  const agentPort = await agentEndpoint.listen(agentListen.host, agentListen.port);
  agentUrl = `https://${agentListen.host}:${agentPort}`;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(listen.port, listen.host, resolve);
  });
  const recheck = directoryUsers && repeat('directory check', () => directoryUsers.recheck(), RECHECK_DIRECTORY_EVERY_MS, log);
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : listen.port;
  log.info({ port, address: agentUrl }, 'listening');

  return {
    url: `http://${listen.host}:${port}`,
    agentUrl,
    services,
    close: async () => {
      await recheck?.stop();
      change.close();
      await openConsoles.close();
      notifications.close();
      agentEndpoint.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await connection.close();
      await db.$disconnect();
    },
  };
}
