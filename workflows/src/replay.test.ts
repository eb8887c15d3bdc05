import { fileURLToPath } from 'node:url';
import { OPERATION_KINDS } from '@nephos/model/operation-kind';
import { readHistories, testDataConverter } from '@nephos/testing/histories';
import { Worker } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';

const codePath = fileURLToPath(new URL('../dist/workflows.js', import.meta.url));
const recorded = readHistories();

describe('workflows as they are now', () => {
  it.each(recorded)('take the same way that $name took', async ({ history }) => {
    await Worker.runReplayHistory({ workflowBundle: { codePath }, dataConverter: testDataConverter, replayName: 'recorded' }, history);
  });

  it('are all recorded', () => {
    const kinds = new Set(recorded.map(({ name }) => name.replace(/\.(succeeded|failed)$/, '')));
    expect(Object.keys(OPERATION_KINDS).filter((kind) => !kinds.has(kind))).toEqual([]);
  });
});
