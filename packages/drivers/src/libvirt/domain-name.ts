/**
 * libvirt's name of an instance: `nephos-<instanceId>-g<generation>`. The generation is in the name because events and lists carry
 * nothing else. libvirt's UUID is the instance's id, so there is never more than one domain of an instance, whatever its generation.
 */
export function domainName(instance: { instanceId: string; generation: number }): string {
  return `nephos-${instance.instanceId}-g${instance.generation}`;
}

const NAME = /^nephos-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-g(\d+)$/;

/** Undefined for a domain that isn't ours. */
export function parseDomainName(name: string): { instanceId: string; generation: number } | undefined {
  const [, instanceId, generation] = NAME.exec(name) ?? [];
  return instanceId && generation ? { instanceId, generation: Number(generation) } : undefined;
}
