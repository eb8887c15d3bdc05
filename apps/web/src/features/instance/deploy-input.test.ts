import { deployInstanceSchema } from '@nephos/contracts/instance.schema';
import { expect, it } from 'vitest';
import { EMPTY_DEPLOY, namesOf, toDeployInput } from './deploy-input.ts';

const ID = '0199f4a0-0000-7000-8000-000000000000';

it('a form becomes what the API takes, without what was left empty', () => {
  const form = { ...EMPTY_DEPLOY, zoneId: ID, templateId: ID, computeOfferingId: ID, name: 'web', count: '3', userData: '#!/bin/sh\necho ünï' };
  const input = toDeployInput(form);
  expect(Object.keys(input).toSorted()).toEqual(['computeOfferingId', 'count', 'name', 'templateId', 'userData', 'zoneId']);
  const { userData = '' } = deployInstanceSchema.parse(input);
  expect(Buffer.from(userData, 'base64').toString('utf8')).toBe(form.userData);
});

it('names are shown as they will be', () => {
  expect(namesOf({ name: 'web', count: '1' })).toEqual({ names: ['web'], isCut: false });
  expect(namesOf({ name: 'web', count: '3' })).toEqual({ names: ['web-1', 'web-2', 'web-3'], isCut: false });
  expect(namesOf({ name: 'web', count: '12' })).toEqual({ names: ['web-1', 'web-2', 'web-12'], isCut: true });
  expect(namesOf({ name: 'web', count: '' })).toEqual({ names: [], isCut: false });
  expect(namesOf({ name: '', count: '2' })).toEqual({ names: [], isCut: false });
});
