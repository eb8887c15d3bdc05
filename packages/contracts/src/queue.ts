/** Where workflows and record activities run. */
export const CONTROL_QUEUE = 'control';

/** Where one host's activities run. */
export function hostQueue(hostId: string): string {
  return `host.${hostId}`;
}
