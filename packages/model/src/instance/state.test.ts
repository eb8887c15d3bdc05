import { describe, expect, it } from 'vitest';
import { INSTANCE_STATES, INSTANCE_VERBS, instanceCan, instanceStates, TRANSITIONAL_INSTANCE_STATES } from './state.ts';

describe('the life of an instance', () => {
  it('allows each verb in exactly these states', () => {
    const allowed = Object.fromEntries(INSTANCE_VERBS.map((verb) => [verb, INSTANCE_STATES.filter((state) => instanceCan(verb, state))]));
    expect(allowed).toEqual({
      start: ['stopped'],
      stop: ['running'],
      reboot: ['running'],
      destroy: ['running', 'stopped'],
      recover: ['destroyed'],
      expunge: ['destroyed'],
    });
  });

  it('says what is wrong when a move is refused', () => {
    expect(() => instanceStates.assertCanMove('running', 'starting')).toThrow('An instance that is running cannot become starting.');
  });

  it('leaves every transitional state by two ways or more, or to the end', () => {
    for (const state of TRANSITIONAL_INSTANCE_STATES) expect(instanceStates.moves[state].length).toBeGreaterThanOrEqual(2);
  });

  it('lets nothing follow expunged', () => {
    expect(instanceStates.moves.expunged).toEqual([]);
  });
});
