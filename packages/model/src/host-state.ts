/** `registered`: a row whose agent never reported. `disconnected`: it reported, and stopped. */
export const HOST_STATES = ['registered', 'connected', 'disconnected'] as const;
export type HostState = (typeof HOST_STATES)[number];
