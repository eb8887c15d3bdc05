import { assertSpeaks, needsUpdate, type Spoken } from '@nephos/contracts/agent-contract';
import type { CarriedNetwork, HostReport, HostState, reportAnswerSchema } from '@nephos/contracts/agent.schema';
import type { DesiredNetwork, DesiredRouter } from '@nephos/contracts/desired-network';
import type { Db, Tx } from '@nephos/db/database';
import { noteAttempts, noteGuests, noteHostSeen, noteUnfitAgent } from '@nephos/db/host-report.repo';
import { describeNetworks, describeRouter, listHostNetworks } from '@nephos/db/network.repo';
import { DomainError } from '@nephos/model/errors';
import { open, type KeyRing } from '@nephos/secrets/key-ring';
import { openUserData } from './user-data.ts';
import type { z } from 'zod';

/** What agents tell and ask. The host is who its certificate says; it gets nothing of what another host's claims hold. */
export function createAgentService({ db, secretKeys }: { db: Db; secretKeys: KeyRing }) {
  return {
    /** Throws AGENT_TOO_OLD and AGENT_TOO_NEW, which everybody who looks at the host sees then. */
    async assertFit(hostId: string, spoken: Spoken, agentVersion: string): Promise<void> {
      if (needsUpdate(spoken)) await noteUnfitAgent(db, hostId, spoken, agentVersion);
      assertSpeaks(spoken);
    },

    /** Each part can be written down twice, so a report that fails half way is simply told again. */
    async report(hostId: string, report: HostReport, spoken: Spoken): Promise<z.output<typeof reportAnswerSchema>> {
      const host = await noteHostSeen(db, hostId, report, spoken);
      if (!host) throw new DomainError('NOT_FOUND', 'This host was removed from the cloud.', { hostId });
      await noteAttempts(db, hostId, report.attempts);
      const stale = report.isFull || report.guests.length > 0 ? await noteGuests(db, host, report) : [];
      return {
        wasAway: host.state === 'disconnected',
        poolPaths: host.poolPaths,
        stale: stale.map(({ instanceId, generation }) => ({ instanceId, generation })),
        ...(report.networks ? await compareNetworks(db, hostId, report.networks) : { networks: [], strays: [] }),
      };
    },

    /** What each host of a network should have of it. */
    describeNetwork: (networkId: string) => describeNetworks(db, [networkId]),

    /** All that a host should carry now. */
    async describeHost(hostId: string): Promise<HostState> {
      const [networks, routers, pools] = await Promise.all([
        listHostNetworks(db, hostId).then((carried) => describeShares(db, hostId, carried)),
        db.router.findMany({ where: { hostId, removedAt: null }, include: { network: { select: { revision: true } } } }),
        db.pool.findMany({ where: { hostId, removedAt: null }, select: { path: true } }),
      ]);
      return {
        networks,
        routers: routers.map(({ id, generation, network }) => ({ routerId: id, generation, revision: network.revision })),
        poolPaths: pools.map((pool) => pool.path),
      };
    },

    /** A router's whole wanted state, secrets included, for the host that holds its claim. */
    async describeRouter(hostId: string, routerId: string): Promise<DesiredRouter> {
      const desired = await describeRouter(db, { id: routerId, hostId });
      if (!desired) throw new DomainError('NOT_FOUND', `This host has no claim for router ${routerId}.`, { routerId });
      const secrets = await db.secret.findMany({ where: { resourceId: { in: desired.guests.map((guest) => guest.instanceId) }, name: 'password' } });
      const passwords = new Map(
        secrets.map((secret) => [secret.resourceId, open(secretKeys, secret.ciphertext, secret.resourceId).toString('utf8')]),
      );
      return {
        ...desired,
        guests: desired.guests.map(({ userData, ...guest }) => {
          const password = passwords.get(guest.instanceId);
          return { ...guest, ...(password && { password }), ...(userData && { userData: openUserData(secretKeys, guest.instanceId, userData) }) };
        }),
      };
    },

    /** Whether a host may read a template: one of the instances it has a claim for is made of it. */
    async mayReadTemplate(hostId: string, templateId: string): Promise<boolean> {
      return (await db.instance.count({ where: { hostId, templateId, removedAt: null } })) > 0;
    },
  };
}

/** What of a host's networks is not as it should be. A network claimed after this look has a newer revision than its removal as a stray. */
async function compareNetworks(tx: Tx, hostId: string, carried: CarriedNetwork[]): Promise<{ networks: DesiredNetwork[]; strays: CarriedNetwork[] }> {
  const revisions = new Map(carried.map(({ networkId, revision }) => [networkId, revision]));
  const wanted = await listHostNetworks(tx, hostId);
  const wantedIds = new Set(wanted.map(({ networkId }) => networkId));
  const outdated = wanted.filter(({ networkId, revision }) => (revisions.get(networkId) ?? -1) < revision);
  return { networks: await describeShares(tx, hostId, outdated), strays: carried.filter(({ networkId }) => !wantedIds.has(networkId)) };
}

async function describeShares(tx: Tx, hostId: string, networks: { networkId: string }[]): Promise<DesiredNetwork[]> {
  const shares = await describeNetworks(
    tx,
    networks.map(({ networkId }) => networkId),
  );
  return shares.filter((share) => share.hostId === hostId).map(({ desired }) => desired);
}
export type AgentService = ReturnType<typeof createAgentService>;
