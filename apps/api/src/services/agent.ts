import type { HostReport, HostState, reportAnswerSchema } from '@nephos/contracts/agent.schema';
import type { DesiredRouter } from '@nephos/contracts/desired-network';
import { transaction, type Db } from '@nephos/db/database';
import { noteAttempts, noteGuests, noteHostSeen } from '@nephos/db/host-report.repo';
import { describeNetwork, describeRouter } from '@nephos/db/network.repo';
import { DomainError } from '@nephos/model/errors';
import { open, type KeyRing } from '@nephos/secrets/key-ring';
import { openUserData } from './user-data.ts';
import type { z } from 'zod';

/** What agents tell and ask. The host is who its certificate says; it gets nothing of what another host's claims hold. */
export function createAgentService({ db, secretKeys }: { db: Db; secretKeys: KeyRing }) {
  return {
    async report(hostId: string, report: HostReport): Promise<z.output<typeof reportAnswerSchema>> {
      return transaction(db, async (tx) => {
        const host = await tx.host.findUnique({ where: { id: hostId } });
        if (!host) throw new DomainError('NOT_FOUND', 'This host was removed from the cloud.', { hostId });
        await noteHostSeen(tx, host, report);
        await noteAttempts(tx, hostId, report.attempts);
        const stale = report.isFull || report.guests.length > 0 ? await noteGuests(tx, host, report) : [];
        return { wasAway: host.state === 'disconnected', stale: stale.map(({ instanceId, generation }) => ({ instanceId, generation })) };
      });
    },

    /** All that a host should carry now. */
    async describeHost(hostId: string): Promise<HostState> {
      const claims = await db.hostAllocation.findMany({ where: { hostId }, select: { resourceId: true } });
      const ids = claims.map((claim) => claim.resourceId);
      const [nics, routers, pools] = await Promise.all([
        db.nic.findMany({ where: { instanceId: { in: ids }, removedAt: null }, select: { networkId: true }, distinct: ['networkId'] }),
        db.router.findMany({ where: { id: { in: ids }, removedAt: null }, include: { network: { select: { revision: true } } } }),
        db.pool.findMany({ where: { hostId }, select: { path: true } }),
      ]);
      const networkIds = new Set([...nics.map((nic) => nic.networkId), ...routers.map((router) => router.networkId)]);
      const networks = [];
      for (const networkId of networkIds)
        networks.push(...(await describeNetwork(db, networkId)).filter((share) => share.hostId === hostId).map((share) => share.desired));
      return {
        networks,
        routers: routers.map(({ id, generation, network }) => ({ routerId: id, generation, revision: network.revision })),
        poolPaths: pools.map((pool) => pool.path),
      };
    },

    /** A router's whole wanted state, secrets included, for the host that holds its claim. */
    async describeRouter(hostId: string, routerId: string): Promise<DesiredRouter> {
      const router = await db.router.findFirst({ where: { id: routerId, hostId, removedAt: null } });
      const desired = router && (await describeRouter(db, router));
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
export type AgentService = ReturnType<typeof createAgentService>;
