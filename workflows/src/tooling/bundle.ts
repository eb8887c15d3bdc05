// Bundles the workflows ahead: workers start in a moment and all run the same bytes. Writes workflows/dist/workflows.js.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';
import { FAILURE_CONVERTER } from '@nephos/temporal-kit/data-converter';

const folder = new URL('../../dist/', import.meta.url);
const { code } = await bundleWorkflowCode({
  workflowsPath: fileURLToPath(new URL('../all-workflows.ts', import.meta.url)),
  workflowInterceptorModules: [fileURLToPath(new URL('../lib/records.interceptor.ts', import.meta.url))],
  failureConverterPath: FAILURE_CONVERTER,
  logger: { log: () => undefined, trace: () => undefined, debug: () => undefined, info: () => undefined, warn: console.warn, error: console.error },
});
await mkdir(folder, { recursive: true });
await writeFile(new URL('workflows.js', folder), code);
