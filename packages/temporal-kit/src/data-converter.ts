import path from 'node:path';
import type { DataConverter } from '@temporalio/common';
import type { KeyRing } from '@nephos/secrets/key-ring';
import { createPayloadCodec } from './payload-codec.ts';

/** The same for every client and worker, else they could not read each other. */
export function createDataConverter(ring: KeyRing): DataConverter {
  return { payloadCodecs: [createPayloadCodec(ring)], failureConverterPath: FAILURE_CONVERTER };
}

/** Workflow bundles need the failure converter by path, so that the sandbox has it too. Beside this file, also where both were bundled (.mjs). */
export const FAILURE_CONVERTER = new URL(`./failure-converter${path.extname(import.meta.filename)}`, import.meta.url).pathname;
