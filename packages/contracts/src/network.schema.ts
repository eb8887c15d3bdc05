import { NETWORK_STATES } from '@nephos/model/network/state';
import { ROUTER_STATES } from '@nephos/model/network/router-state';
import { z } from 'zod';
import { listInput, listOutput, timeSchema } from './list.schema.ts';

const owned = {
  zoneId: z.uuid(),
  zoneName: z.string(),
  accountId: z.uuid(),
  /** Null for who sees no other account. */
  accountName: z.string().nullable(),
};

export const networkDto = z.object({
  id: z.uuid(),
  name: z.string(),
  kind: z.string(),
  state: z.enum(NETWORK_STATES),
  ...owned,
  cidr: z.string(),
  gateway: z.string(),
  dnsDomain: z.string(),
  vni: z.int().nullable(),
  routers: z.array(z.object({ id: z.uuid(), state: z.string(), publicIp: z.string().nullable() })),
  createdAt: timeSchema,
});
export const listNetworksSchema = listInput(['name', 'createdAt'], {
  zoneId: z.uuid().optional(),
  accountId: z.uuid().optional(),
  state: z.array(z.enum(NETWORK_STATES)).optional(),
});
export const networkPage = listOutput(networkDto);

export const routerDto = z.object({
  id: z.uuid(),
  name: z.string(),
  state: z.enum(ROUTER_STATES),
  ...owned,
  network: z.object({ id: z.uuid(), name: z.string() }),
  publicIp: z.string().nullable(),
  /** Null when it is on none, and for who may not see hosts. */
  host: z.object({ id: z.uuid(), name: z.string() }).nullable(),
  /** Whether it has what its network was last changed to. */
  isUpToDate: z.boolean(),
  createdAt: timeSchema,
});
export type RouterDto = z.output<typeof routerDto>;
export const listRoutersSchema = listInput(['name', 'createdAt'], {
  zoneId: z.uuid().optional(),
  accountId: z.uuid().optional(),
  hostId: z.uuid().optional(),
  state: z.array(z.enum(ROUTER_STATES)).optional(),
});
export const routerPage = listOutput(routerDto);
