import { describe, expect, it } from 'vitest';
import { missingPeers } from './guest-network.ts';

const FLOOD = '00:00:00:00:00:00';

describe('missingPeers', () => {
  it('is nothing when the flood list is as wanted, whatever was learned', () => {
    const fdb = [{ mac: FLOOD, dst: '10.0.0.2' }, { mac: '02:00:00:00:00:01', dst: '10.0.0.2' }, { mac: '33:33:00:00:00:01' }];
    expect(missingPeers('nvx1', fdb, ['10.0.0.2'])).toEqual([]);
  });

  it('adds the new before it takes away the old, and forgets what was learned from a host that left', () => {
    const fdb = [
      { mac: FLOOD, dst: '10.0.0.2' },
      { mac: '02:00:00:00:00:01', dst: '10.0.0.2' },
    ];
    expect(missingPeers('nvx1', fdb, ['10.0.0.3'])).toEqual([
      `fdb append ${FLOOD} dev nvx1 dst 10.0.0.3 self permanent`,
      `fdb del ${FLOOD} dev nvx1 dst 10.0.0.2 self`,
      'fdb del 02:00:00:00:00:01 dev nvx1 dst 10.0.0.2 self',
    ]);
  });
});
