import { createRandom } from '@nephos/model/random';
import { sleep } from '../cancellation.ts';

/** What a simulated host waits by; tests may give one that doesn't. */
export interface SimulatorClock {
  /** Throws CANCELLED when the signal aborts; `what` names the wait. */
  sleep(ms: number, signal: AbortSignal, what: string): Promise<void>;
}

export const realClock: SimulatorClock = { sleep };

export interface Latency {
  seed: number;
  minMs: number;
  maxMs: number;
}

/** How long each call takes: the same seed and host give the same row of times. */
export function createLatency(latency: Latency, hostId: string): () => number {
  const random = createRandom(Buffer.from(hostId).reduce((hash, byte) => Math.imul(hash ^ byte, 16_777_619), latency.seed ^ 2_166_136_261));
  return () => latency.minMs + random() * (latency.maxMs - latency.minMs);
}
