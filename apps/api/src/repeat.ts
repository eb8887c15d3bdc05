import type { Logger } from '@nephos/log/log';

/** Runs `work` again and again, never twice at the same time; what fails is logged and tried again at its time. `stop` waits for a run under way. */
export function repeat(name: string, work: () => Promise<void>, everyMs: number, log: Logger): { stop: () => Promise<void> } {
  let current: Promise<void> | undefined;
  const timer = setInterval(() => {
    current ??= work()
      .catch((error: unknown) => log.error({ err: error, name }, 'a task failed; it runs again'))
      .finally(() => (current = undefined));
  }, everyMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await current;
    },
  };
}
