import type { Duplex } from 'node:stream';
import type { ConsoleKind } from '@nephos/model/console';
import type { HostCheck } from '@nephos/contracts/agent.schema';
import type { InstanceSpec, TemplateRef, VolumeSpec } from '@nephos/contracts/instance-spec';

export interface CallOptions {
  /** Aborted when the operation is cancelled or the worker stops. The driver stops as soon as it safely can and throws. */
  signal: AbortSignal;
  /** Between 0 and 1. */
  onProgress: (fraction: number) => void;
}

/** How the bytes of a template reach a host: `offset` lets a broken download go on. The driver checks length and SHA-256. */
export type FetchTemplate = (template: TemplateRef, offset: number, signal: AbortSignal) => Promise<ReadableStream<Uint8Array>>;

/** What a host says an instance is doing. One that ended, by whatever cause, is `stopped` until it is removed. `gone`: the host doesn't know it. */
export type GuestState = 'running' | 'paused' | 'stopped';

export interface GuestInfo {
  instanceId: string;
  generation: number;
  state: GuestState;
}

/** Something happened to a guest, whoever caused it. */
export interface GuestEvent {
  instanceId: string;
  generation: number;
  state: GuestState | 'gone';
}

export interface HostFacts {
  hypervisor: 'kvm' | 'simulator';
  /** How guests execute: decided by booting one, never by the presence of a device. */
  acceleration: 'kvm' | 'emulation' | 'simulated';
  accelerationReason: string;
  cpuCount: number;
  cpuMhz: number;
  memoryMib: number;
  /** Versions of what the host runs, for people: libvirt, qemu, kernel. */
  versions: Record<string, string>;
  /** What it needs to run guests, and whether it has that. */
  checks: HostCheck[];
}

export interface PoolFacts {
  path: string;
  capacityBytes: number;
  usedBytes: number;
  /** Its kind: ext4, xfs. */
  fileSystem: string;
}

/**
 * What a host has counted for a guest since its virtual machine began, and what its memory is now. A counter begins at 0 again when
 * the guest is stopped and started; it goes on over a reboot. Null is what the host can't tell.
 */
export interface GuestCounters {
  instanceId: string;
  generation: number;
  cpuCount: number;
  /** Of all its CPUs together, and what the hypervisor did for it. */
  cpuTimeNs: number | null;
  /** What the guest itself uses; told by its balloon driver, which not every guest has. */
  memoryUsedBytes: number | null;
  /** What the guest takes of the host's memory. */
  memoryResidentBytes: number | null;
  /** Of all its disks together. */
  diskReadBytes: number | null;
  diskWriteBytes: number | null;
  diskReadRequests: number | null;
  diskWriteRequests: number | null;
  /** Of all its NICs together, as the guest sees them. */
  networkInBytes: number | null;
  networkOutBytes: number | null;
}

/** What a driver may be able to do beyond the verbs every driver has. */
export type Ability = 'live-migration' | 'volume-snapshot' | ConsoleKind;

/**
 * What the platform asks of a hypervisor on one host. Every verb is safe to repeat: `ensure*` returns the thing whether this
 * call or an earlier one made it, `remove*` and `stop*` succeed when there is nothing left to do. All failures are DomainErrors.
 *
 * Fencing: `ensureInstance` with a generation older than one the host has seen throws STALE_GENERATION, also after a restart of
 * the driver and after `removeInstance`.
 */
export interface HypervisorDriver {
  readonly kind: 'kvm' | 'simulator';
  readonly abilities: ReadonlySet<Ability>;

  /** Looks at the host, once at start. Decides the acceleration by booting a guest of one second. */
  probe(options: CallOptions): Promise<HostFacts>;
  describePool(path: string): Promise<PoolFacts>;

  /** Downloads a template into the pool's cache unless a verified copy is there. Throws CHECKSUM_MISMATCH or IMAGE_REFUSED (a backing or data file, other format). */
  ensureTemplate(template: TemplateRef, poolPath: string, fetch: FetchTemplate, options: CallOptions): Promise<void>;
  /** A linked clone of the template. Throws HYPERVISOR_FAILED when the pool is full. */
  ensureVolume(volume: VolumeSpec, options: CallOptions): Promise<void>;
  removeVolume(volume: { volumeId: string; poolPath: string }, options: CallOptions): Promise<void>;

  /** The instance runs with this spec when this returns; one that already runs with this generation is left alone, an older one is ended first. */
  ensureInstance(spec: InstanceSpec, options: CallOptions): Promise<GuestInfo>;
  /** Asks the guest to power off and waits `graceMs`, then pulls the plug. `graceMs` 0 pulls it at once. `wasForced` says which it was. */
  stopInstance(instanceId: string, graceMs: number, options: CallOptions): Promise<{ wasForced: boolean }>;
  /** Asks the guest to restart and, after `graceMs`, resets it. The guest runs the same generation after it. */
  rebootInstance(spec: InstanceSpec, graceMs: number, options: CallOptions): Promise<{ wasForced: boolean }>;
  /** Ends the guest if it runs and forgets it; its volumes stay. Remembers the generation. */
  removeInstance(instanceId: string, generation: number, options: CallOptions): Promise<void>;
  findInstance(instanceId: string): Promise<GuestInfo | undefined>;
  listInstances(): Promise<GuestInfo[]>;
  /** Of every guest that has a virtual machine now, in one look. */
  readCounters(): Promise<GuestCounters[]>;

  /**
   * Calls back for every change of a guest until the signal aborts, then resolves; reconnects by itself. After a gap the caller must
   * list. `onGap` says so: once at the start, when everything is heard from there on, and after each reconnection.
   */
  watch(callbacks: { onEvent: (event: GuestEvent) => void; onGap: () => void }, signal: AbortSignal): Promise<void>;

  /**
   * The guest's screen (RFB 3.8 without authentication) or its serial line, with the ability of that name. Any number of viewers share
   * each; one of the serial line first gets what it said last. Ends with the guest. Throws INVALID_STATE when the guest does not run.
   */
  openConsole?(instanceId: string, kind: ConsoleKind): Promise<Duplex>;
  /** What is on the guest's screen, as a PNG; with the ability `screen`. Throws INVALID_STATE when the guest does not run. */
  takeScreenshot?(instanceId: string): Promise<Uint8Array>;
}
