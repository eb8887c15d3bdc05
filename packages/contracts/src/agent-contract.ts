import { DomainError } from '@nephos/model/errors';

/** What one side speaks: versions of the contract between agents and control plane, from the oldest it understands to its newest. */
export interface Spoken {
  readonly current: number;
  readonly oldest: number;
}

/** What this code speaks. It rises when the other side, as it was before, would be misunderstood; `oldest` when that is not catered for any more. */
export const AGENT_CONTRACT: Spoken = { current: 1, oldest: 1 };

/** Agents of before they told it. */
const NOT_TOLD: Spoken = { current: 1, oldest: 1 };

/** Outside of all bodies, so that it is understood whatever else is not. The same for HTTP requests, WebSockets and gRPC. */
export const CONTRACT_HEADER = 'nephos-contract';
export const AGENT_VERSION_HEADER = 'nephos-agent-version';

export function spokenHeaders({ oldest, current }: Spoken, agentVersion: string): Record<string, string> {
  return { [CONTRACT_HEADER]: `${oldest}-${current}`, [AGENT_VERSION_HEADER]: agentVersion };
}

/** From the value of that header. What is no such value was written by nobody that we know. */
export function readSpoken(header: unknown): Spoken {
  if (header === undefined) return NOT_TOLD;
  const [, oldest, current] = /^(\d{1,6})-(\d{1,6})$/.exec(String(header)) ?? [];
  return { oldest: Number(oldest ?? 0), current: Number(current ?? 0) };
}

/** Which side must be updated before the two can speak; null when they can. */
export function needsUpdate({ current, oldest }: Spoken): 'agent' | 'control-plane' | null {
  if (current < AGENT_CONTRACT.oldest) return 'agent';
  return oldest > AGENT_CONTRACT.current ? 'control-plane' : null;
}

/** Why they can't, and what to do, for whoever reads it at either end. */
export function tellNeeded(which: 'agent' | 'control-plane', { current, oldest }: Spoken): string {
  return which === 'agent'
    ? `Its agent speaks version ${current} of the contract between agents and control plane; this cloud needs ${AGENT_CONTRACT.oldest} or newer. Install the agent of this cloud on it.`
    : `Its agent needs version ${oldest} or newer of the contract between agents and control plane; this cloud speaks ${AGENT_CONTRACT.current}. Update the control plane, or install the agent of this cloud on it.`;
}

/** Throws AGENT_TOO_OLD and AGENT_TOO_NEW, in words that also the agent's log says. */
export function assertSpeaks(spoken: Spoken): void {
  const which = needsUpdate(spoken);
  if (!which) return;
  throw new DomainError(which === 'agent' ? 'AGENT_TOO_OLD' : 'AGENT_TOO_NEW', `This host gets no work. ${tellNeeded(which, spoken)}`, {
    agent: `${spoken.oldest}-${spoken.current}`,
    cloud: `${AGENT_CONTRACT.oldest}-${AGENT_CONTRACT.current}`,
  });
}
