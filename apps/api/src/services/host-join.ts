import { assertSpeaks } from '@nephos/contracts/agent-contract';
import type { JoinAnswer, joinRequestSchema } from '@nephos/contracts/agent.schema';
import { transaction, type Db } from '@nephos/db/database';
import { noteHostJoined, takeJoinToken } from '@nephos/db/host-join.repo';
import { DomainError } from '@nephos/model/errors';
import { hostRing } from '@nephos/secrets/host-ring';
import { ringToJson } from '@nephos/secrets/key-file';
import type { KeyRing } from '@nephos/secrets/key-ring';
import type { z } from 'zod';
import type { CertificateAuthority } from '../agent/certificate-authority.ts';

/** How a machine becomes a host: it shows the token once, and gets a certificate for the key that it made itself. */
export function createHostJoinService({ db, authority, payloadKeys }: { db: Db; authority: CertificateAuthority; payloadKeys: KeyRing }) {
  return {
    /** The token is used up exactly when the certificate counts. Throws UNAUTHENTICATED, AGENT_TOO_OLD, AGENT_TOO_NEW, and BAD_INPUT for a request that is none. */
    async join({ token, certificateRequest, agentVersion, ...told }: z.output<typeof joinRequestSchema>): Promise<JoinAnswer> {
      const spoken = { current: told.contractVersion, oldest: told.oldestContract ?? told.contractVersion };
      assertSpeaks(spoken);
      return transaction(db, async (tx) => {
        const host = await takeJoinToken(tx, token);
        if (!host)
          throw new DomainError(
            'UNAUTHENTICATED',
            'This join token is not good (any more): it was used, is older than a day, or was replaced. An administrator can make another one.',
          );
        const { certificate, fingerprint } = await authority.certifyHost(host.id, certificateRequest);
        await noteHostJoined(tx, host, {
          certificateFingerprint: fingerprint,
          agentVersion,
          agentContract: spoken.current,
          agentOldestContract: spoken.oldest,
        });
        return { hostId: host.id, hostName: host.name, certificate, payloadKeys: ringToJson(hostRing(payloadKeys, host.id)) };
      });
    },
  };
}
export type HostJoinService = ReturnType<typeof createHostJoinService>;
