import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readEnvironment, sayReady } from '@nephos/config/environment';
import { agentConfigSchema, type AgentConfig } from '@nephos/contracts/agent.schema';
import { createLibvirtDriver } from '@nephos/drivers/libvirt/libvirt-driver';
import { createLinuxNetwork } from '@nephos/drivers/linux-network/linux-network';
import { realClock } from '@nephos/drivers/simulator/latency';
import { createSimulatorNetwork } from '@nephos/drivers/simulator/network';
import { createSimulatorDriver } from '@nephos/drivers/simulator/simulator-driver';
import { createLogger } from '@nephos/log/log';
import { SAMPLE_EVERY_MS } from '@nephos/model/metrics';
import { quietRuntime } from '@nephos/temporal-kit/runtime';
import { z } from 'zod';
import { AGENT_CONFIG_FILE } from './config-file.ts';
import { startHostAgent, type HostAgent } from './host-agent.ts';
import { AGENT_VERSION } from './version.ts';

// The agent. It runs on a host, as root, beside libvirt; or it simulates any number of hosts in one process.

const environment = readEnvironment({
  /** A file with the configuration of one host, or for simulated hosts with a list of them. */
  NEPHOS_AGENT_CONFIG: z.string().min(1).default(AGENT_CONFIG_FILE),
  NEPHOS_AGENT_DRIVER: z.enum(['libvirt', 'simulator']).default('libvirt'),
  NEPHOS_AGENT_STATE_DIR: z.string().startsWith('/').default('/var/lib/nephos'),
  NEPHOS_AGENT_PUBLIC_BRIDGE: z.string().default('brpublic'),
  NEPHOS_AGENT_LATENCY_MS: z.coerce.number().int().default(0),
  /** Simulated hosts keep what each guest did and when, for tests. */
  NEPHOS_AGENT_KEEPS_HISTORY: z.stringbool().default(false),
  NEPHOS_AGENT_SAMPLE_MS: z.coerce.number().int().min(100).default(SAMPLE_EVERY_MS),
});
const log = createLogger('agent');
quietRuntime(log);

const configs = z
  .union([agentConfigSchema.transform((one) => [one]), z.array(agentConfigSchema)])
  .parse(JSON.parse(readFileSync(environment.NEPHOS_AGENT_CONFIG, 'utf8')));
/** A thousand simulated hosts that shake hands with the control plane at the same moment keep each other waiting until all give up. */
const STARTED_AT_ONCE = 20;
const verifiedImages = new Set<string>();
const agents: HostAgent[] = [];
for (let at = 0; at < configs.length; at += STARTED_AT_ONCE) {
  agents.push(
    ...(await Promise.all(
      configs
        .slice(at, at + STARTED_AT_ONCE)
        .map((config) =>
          startHostAgent({ config, ...driversOf(config), agentVersion: AGENT_VERSION, sampleEveryMs: environment.NEPHOS_AGENT_SAMPLE_MS, log }),
        ),
    )),
  );
}
sayReady();

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    log.info({ reason: signal }, 'stopping; guests and routers keep running');
    void Promise.all(agents.map((agent) => agent.stop())).then(() => process.exit(0));
  });
}

function driversOf({ hostId }: AgentConfig) {
  const stateDir = path.join(environment.NEPHOS_AGENT_STATE_DIR, ...(environment.NEPHOS_AGENT_DRIVER === 'simulator' ? [hostId] : []));
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  if (environment.NEPHOS_AGENT_DRIVER === 'simulator') {
    const latency = { seed: 1, minMs: 0, maxMs: environment.NEPHOS_AGENT_LATENCY_MS };
    return {
      hypervisor: createSimulatorDriver({
        hostId,
        stateDir,
        clock: realClock,
        latency,
        verifiedImages,
        keepsHistory: environment.NEPHOS_AGENT_KEEPS_HISTORY,
      }),
      network: createSimulatorNetwork({ hostId, stateDir }),
    };
  }
  return {
    hypervisor: createLibvirtDriver({ hostId, stateDir }),
    network: createLinuxNetwork({ stateDir, publicBridge: environment.NEPHOS_AGENT_PUBLIC_BRIDGE }),
  };
}
