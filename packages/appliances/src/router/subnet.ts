/** An IPv4 network, as the configuration files spell it. */
export interface Subnet {
  /** "10.1.1.0" */
  network: string;
  /** "255.255.255.0" */
  netmask: string;
  /** "10.1.1.0/24" */
  cidr: string;
  broadcast: string;
  contains(ip: string): boolean;
}

export function subnetOf(ip: string, prefixLength: number): Subnet {
  const mask = prefixLength === 0 ? 0 : (0xffffffff << (32 - prefixLength)) >>> 0;
  const network = (toNumber(ip) & mask) >>> 0;
  return {
    network: toText(network),
    netmask: toText(mask),
    cidr: `${toText(network)}/${prefixLength}`,
    broadcast: toText((network | ~mask) >>> 0),
    contains: (other) => (toNumber(other) & mask) >>> 0 === network,
  };
}

function toNumber(ip: string): number {
  return ip.split('.').reduce((sum, part) => (sum * 256 + Number(part)) >>> 0, 0);
}

function toText(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}
