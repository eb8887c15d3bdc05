import { OPERATION_KINDS } from '@nephos/model/operation-kind';
import { describe, expect, it } from 'vitest';
import { declaredBoundaries, lastCancellableStep } from './declared-steps.ts';

const namesOf = (kind: string) =>
  declaredBoundaries()
    .filter((boundary) => boundary.kind === kind)
    .map(({ step }) => step);

describe('the declared boundaries', () => {
  it('are those of every kind', () => {
    expect(new Set(declaredBoundaries().map(({ kind }) => kind))).toEqual(new Set(Object.keys(OPERATION_KINDS)));
  });

  it('are in the order of the story, with its undos, also where stories share a part', () => {
    expect(namesOf('instance.deploy')).toEqual([
      '(accepted)',
      '(begins)',
      'bring up the network',
      'find a host',
      'prepare the disk',
      'connect the network',
      'start the guest',
      '(ends)',
      'undo: start the guest',
      'undo: connect the network',
      'undo: prepare the disk',
      'undo: find a host',
      'give back what was claimed',
    ]);
    expect(lastCancellableStep('instance.deploy')).toBe('start the guest');
  });

  it('have no undo where nothing is undone', () => {
    expect(namesOf('instance.expunge')).toEqual(['(accepted)', '(begins)', 'remove the disk', 'forget the instance', 'tell the router', '(ends)']);
    expect(lastCancellableStep('instance.expunge')).toBeUndefined();
  });
});
