import type { AgentArchive } from '@nephos/contracts/agent-archive.schema';

export const ARCHIVE_PATH = '/agent/archive';

interface Join {
  agentUrl: string;
  fingerprint: string;
  token: string;
  /** Left out where this cloud has none to offer: the machine has the agent already. */
  archive: AgentArchive | undefined;
}

/**
 * What an administrator pastes into a root shell of the machine. The archive is known by its checksum, which they have from us, so that it
 * does not matter who sends it (`-k`); HTTP/2 is for those who have a certificate. The token goes in over a pipe, so that no list of processes shows it.
 * Nothing in it needs quoting: addresses, hexadecimal digits and base64url are no characters of a shell.
 */
export function joinCommand({ agentUrl, fingerprint, token, archive }: Join): string {
  const file = 'nephos-agent.tar.gz';
  const fetch = archive && [
    `curl -fsSk --http1.1 ${agentUrl}${ARCHIVE_PATH} -o ${file}`,
    `echo ${archive.sha256} ${file} | sha256sum -c --quiet`,
    `tar -xzf ${file} -C /opt`,
  ];
  const program = archive ? `/opt/nephos-agent-${archive.version}/bin/nephos-agent` : 'nephos-agent';
  return [...(fetch ?? []), `printf %s ${token} | ${program} install --server ${agentUrl} --fingerprint ${fingerprint} --token -`].join(' && ');
}
