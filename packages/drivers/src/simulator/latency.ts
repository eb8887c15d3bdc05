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

/** How long each call takes: the same seed and host give the same row of times (mulberry32). */
export function createLatency(latency: Latency, hostId: string): () => number {
  let state = Buffer.from(hostId).reduce((hash, byte) => Math.imul(hash ^ byte, 16_777_619), latency.seed ^ 2_166_136_261);
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    const fraction = ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
    return latency.minMs + fraction * (latency.maxMs - latency.minMs);
  };
}
