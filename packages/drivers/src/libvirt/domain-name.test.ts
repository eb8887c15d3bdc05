import { describe, expect, it } from 'vitest';
import { domainName, parseDomainName } from './domain-name.ts';

const instanceId = '3a1c3a1c-3a1c-4a1c-8a1c-3a1c3a1c3a1c';

describe('parseDomainName', () => {
  it('gives back what domainName was given', () => {
    expect(parseDomainName(domainName({ instanceId, generation: 12 }))).toEqual({ instanceId, generation: 12 });
  });

  it.each(['web', `nephos-${instanceId}`, `xnephos-${instanceId}-g1`, `nephos-${instanceId}-g1x`, ''])('does not know "%s"', (name) => {
    expect(parseDomainName(name)).toBeUndefined();
  });
});
