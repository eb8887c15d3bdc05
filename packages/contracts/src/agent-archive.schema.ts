import { z } from 'zod';

/** An agent as other machines get it: a .tar.gz with one folder in it. */
export const agentArchiveSchema = z.object({
  version: z.string(),
  /** `linux-x64`, as Node says it. */
  platform: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  sizeBytes: z.int(),
});
export type AgentArchive = z.output<typeof agentArchiveSchema>;
