import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { DesiredRouter } from '@nephos/contracts/desired-network';
import { DomainError } from '@nephos/model/errors';
import { readLinks } from '../links.ts';
import { runTool } from '../run-tool.ts';
import { isNotThere, readRecord, replaceFile } from '../state-files.ts';
import { cablesOf, ensureCables, removeCables } from './cables.ts';
import { checkedRouter } from './checked-router.ts';
import { runsRecorded, stopNamespace, stopRecorded } from './daemon.ts';
import { ensureDnsmasq } from './dnsmasq-daemon.ts';
import { ensureMetadata } from './metadata-daemon.ts';
import { ensureNamespace, hasNamespace, removeNamespace } from './namespace.ts';
import { nftRuleset } from './nftables.ts';
import { routerFiles } from './router-files.ts';
import { routerNames } from './router-names.ts';

const claimSchema = z.object({
  generation: z.int(),
  /** Its removal was asked for; what is left of the router is only waiting for that to be done. */
  isOver: z.boolean().default(false),
});
type Claim = z.output<typeof claimSchema>;
const DAEMON_RECORDS = ['dnsmasq.pid', 'metadata.pid'];
const appliedSchema = z.object({ generation: z.int(), revision: z.int() });

export interface RouterRunnerOptions {
  /** Where a router's files lie, in `routers/<id>`: root's alone, with secrets of tenants. */
  stateDir: string;
  /** The bridge to which routers' public sides are plugged. */
  publicBridge: string;
  /** Told before each step of an apply or removal. What it throws ends the run there, as a crash would (tests). */
  onStep?: (step: string) => void;
}

export interface RouterRunner {
  /** `joinNetwork` makes the guest network and names its bridge; it isn't called for a claim that is over, and what it throws ends the apply before anything is made. */
  ensure(router: DesiredRouter, joinNetwork: () => Promise<string>, signal: AbortSignal): Promise<{ appliedRevision: number }>;
  remove(router: { routerId: string; generation: number }, signal: AbortSignal): Promise<void>;
  list(): Promise<{ routerId: string; generation: number; appliedRevision: number }[]>;
}

/**
 * Runs virtual routers, each in a network namespace of its own. Every apply walks the whole desired state, compares with what is there and
 * brings what is missing, so it also repairs; from whatever half a crash left, the next one ends right. The filter is in place before a cable is.
 * The claim is written first (a host never goes back behind one it saw, or saw the end of), the applied revision last (what it says is true).
 * `claim.json` outlives the router, some 40 bytes each: it may go once no call from before the removal can still be on its way (days, by its mtime).
 * Calls for one router must not overlap.
 */
export function createRouterRunner({ stateDir, publicBridge, onStep = () => undefined }: RouterRunnerOptions): RouterRunner {
  const pathsOf = (routerId: string) => {
    const names = routerNames(routerId);
    return { names, files: routerFiles(stateDir, routerId, names) };
  };

  async function ensure(desired: DesiredRouter, joinNetwork: () => Promise<string>, signal: AbortSignal): Promise<{ appliedRevision: number }> {
    const router = checkedRouter(desired);
    const { generation, revision } = router;
    const { names, files } = pathsOf(router.routerId);
    const options = { signal };
    const claim = await readRecord(files.claim, claimSchema);
    if (claim) assertNotOver(router, claim);
    const guestBridge = await joinNetwork();
    const applied = await readRecord(files.applied, appliedSchema);
    if (applied?.generation === generation && revision < applied.revision) return { appliedRevision: applied.revision };

    const publicMtu = await mtuOf(publicBridge, router.public !== undefined, signal);
    const cables = cablesOf(router, names, { guest: guestBridge, public: publicBridge }, publicMtu);
    await run(signal, [
      ['remember the claim', () => rememberClaim(files, claim, { generation, isOver: false })],
      ['make the namespace', () => ensureNamespace(names.namespace, options)],
      ['set the filter', () => setFilter(names.namespace, nftRuleset(router), signal)],
      ['plug the cables', () => ensureCables(names, cables, router.public?.gateway, options)],
      ['start DHCP and DNS', () => ensureDnsmasq(router, names.namespace, files, options)],
      ['start the metadata service', () => ensureMetadata(router, names.namespace, files, options)],
      ['record what was applied', () => replaceFile(files.applied, JSON.stringify({ generation, revision }), { isDurable: true })],
    ]);
    return { appliedRevision: revision };
  }

  async function remove({ routerId, generation }: { routerId: string; generation: number }, signal: AbortSignal): Promise<void> {
    const { names, files } = pathsOf(routerId);
    const claim = await readRecord(files.claim, claimSchema);
    if (claim && generation < claim.generation) return; // that claim's router is gone already; what runs belongs to a newer one
    await run(signal, [
      ['remember the claim', () => rememberClaim(files, claim, { generation, isOver: true })],
      ['end the daemons', () => endDaemons(routerId, signal)],
      ['pull the cables', () => removeCables(names, { signal })],
      ['remove the namespace', () => removeNamespace(names.namespace, { signal })],
      ['remove the files', () => removeFiles(routerId)],
    ]);
  }

  async function endDaemons(routerId: string, signal: AbortSignal): Promise<void> {
    const { names, files } = pathsOf(routerId);
    await stopNamespace(names.namespace, { signal });
    for (const name of DAEMON_RECORDS) await stopRecorded(join(files.folder, name));
  }

  /** `applied.json` goes last, so that a removal that broke off is still listed; the claim stays. */
  async function removeFiles(routerId: string): Promise<void> {
    const { files } = pathsOf(routerId);
    await rm(files.runFolder, { recursive: true, force: true });
    const kept = new Set([files.claim, files.applied]);
    for (const name of await readdir(files.folder)) {
      if (!kept.has(join(files.folder, name))) await rm(join(files.folder, name), { recursive: true, force: true });
    }
    await rm(files.applied, { force: true });
  }

  /** A router whose apply or removal was begun and not finished, whose namespace is gone (reboot) or a daemon died, is listed with revision 0. */
  async function list(): Promise<{ routerId: string; generation: number; appliedRevision: number }[]> {
    const found = [];
    for (const routerId of await readdir(join(stateDir, 'routers')).catch(noneIfNotThere)) {
      const { names, files } = pathsOf(routerId);
      const claim = await readRecord(files.claim, claimSchema);
      const applied = await readRecord(files.applied, appliedSchema);
      const isThere = await hasNamespace(names.namespace);
      if (!claim || !(applied || isThere)) continue;
      const serves = await Promise.all(DAEMON_RECORDS.map((name) => runsRecorded(join(files.folder, name))));
      const isApplied = isThere && !serves.includes(false) && !claim.isOver && applied?.generation === claim.generation;
      found.push({ routerId, generation: claim.generation, appliedRevision: isApplied ? applied.revision : 0 });
    }
    return found;
  }

  async function run(signal: AbortSignal, steps: readonly (readonly [string, () => Promise<void>])[]): Promise<void> {
    for (const [name, step] of steps) {
      if (signal.aborted) throw new DomainError('CANCELLED', `Cancelled before the step "${name}"`);
      onStep(name);
      await step();
    }
  }

  return { ensure, remove, list };
}

async function rememberClaim(files: { folder: string; claim: string }, seen: Claim | undefined, claim: Claim): Promise<void> {
  await mkdir(files.folder, { recursive: true, mode: 0o700 });
  if (seen?.generation === claim.generation && seen.isOver === claim.isOver) return;
  await replaceFile(files.claim, JSON.stringify(claim), { isDurable: true });
}

function noneIfNotThere(error: unknown): string[] {
  if (isNotThere(error)) return [];
  throw error;
}

/** Checked, then replaced in one transaction of the kernel: no packet ever meets half a filter. */
async function setFilter(namespace: string, ruleset: string, signal: AbortSignal): Promise<void> {
  const nft = ['netns', 'exec', namespace, 'nft'];
  await runTool('ip', [...nft, '-c', '-f', '-'], { signal, input: ruleset });
  await runTool('ip', [...nft, '-f', '-'], { signal, input: ruleset });
}

async function mtuOf(bridge: string, isNeeded: boolean, signal: AbortSignal): Promise<number> {
  const link = isNeeded ? (await readLinks({ signal })).get(bridge) : undefined;
  if (isNeeded && !link) throw new DomainError('NETWORK_FAILED', `The host has no public bridge ${bridge}: create it, or name another`, { bridge });
  return link?.mtu ?? 1_500;
}

function assertNotOver({ routerId, generation }: DesiredRouter, seen: Claim): void {
  if (generation > seen.generation || (generation === seen.generation && !seen.isOver)) return;
  const why = generation < seen.generation ? `was claimed anew (${seen.generation})` : 'was removed';
  throw new DomainError('STALE_GENERATION', `Router ${routerId} ${why}; claim ${generation} is over, and only a newer one makes it again`, {
    routerId,
    generation,
    seenGeneration: seen.generation,
  });
}
