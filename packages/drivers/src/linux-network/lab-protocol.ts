import { z } from 'zod';
import { desiredNetworkSchema, desiredRouterSchema } from '@nephos/contracts/desired-network';

/** Where the driver under test keeps its state, inside its host. */
export const LAB_STATE = '/var/lib/nephos/network';

/** What a test asks of the driver process inside a host of the packet lab. */
const callSchema = z.discriminatedUnion('method', [
  z.object({ method: z.literal('ensureNetwork'), network: desiredNetworkSchema }),
  z.object({ method: z.literal('removeNetwork'), network: z.object({ networkId: z.string(), vni: z.int(), revision: z.int() }) }),
  /** `failAt`: a crash before that step. */
  z.object({ method: z.literal('ensureRouter'), router: desiredRouterSchema, failAt: z.string().optional() }),
  z.object({ method: z.literal('removeRouter'), router: z.object({ routerId: z.string(), generation: z.int() }), failAt: z.string().optional() }),
  z.object({ method: z.literal('probe') }),
  z.object({ method: z.literal('listNetworks') }),
  z.object({ method: z.literal('listRouters') }),
  /** Sends a text and reads until the other side ends. */
  z.object({ method: z.literal('dial'), routerId: z.string(), ip: z.string(), port: z.int(), text: z.string() }),
]);
export type LabCall = z.input<typeof callSchema>;
export type ParsedLabCall = z.output<typeof callSchema>;
export const labRequestSchema = z.object({ id: z.int(), call: callSchema });
export type LabAnswer = { id: number; value: unknown } | { id: number; error: { code: string; message: string } };
