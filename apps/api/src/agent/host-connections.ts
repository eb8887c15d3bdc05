import type { TLSSocket } from 'node:tls';
import type { Db } from '@nephos/db/database';
import { findHostCertificate } from '@nephos/db/host-join.repo';
import type { Logger } from '@nephos/log/log';
import { z } from 'zod';
import type { Notifications } from '../notifications.ts';

export interface HostConnections {
  /** Whose connection this is; undefined when its certificate is not (any more) the one of a host. */
  admit(socket: TLSSocket): Promise<string | undefined>;
}

/**
 * The connections of hosts that end in this process. A host has one certificate: once it joined anew, or was removed, what was opened
 * with an older one ends at once, in every API process (NOTIFY), and nothing is opened with it.
 */
export function createHostConnections({ db, notifications, log }: { db: Db; notifications: Notifications; log: Logger }): HostConnections {
  const open = new Map<string, Set<TLSSocket>>();

  function keep(hostId: string, socket: TLSSocket): void {
    const sockets = open.get(hostId) ?? new Set();
    open.set(hostId, sockets.add(socket));
    socket.once('close', () => {
      sockets.delete(socket);
      if (sockets.size === 0 && open.get(hostId) === sockets) open.delete(hostId);
    });
  }
  async function endOutdated(hostId: string): Promise<void> {
    if (!open.has(hostId)) return;
    const good = await findHostCertificate(db, hostId);
    for (const socket of open.get(hostId) ?? []) {
      if (fingerprintOf(socket) === good) continue;
      log.warn({ hostId }, 'a connection with a certificate that is not the host’s any more was ended');
      socket.destroy();
    }
  }
  const endAllOutdated = (hostIds: Iterable<string>) => {
    for (const hostId of hostIds)
      void endOutdated(hostId).catch((error: unknown) => {
        log.warn({ hostId, err: error }, 'it could not be asked which certificate is a host’s; its connections end');
        for (const socket of open.get(hostId) ?? []) socket.destroy(); // it comes back, and is asked then
      });
  };
  notifications.events.on('host-certificate', (hostId: string) => endAllOutdated([hostId]));
  notifications.events.on('connected', () => endAllOutdated([...open.keys()])); // something may have been missed

  return {
    admit: async (socket) => {
      const hostId = z.uuid().safeParse(socket.authorized ? socket.getPeerCertificate().subject?.CN : undefined).data;
      if (!hostId) return undefined;
      keep(hostId, socket); // before the look, so that no change of it is missed
      return (await findHostCertificate(db, hostId)) === fingerprintOf(socket) ? hostId : undefined;
    },
  };
}

/** As the authority writes it: SHA-256 in lower case hexadecimal digits. */
function fingerprintOf(socket: TLSSocket): string | undefined {
  return socket.getPeerCertificate().fingerprint256?.replaceAll(':', '').toLowerCase();
}
