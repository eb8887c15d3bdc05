import type { Logger } from '@nephos/log/log';
import type { Notifications } from '../notifications.ts';
import type { AgentService } from '../services/agent.ts';
import type { StreamGateway } from './stream-gateway.ts';

/**
 * A network has another host or one less: its hosts whose channels end in this process are told at once. It is news, no more: a host that
 * misses it gets the same as the answer to its next full report.
 */
export function passOnNetworkNews({
  notifications,
  agents,
  streams,
  log,
}: {
  notifications: Notifications;
  agents: AgentService;
  streams: StreamGateway;
  log: Logger;
}): void {
  notifications.events.on('network', (networkId: string) => {
    agents
      .describeNetwork(networkId)
      .then((shares) => shares.forEach(({ hostId, desired }) => streams.tell(hostId, { kind: 'network', desired })))
      .catch((error: unknown) => log.warn({ networkId, err: error }, 'the hosts of a network could not be told of a change'));
  });
}
