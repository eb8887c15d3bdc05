import { z } from 'zod';

/** A template as a host needs it to keep its own copy. */
export const templateRefSchema = z.object({
  templateId: z.uuid(),
  format: z.literal('qcow2'),
  sizeBytes: z.int(),
  virtualSizeBytes: z.int(),
  /** Hex. The copy is refused when its bytes hash to anything else. */
  sha256: z.string(),
});
export type TemplateRef = z.output<typeof templateRefSchema>;

export const volumeSpecSchema = z.object({
  volumeId: z.uuid(),
  /** Path of the pool on its host. */
  poolPath: z.string(),
  sizeBytes: z.int(),
  template: templateRefSchema,
});
export type VolumeSpec = z.output<typeof volumeSpecSchema>;

export const nicSpecSchema = z.object({ nicId: z.uuid(), networkId: z.uuid(), vni: z.int(), macAddress: z.string(), mtu: z.int() });
export type NicSpec = z.output<typeof nicSpecSchema>;

/** Everything a hypervisor needs to run one instance; no secrets. Goes in activity payloads, so it stays small. */
export const instanceSpecSchema = z.object({
  instanceId: z.uuid(),
  name: z.string(),
  /** Rises with every claim of a host for this instance; a host never runs an older one (fencing). */
  generation: z.int(),
  cpuCount: z.int(),
  memoryMib: z.int(),
  volumes: z.array(volumeSpecSchema),
  nics: z.array(nicSpecSchema),
});
export type InstanceSpec = z.output<typeof instanceSpecSchema>;
