import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { open, seal, type KeyRing } from '@nephos/secrets/key-ring';

const ENCODING = Buffer.from('binary/nephos-aes-256-gcm');

/** Encrypts every payload that Temporal stores: inputs, results and, with `encodeCommonAttributes`, failure texts. */
export function createPayloadCodec(ring: KeyRing): PayloadCodec {
  const { Payload: wire } = proto.temporal.api.common.v1;
  return {
    encode: async (payloads) => payloads.map((payload) => ({ metadata: { encoding: ENCODING }, data: seal(ring, wire.encode(payload).finish()) })),
    decode: async (payloads) => payloads.map((payload) => (isOurs(payload) ? wire.decode(open(ring, payload.data ?? new Uint8Array())) : payload)),
  };
}

function isOurs(payload: Payload): boolean {
  const encoding = payload.metadata?.['encoding'];
  return encoding !== undefined && ENCODING.equals(encoding);
}
