import { DomainError } from '@nephos/model/errors';

const RANGE_MAX = 4_096;

/** Every IPv4 address from first to last, both included. Throws BAD_INPUT when the order is wrong or there are more than 4,096. */
export function addressRange(firstIp: string, lastIp: string): string[] {
  const first = toNumber(firstIp);
  const count = toNumber(lastIp) - first + 1;
  if (count < 1) throw new DomainError('BAD_INPUT', `${lastIp} comes before ${firstIp}.`, { field: 'lastIp' });
  if (count > RANGE_MAX)
    throw new DomainError('BAD_INPUT', `From ${firstIp} to ${lastIp} are ${count} addresses; at most ${RANGE_MAX} are made at once.`, {
      field: 'lastIp',
    });
  return Array.from({ length: count }, (_, step) => toIp(first + step));
}

function toNumber(ip: string): number {
  return ip.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

function toIp(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}
