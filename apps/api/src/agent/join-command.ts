/**
 * What an administrator pastes into a root shell of the machine, in a checkout of this repository. The token goes in over a pipe, so that no list of processes shows it.
 * Nothing in it needs quoting: addresses, hexadecimal digits and base64url are no characters of a shell.
 */
export function joinCommand({ agentUrl, fingerprint, token }: { agentUrl: string; fingerprint: string; token: string }): string {
  return `printf %s ${token} | npm run -s nephos-agent -- join --server ${agentUrl} --fingerprint ${fingerprint} --token -`;
}
