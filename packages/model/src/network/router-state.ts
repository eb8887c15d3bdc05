/** Of a virtual router that is there; one that was removed has none. */
export const ROUTER_STATES = ['allocated', 'starting', 'running'] as const;
export type RouterState = (typeof ROUTER_STATES)[number];
