import type { PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { open, seal, type KeyRing } from '@nephos/secrets/key-ring';

const ENCODING = Buffer.from('binary/nephos-aes-256-gcm');

/** Encrypts every payload that Temporal stores: inputs, results and, with `encodeCommonAttributes`, failure texts. */
export function createPayloadCodec(ring: KeyRing): PayloadCodec {
  const { Payload: wire } = proto.temporal.api.common.v1;
  return {
    encode: async (payloads) => payloads.map((payload) => ({ metadata: { encoding: ENCODING }, data: seal(ring, wire.encode(payload).finish()) })),
    decode: async (payloads) => payloads.map((payload) => (isSealed(payload) ? wire.decode(open(ring, payload.data)) : payload)),
  };
}

/** Whether something that was decoded is a payload of ours. */
export function isSealed(value: object): value is { metadata: Record<string, Uint8Array>; data: Uint8Array } {
  if (!('metadata' in value && 'data' in value && value.data instanceof Uint8Array)) return false;
  const { metadata } = value;
  const encoding = typeof metadata === 'object' && metadata !== null && 'encoding' in metadata ? metadata.encoding : undefined;
  return encoding instanceof Uint8Array && ENCODING.equals(encoding);
}
