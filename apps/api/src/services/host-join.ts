import { AGENT_CONTRACT, type JoinAnswer, type joinRequestSchema } from '@nephos/contracts/agent.schema';
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
    /** The token is used up exactly when the certificate counts. Throws UNAUTHENTICATED, AGENT_TOO_OLD, and BAD_INPUT for a request that is none. */
    async join({ token, certificateRequest, contractVersion, agentVersion }: z.output<typeof joinRequestSchema>): Promise<JoinAnswer> {
      assertContract(contractVersion);
      return transaction(db, async (tx) => {
        const host = await takeJoinToken(tx, token);
        if (!host)
          throw new DomainError(
            'UNAUTHENTICATED',
            'This join token is not good (any more): it was used, is older than a day, or was replaced. An administrator can make another one.',
          );
        const { certificate, fingerprint } = await authority.certifyHost(host.id, certificateRequest);
        await noteHostJoined(tx, host, { certificateFingerprint: fingerprint, agentVersion });
        return { hostId: host.id, hostName: host.name, certificate, payloadKeys: ringToJson(hostRing(payloadKeys, host.id)) };
      });
    },
  };
}
export type HostJoinService = ReturnType<typeof createHostJoinService>;

export function assertContract(version: number): void {
  if (version >= AGENT_CONTRACT.oldest) return;
  throw new DomainError(
    'AGENT_TOO_OLD',
    `This agent speaks version ${version} of the contract between agents and control plane; here it must be ${AGENT_CONTRACT.oldest} or newer. Install the agent of this cloud.`,
    { version, oldest: AGENT_CONTRACT.oldest },
  );
}
