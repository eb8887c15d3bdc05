import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EmbeddedCloud } from '../embedded-cloud.ts';
import type { Victim } from './plan.ts';

export interface Strike {
  victim: Victim;
  /** 0 kills it (-9). */
  pauseMs: number;
}

export interface Strikes {
  /** Strikes when the victim is there to be struck: one after the other for each. `down` resolves when it does nothing any more, `over` when it serves again. */
  strike(strike: Strike): { down: Promise<void>; over: Promise<void> };
  /** Whether an earlier strike of it is not over yet. */
  isBusy(victim: Victim): boolean;
  /** When all strikes are over. */
  settled(): Promise<void>;
}

const LOOK_EVERY_MS = 20;

export function createStrikes(cloud: EmbeddedCloud): Strikes {
  const last = new Map<Victim, Promise<void>>();
  const busy = new Map<Victim, number>();

  async function act({ victim, pauseMs }: Strike, isDown: () => void): Promise<void> {
    const fromLine = cloud.lines.length;
    const pid = await signal(cloud, victim, pauseMs > 0 ? 'SIGSTOP' : 'SIGKILL');
    if (pauseMs > 0) {
      isDown();
      await sleep(pauseMs);
      process.kill(pid, 'SIGCONT');
      return;
    }
    while (existsSync(`/proc/${pid}`)) await sleep(LOOK_EVERY_MS);
    isDown();
    await cloud.line(new RegExp(`^${victim} +ready again`), fromLine);
  }

  return {
    strike: (strike) => {
      const { victim } = strike;
      const down = Promise.withResolvers<void>();
      busy.set(victim, (busy.get(victim) ?? 0) + 1);
      const over = (last.get(victim) ?? Promise.resolve())
        .then(() => act(strike, down.resolve))
        .finally(() => {
          busy.set(victim, (busy.get(victim) ?? 1) - 1);
          down.resolve();
        });
      last.set(
        victim,
        over.catch(() => undefined),
      );
      return { down: down.promise, over };
    },
    isBusy: (victim) => (busy.get(victim) ?? 0) > 0,
    settled: async () => void (await Promise.all(last.values())),
  };
}

/** Sends it to the process that has this name now; one that is just being started is waited for. */
async function signal(cloud: EmbeddedCloud, victim: Victim, name: 'SIGSTOP' | 'SIGKILL'): Promise<number> {
  for (;;) {
    const pid = await cloud.pidOf(victim).catch(() => undefined);
    if (pid !== undefined && existsSync(`/proc/${pid}`)) {
      process.kill(pid, name);
      return pid;
    }
    await sleep(LOOK_EVERY_MS);
  }
}
