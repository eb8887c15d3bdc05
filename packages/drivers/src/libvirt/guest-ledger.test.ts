import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openGuestLedger } from './guest-ledger.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'nephos-ledger-'))));
afterEach(() => rmSync(folder, { recursive: true }));
const spec = { instanceId: 'i1', name: 'web', generation: 3, cpuCount: 1, memoryMib: 64, volumes: [], nics: [] };

describe('openGuestLedger', () => {
  it('refuses what is older than it has seen, also after it was opened anew, and lets the same pass', async () => {
    await openGuestLedger(folder).put({ instanceId: 'i1', generation: 3, isRemoved: true });
    const ledger = openGuestLedger(folder);
    expect(() => ledger.assertFresh(spec, 0)).not.toThrow();
    expect(() => ledger.assertFresh({ ...spec, generation: 2 }, 0)).toThrow(expect.objectContaining({ code: 'STALE_GENERATION' }));
  });

  it('refuses what is older than what runs, though the ledger was lost', () => {
    expect(() => openGuestLedger(folder).assertFresh(spec, 4)).toThrow(expect.objectContaining({ code: 'STALE_GENERATION' }));
  });

  it('keeps the old entry when a write was cut short', async () => {
    await openGuestLedger(folder).put({ instanceId: 'i1', generation: 3, isRemoved: false });
    writeFileSync(join(folder, 'i1.json.new'), '{"instanceId":');
    expect(openGuestLedger(folder).get('i1')).toEqual({ instanceId: 'i1', generation: 3, isRemoved: false });
    expect(openGuestLedger(folder).values()).toHaveLength(1);
  });
});
