import { z } from 'zod';
import { consoleKindSchema } from './console.schema.ts';
import { desiredNetworkSchema } from './desired-network.ts';

/** How long an agent keeps an idle connection to the control plane. */
export const AGENT_KEEP_ALIVE_MS = 60_000;

/** What an agent is started with: who it is, where it reports, and how both sides know each other. Kept 0600. */
export const agentConfigSchema = z.object({
  hostId: z.uuid(),
  hostName: z.string(),
  /** `https://host:port`. The same port takes the agent's Temporal connection. */
  endpoint: z.url(),
  caCertificate: z.string(),
  certificate: z.string(),
  privateKey: z.string(),
  /** What Temporal carries to it is encrypted with these; they are this host's alone. */
  payloadKeys: z.object({ current: z.string(), keys: z.record(z.string(), z.string()) }),
});
export type AgentConfig = z.output<typeof agentConfigSchema>;

/** Shown once, by a machine that wants to be this host: the token it was given, and what it wants to be certified (PKCS#10, PEM). */
export const joinRequestSchema = z.object({
  token: z.string().max(200),
  certificateRequest: z.string().max(10_000),
  contractVersion: z.int(),
  /** Not told: only that one. */
  oldestContract: z.int().optional(),
  agentVersion: z.string().max(100),
});
export const joinAnswerSchema = agentConfigSchema.pick({ hostId: true, hostName: true, certificate: true, payloadKeys: true });
export type JoinAnswer = z.output<typeof joinAnswerSchema>;

export const guestReportSchema = z.object({ instanceId: z.uuid(), generation: z.int(), state: z.enum(['running', 'paused', 'stopped', 'gone']) });
export const attemptReportSchema = z.object({
  operationId: z.uuid(),
  activityId: z.string(),
  activity: z.string(),
  attempt: z.int(),
  state: z.enum(['running', 'succeeded', 'failed']),
  fraction: z.number().min(0).max(1).nullable(),
  errorCode: z.string().nullable(),
  errorMessage: z.string().max(4_000).nullable(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
});
export type AttemptReport = z.output<typeof attemptReportSchema>;

/** One thing that a host needs or has. `missing`: there is no work without it. `help` says what to do; null where nothing is to be done. */
export const hostCheckSchema = z.object({
  name: z.string().max(200),
  state: z.enum(['ok', 'warning', 'missing']),
  what: z.string().max(1_000),
  help: z.string().max(1_000).nullable(),
});
export type HostCheck = z.output<typeof hostCheckSchema>;

export const hostFactsSchema = z.object({
  acceleration: z.string(),
  accelerationReason: z.string(),
  cpuCount: z.int(),
  cpuMhz: z.int(),
  memoryMib: z.int(),
  versions: z.record(z.string(), z.string()),
  /** What its driver can do beyond what every driver can. Not told: not known. */
  abilities: z.array(z.string()).optional(),
  /** What was looked at when the agent started, and its clock and storage as they are now. */
  checks: z.array(hostCheckSchema).max(100).optional(),
});

export const carriedNetworkSchema = z.object({ networkId: z.uuid(), vni: z.int(), revision: z.int() });
export type CarriedNetwork = z.output<typeof carriedNetworkSchema>;

/** What an agent tells: everything at its start and every some seconds (`full`), and what happens as it happens. */
export const hostReportSchema = z.object({
  /** New at each start of the agent. */
  bootId: z.uuid(),
  agentVersion: z.string(),
  isFull: z.boolean(),
  facts: hostFactsSchema.optional(),
  pools: z.array(z.object({ path: z.string(), capacityBytes: z.int(), usedBytes: z.int() })).optional(),
  /** The guest networks that this host carries, with what they were last made from. */
  networks: z.array(carriedNetworkSchema).max(10_000).optional(),
  guests: z.array(guestReportSchema).max(10_000),
  attempts: z.array(attemptReportSchema).max(1_000),
});
export type HostReport = z.output<typeof hostReportSchema>;

/**
 * The answer to a report. `stale`: guests that must not run there any more, because their claim is another's or nobody's.
 * `networks`: what the host should carry and has in an older form; `strays`: networks that nothing on it uses any more.
 * `wasAway`: the host was taken for disconnected, so what it should carry may have changed without its being told.
 */
export const reportAnswerSchema = z.object({
  wasAway: z.boolean(),
  stale: z.array(z.object({ instanceId: z.uuid(), generation: z.int() })),
  networks: z.array(desiredNetworkSchema),
  strays: z.array(carriedNetworkSchema),
  /** Of the host's pools now. Null: this was not a full report. */
  poolPaths: z.array(z.string()).nullable(),
});

/** What an agent asks for at its start, so that everything it should carry is as wanted before it takes work. */
export const hostStateSchema = z.object({
  networks: z.array(desiredNetworkSchema),
  routers: z.array(z.object({ routerId: z.uuid(), generation: z.int(), revision: z.int() })),
  poolPaths: z.array(z.string()),
});
export type HostState = z.output<typeof hostStateSchema>;

/** Where a stream leads: a guest's port inside its router's network, its console, or a picture of its screen (PNG, then it ends). */
export const streamTargetSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('port'), routerId: z.uuid(), ip: z.ipv4(), port: z.int().min(1).max(65_535) }),
  z.object({ kind: z.literal('console'), instanceId: z.uuid(), console: consoleKindSchema }),
  z.object({ kind: z.literal('screenshot'), instanceId: z.uuid() }),
]);
export type StreamTarget = z.output<typeof streamTargetSchema>;

/** Open a stream, outward, and show this token in its first message. */
export const streamRequestSchema = z.object({
  kind: z.literal('open-stream'),
  token: z.string(),
  gatewayUrl: z.url(),
  target: streamTargetSchema,
});
export type StreamRequest = z.output<typeof streamRequestSchema>;

/** First message of a stream: the token, and why there is nothing at its other end, if so (`code` as in docs/error-codes.md). */
export const streamHelloSchema = z.object({
  token: z.string(),
  error: z.object({ code: z.string(), message: z.string().max(1_000) }).optional(),
});

/** What the control plane says over an agent's channel. A `network` may be lost: the next full report brings it. */
export const channelMessageSchema = z.discriminatedUnion('kind', [
  streamRequestSchema,
  z.object({ kind: z.literal('network'), desired: desiredNetworkSchema }),
]);
export type ChannelMessage = z.output<typeof channelMessageSchema>;
