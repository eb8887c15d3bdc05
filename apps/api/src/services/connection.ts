import type { Db } from '@nephos/db/database';
import { noteEvent } from '@nephos/db/event.repo';
import { findInstance } from '@nephos/db/instance.repo';
import { DomainError } from '@nephos/model/errors';
import type { WebSocket } from 'ws';
import type { StreamGateway } from '../agent/stream-gateway.ts';
import type { Request } from '../request.ts';

/** Streams from people to ports of their instances, whose networks are closed inward. */
export function createConnectionService({ db, streams }: { db: Db; streams: StreamGateway }) {
  return {
    /** The far end of a stream to the instance's recorded address; that it was opened is an event. */
    async connect({ actor }: Request, { instanceId, port }: { instanceId: string; port: number }): Promise<WebSocket> {
      const instance = await findInstance(db, actor, 'instance.connect', instanceId);
      if (instance.state !== 'running')
        throw new DomainError('INVALID_STATE', `Instance ${instance.name} is ${instance.state}; only one that runs can be connected to.`, {
          state: instance.state,
        });
      const address = await db.address.findFirst({ where: { nic: { instanceId, removedAt: null } }, select: { ip: true, networkId: true } });
      const router = address?.networkId && (await db.router.findFirst({ where: { networkId: address.networkId, removedAt: null } }));
      if (!router || !router.hostId) throw new DomainError('INVALID_STATE', `The network of instance ${instance.name} is not up.`);
      const socket = await streams.open(router.hostId, { kind: 'port', routerId: router.id, ip: address.ip, port });
      await noteEvent(db, {
        kind: 'instance.connected',
        actor,
        accountId: instance.accountId,
        resource: { type: 'instance', id: instanceId },
        message: `A connection to port ${port} of instance ${instance.name} was opened.`,
      });
      return socket;
    },
  };
}
export type ConnectionService = ReturnType<typeof createConnectionService>;
