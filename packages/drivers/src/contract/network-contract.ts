import { randomUUID } from 'node:crypto';
import type { DesiredNetwork, DesiredRouter } from '@nephos/contracts/desired-network';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { NetworkDriver } from '../network-driver.ts';
import { calmly } from './contract-host.ts';

/** A dial needs a guest that answers, so each driver's own tests show it. */
export type NetworkVerbs = Omit<NetworkDriver, 'dial'>;

/** What the contract needs of a host beside its driver. */
export interface NetworkContractHost {
  /** Starts the driver on the host's state; the one before, if any, has died. */
  startDriver(): Promise<NetworkVerbs>;
  /** The host's end of its tunnels. */
  localIp: string;
  /** Whether the host shows the network, looked at without the driver. */
  hasNetwork(network: DesiredNetwork): Promise<boolean>;
  dispose(): Promise<void>;
}

const STALE = { code: 'STALE_GENERATION' };
/** Newer than all that a test uses. */
const LAST = 1_000;

/**
 * What every network driver must do, whichever it is. Each test has a network and a router of its own and removes them.
 * `makeHost` may take its time; it is called once, and `dispose` after the last test.
 */
export function describeNetworkContract(name: string, makeHost: () => Promise<NetworkContractHost>): void {
  describe(`${name} keeps the contract of a network driver`, () => {
    let host: NetworkContractHost;
    let driver: NetworkVerbs;
    let vni = 30_000;
    const made: DesiredRouter[] = [];

    beforeAll(async () => {
      host = await makeHost();
      driver = await host.startDriver();
    });
    afterEach(async () => {
      for (const { routerId, network } of made.splice(0)) {
        await driver.removeRouter({ routerId, generation: LAST }, calmly);
        await driver.removeNetwork({ ...network, revision: LAST }, calmly);
      }
    });
    afterAll(() => host?.dispose());

    /** A router at generation 5, revision 5, in a network at revision 5: there is room for older and newer ones. */
    function prepare(): DesiredRouter {
      const router: DesiredRouter = {
        routerId: randomUUID(),
        generation: 5,
        revision: 5,
        network: { networkId: randomUUID(), revision: 5, vni: ++vni, mtu: 1_450, localIp: host.localIp, peerIps: [] },
        guest: { ip: '10.1.1.1', prefixLength: 24, dnsDomain: 'cs1.internal' },
        dnsServers: [],
        guests: [
          { instanceId: randomUUID(), hostname: 'web', macAddress: '02:00:00:00:00:01', ip: '10.1.1.5', computeOffering: 'Small', zone: 'zone-1' },
        ],
      };
      made.push(router);
      return router;
    }
    const ensure = (router: DesiredRouter) => driver.ensureRouter(router, calmly);
    const remove = (router: DesiredRouter) => driver.removeRouter(router, calmly);
    const list = async ({ routerId }: DesiredRouter) => (await driver.listRouters()).filter((router) => router.routerId === routerId);
    const listed = ({ routerId, generation, revision }: DesiredRouter) => [{ routerId, generation, appliedRevision: revision }];
    const restart = async () => void (driver = await host.startDriver());
    const isThere = async ({ network }: DesiredRouter) => host.hasNetwork(network);

    it('finds nothing missing on a host that does what is asked of it', async () => {
      const checks = await driver.probe(calmly);
      expect(checks).not.toEqual([]);
      expect(checks.filter(({ state }) => state !== 'ok')).toEqual([]);
    });

    describe('a router', () => {
      it('is made with its network, however often it is asked for, and outlives the driver', async () => {
        const router = prepare();
        await expect(ensure(router)).resolves.toEqual({ appliedRevision: 5 });
        await expect(ensure(router)).resolves.toEqual({ appliedRevision: 5 });
        await restart();
        await expect(list(router)).resolves.toEqual(listed(router));
        await expect(isThere(router)).resolves.toBe(true);
      });

      it('is removed once and for all, however often it is asked for', async () => {
        const router = prepare();
        await ensure(router);
        await remove(router);
        await remove(router);
        await expect(list(router)).resolves.toEqual([]);
      });

      it('does not go back to an older revision, and follows a newer generation to any', async () => {
        const router = prepare();
        await ensure(router);
        await expect(ensure({ ...router, revision: 4, guests: [] })).resolves.toEqual({ appliedRevision: 5 });
        await expect(ensure({ ...router, revision: 6 })).resolves.toEqual({ appliedRevision: 6 });
        const newer = { ...router, generation: 6, revision: 1 };
        await expect(ensure(newer)).resolves.toEqual({ appliedRevision: 1 });
        await expect(list(router)).resolves.toEqual(listed(newer));
      });

      it('refuses an older generation, also after a restart, and makes nothing for it', async () => {
        const router = prepare();
        const older = { ...router, generation: 4, network: { ...router.network, networkId: randomUUID(), vni: ++vni } };
        await ensure(router);
        await expect(ensure(older)).rejects.toMatchObject(STALE);
        await restart();
        await expect(ensure(older)).rejects.toMatchObject(STALE);
        await expect(list(router)).resolves.toEqual(listed(router));
        await expect(isThere(older)).resolves.toBe(false);
      });

      it('is not removed by a claim that is over', async () => {
        const router = prepare();
        await ensure(router);
        await remove({ ...router, generation: 4 });
        await expect(list(router)).resolves.toEqual(listed(router));
        await expect(ensure(router)).resolves.toEqual({ appliedRevision: 5 });
      });

      it('is not made again by the claim that was removed, also after a restart; a newer one makes it', async () => {
        const router = prepare();
        await ensure(router);
        await remove(router);
        await driver.removeNetwork(router.network, calmly);
        for (const late of [router, { ...router, revision: 9, network: { ...router.network, revision: 9 } }, { ...router, generation: 4 }]) {
          await expect(ensure(late)).rejects.toMatchObject(STALE);
        }
        await restart();
        await expect(ensure(router)).rejects.toMatchObject(STALE);
        await expect(list(router)).resolves.toEqual([]);
        await expect(isThere(router)).resolves.toBe(false);

        const newer = { ...router, generation: 6, network: { ...router.network, revision: 6 } };
        await ensure(newer);
        await remove(router); // the removal once more, late
        await expect(list(router)).resolves.toEqual(listed(newer));
        await expect(isThere(router)).resolves.toBe(true);
      });

      it('is gone however its removal and a late change of it meet', async () => {
        for (const calls of [
          [ensure, remove],
          [remove, ensure],
        ]) {
          const router = prepare();
          await ensure(router);
          await Promise.allSettled(calls.map((call) => call(router)));
          await expect(list(router)).resolves.toEqual([]);
        }
      });

      it('can be removed before it was ever seen, and even then for good', async () => {
        const router = prepare();
        await remove(router);
        await restart();
        await expect(ensure(router)).rejects.toMatchObject(STALE);
        await expect(isThere(router)).resolves.toBe(false);
        await expect(ensure({ ...router, generation: 6 })).resolves.toEqual({ appliedRevision: 5 });
      });
    });

    describe('a network', () => {
      const ensureNetwork = ({ network }: DesiredRouter, revision = network.revision) => driver.ensureNetwork({ ...network, revision }, calmly);
      const removeNetwork = ({ network }: DesiredRouter, revision = network.revision) => driver.removeNetwork({ ...network, revision }, calmly);

      it('is made and removed, however often', async () => {
        const router = prepare();
        await ensureNetwork(router);
        await ensureNetwork(router);
        await expect(isThere(router)).resolves.toBe(true);
        await removeNetwork(router);
        await removeNetwork(router);
        await expect(isThere(router)).resolves.toBe(false);
      });

      it('is listed while it is here, with the revision it was made from, also after a restart', async () => {
        const router = prepare();
        const { networkId, vni: number } = router.network;
        const listNetwork = async () => (await driver.listNetworks()).filter((network) => network.networkId === networkId);
        await expect(listNetwork()).resolves.toEqual([]);
        await ensureNetwork(router);
        await ensureNetwork(router, 6);
        await restart();
        await expect(listNetwork()).resolves.toEqual([{ networkId, vni: number, revision: 6 }]);
        await removeNetwork(router, 6);
        await expect(listNetwork()).resolves.toEqual([]);
      });

      it('takes an older revision as done, and an older removal too', async () => {
        const router = prepare();
        await ensureNetwork(router);
        await ensureNetwork(router, 4);
        await removeNetwork(router, 4);
        await restart();
        await removeNetwork(router, 4);
        await expect(isThere(router)).resolves.toBe(true);
        await ensureNetwork(router);
      });

      it('is not made again by what is as old as its removal, also after a restart; a newer revision makes it', async () => {
        const router = prepare();
        await ensureNetwork(router);
        await removeNetwork(router, 7);
        await removeNetwork(router, 6); // an earlier one, late: it takes nothing back
        await expect(ensureNetwork(router, 7)).rejects.toMatchObject(STALE);
        await restart();
        await expect(ensureNetwork(router, 7)).rejects.toMatchObject(STALE);
        await expect(isThere(router)).resolves.toBe(false);
        await ensureNetwork(router, 8);
        await removeNetwork(router, 7);
        await expect(isThere(router)).resolves.toBe(true);
      });

      it('can be removed before it was ever seen, and even then for good', async () => {
        const router = prepare();
        await removeNetwork(router);
        await restart();
        await expect(ensureNetwork(router)).rejects.toMatchObject(STALE);
        await expect(isThere(router)).resolves.toBe(false);
      });

      it('is remembered by its id: under a new number it comes back, and what was meant for the old one stays out', async () => {
        const router = prepare();
        const moved = { ...router, network: { ...router.network, vni: ++vni, revision: 6 } };
        made.push(moved);
        await ensureNetwork(router);
        await removeNetwork(router);
        await ensureNetwork(moved);
        await expect(ensureNetwork(router)).rejects.toMatchObject(STALE);
        await removeNetwork(router);
        await expect(isThere(moved)).resolves.toBe(true);
      });

      it('that was removed keeps its router out as a whole, and does not spoil the claim', async () => {
        const router = prepare();
        await removeNetwork(router);
        await expect(ensure(router)).rejects.toMatchObject(STALE);
        await expect(ensure({ ...router, generation: 6 })).rejects.toMatchObject(STALE);
        await expect(list(router)).resolves.toEqual([]);
        await expect(isThere(router)).resolves.toBe(false);
        await expect(ensure({ ...router, network: { ...router.network, revision: 6 } })).resolves.toEqual({ appliedRevision: 5 });
      });
    });
  });
}
