import { hostCheckSchema } from '@nephos/contracts/agent.schema';
import { z } from 'zod';
import { bridgeName } from '../network-driver.ts';
import { describeNetworkContract, type NetworkVerbs } from '../contract/network-contract.ts';
import { makePacketLab, type LabHost } from './packet-lab.ts';

const appliedSchema = z.object({ appliedRevision: z.int() });
const networksSchema = z.array(z.object({ networkId: z.string(), vni: z.int(), revision: z.int() }));
const routersSchema = z.array(z.object({ routerId: z.string(), generation: z.int(), appliedRevision: z.int() }));

describeNetworkContract('a Linux host', async () => {
  const lab = await makePacketLab('k');
  const [host] = lab.hosts;
  return {
    startDriver: async () => {
      await host.restartDriver();
      return driverOf(host);
    },
    localIp: host.ip,
    hasNetwork: async ({ vni }) => (await host.run('ip', 'link', 'show', bridgeName(vni))).exitCode === 0,
    dispose: () => lab.remove(),
  };
});

/** The driver in the host's own process; calls can't be cancelled from here. */
function driverOf(host: LabHost): NetworkVerbs {
  return {
    probe: () => host.call({ method: 'probe' }, (value) => z.array(hostCheckSchema).parse(value)),
    ensureNetwork: async (network) => void (await host.do({ method: 'ensureNetwork', network })),
    removeNetwork: async (network) => void (await host.do({ method: 'removeNetwork', network })),
    listNetworks: () => host.call({ method: 'listNetworks' }, (value) => networksSchema.parse(value)),
    ensureRouter: (router) => host.call({ method: 'ensureRouter', router }, (value) => appliedSchema.parse(value)),
    removeRouter: async (router) => void (await host.do({ method: 'removeRouter', router })),
    listRouters: () => host.call({ method: 'listRouters' }, (value) => routersSchema.parse(value)),
  };
}
