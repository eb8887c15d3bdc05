// One Ctrl-C arrives up to three times: from the terminal, from npm and from the launcher, all within moments.
const SAME_KEYPRESS_MS = 1_000;

/** Resolves at the first Ctrl-C or SIGTERM; one that comes later calls `onImpatience`. */
export function untilAskedToStop(onImpatience: () => void): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let firstAt: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      firstAt ??= Date.now();
      if (Date.now() - firstAt > SAME_KEYPRESS_MS) onImpatience();
      resolve();
    });
  }
  return promise;
}
