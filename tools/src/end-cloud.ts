import { setTimeout as delay } from 'node:timers/promises';
import { isRunning } from '@nephos/embedded/process-identity';
import { listHostNamespaces } from '@nephos/embedded/host-namespace';
import { removeWireAndHosts } from '@nephos/embedded/wire';
import { DomainError } from '@nephos/model/errors';
import { findRunningCloud, removeRunFile } from './run-file.ts';
import { foldersOf, type Settings } from './settings.ts';
import { say } from './terminal.ts';

const STOP_TIMEOUT_MS = 120_000;

/** Ends the control plane wherever it runs, then guests, routers and hosts. Their data stays. */
export async function endCloud({ dataFolder, wire }: Settings): Promise<void> {
  const { runFile } = foldersOf(dataFolder);
  const running = await findRunningCloud(runFile);
  if (running) {
    say('nephos', `stopping process ${running.supervisor.pid}`);
    process.kill(running.supervisor.pid, 'SIGTERM');
    const deadline = Date.now() + STOP_TIMEOUT_MS;
    while (await isRunning(running.supervisor)) {
      if (Date.now() > deadline)
        throw new DomainError('IN_USE', `The control plane (process ${running.supervisor.pid}) does not stop. End it and try again.`);
      await delay(100); // not our child: its end cannot be waited for
    }
  }
  await removeRunFile(runFile);
  if (process.getuid?.() !== 0) return say('hosts', 'none real: this takes root');
  const hosts = await listHostNamespaces(`${wire.prefix}-`);
  await removeWireAndHosts(wire.prefix);
  say('hosts', hosts.length > 0 ? `ended with all guests: ${hosts.join(', ')}` : 'none were up');
}
