import { z } from 'zod';

/** Reads settings from the environment by a schema; a wrong or missing one is said by its name before anything starts. */
export function readEnvironment<T extends z.ZodRawShape>(shape: T): z.output<z.ZodObject<T>> {
  const parsed = z.object(shape).safeParse(process.env);
  if (parsed.success) return parsed.data;
  const told = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`).join('\n');
  throw new Error(`These settings of the environment are wrong or missing:\n${told}`);
}

/** `host:port`. */
export const listenAddress = z
  .string()
  .regex(/^[^:]+:\d+$/, 'host:port')
  .transform((text) => {
    const [host = '', port = ''] = text.split(':');
    return { host, port: Number(port) };
  });

/** Tells whoever started this process that it is ready, if it was started with a channel to say so. */
export function sayReady(): void {
  process.send?.({ ready: true });
}
