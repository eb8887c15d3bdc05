import { z } from 'zod';

/** One thing that was looked at. `help` says what to do, where something is to be done. */
export const findingDto = z.object({
  check: z.string(),
  state: z.enum(['ok', 'warning', 'problem']),
  what: z.string(),
  help: z.string().nullable(),
});
export type FindingDto = z.output<typeof findingDto>;

export const diagnosisDto = z.object({ examinedAt: z.iso.datetime(), findings: z.array(findingDto) });
export type DiagnosisDto = z.output<typeof diagnosisDto>;
