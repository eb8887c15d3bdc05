import { describe, expect, it } from 'vitest';
import { exampleOf, fieldsOf, findOperations, readDocument, type Schema } from './document.ts';

const deploy: Schema = {
  type: 'object',
  required: ['zoneId', 'name', 'kind', 'size'],
  properties: {
    zoneId: { type: 'string', format: 'uuid', pattern: '^long$' },
    name: { type: 'string', minLength: 1, maxLength: 63, pattern: '^[a-z]+$' },
    kind: { type: 'string', enum: ['a', 'b'] },
    size: { anyOf: [{ type: 'integer', minimum: 8, maximum: Number.MAX_SAFE_INTEGER }, { type: 'null' }] },
    count: { type: 'integer', default: 1 },
    tags: { type: 'object', additionalProperties: { type: 'string' } },
    nics: { type: 'array', items: { type: 'object', required: ['id'], properties: { id: { type: 'string' } } } },
    way: { anyOf: [{ type: 'object', properties: { by: { const: 'key' } } }, { type: 'string' }] },
  },
};

describe('fieldsOf', () => {
  const byPath = new Map(fieldsOf(deploy).map((field) => [field.path, field]));

  it('names fields at any depth, with what they may be', () => {
    expect([...byPath.keys()]).toEqual(['zoneId', 'name', 'kind', 'size', 'count', 'tags', 'nics', 'nics[].id', 'way', 'way.by']);
    expect(byPath.get('name')).toMatchObject({
      type: 'string',
      isRequired: true,
      limits: [
        ['minLength', '1'],
        ['maxLength', '63'],
        ['pattern', '^[a-z]+$'],
      ],
    });
    expect(byPath.get('kind')?.choices).toEqual(['"a"', '"b"']);
    expect(byPath.get('count')).toMatchObject({ isRequired: false, fallback: '1' });
    expect(byPath.get('tags')?.type).toBe('map of string');
    expect(byPath.get('nics')?.type).toBe('list of object');
    expect(byPath.get('way')?.type).toBe('object or string');
  });

  it('says once what a format says, leaves out limits that are none, and tells null', () => {
    expect(byPath.get('zoneId')).toMatchObject({ type: 'string (uuid)', limits: [] });
    expect(byPath.get('size')).toMatchObject({ type: 'integer', isNullable: true, limits: [['minimum', '8']] });
  });
});

describe('exampleOf', () => {
  it('is the least that fits', () => {
    expect(exampleOf(deploy)).toEqual({ zoneId: expect.stringMatching(/^0{8}-/), name: 'name', kind: 'a', size: 8 });
    expect(exampleOf(undefined)).toEqual({});
  });
});

describe('the document', () => {
  const answer = {
    content: { 'application/json': { schema: { type: 'object', properties: { result: { type: 'object', properties: { data: deploy } } } } } },
  };
  const common = { summary: 'Makes one', 'x-error-codes': ['NOT_FOUND'], responses: { 200: answer } };
  const operations = readDocument({
    servers: [{ url: '/api/v1' }],
    paths: {
      '/thing.get': {
        get: {
          ...common,
          tags: ['thing'],
          'x-permission': 'thing.read',
          parameters: [{ name: 'input', in: 'query', content: { 'application/json': { schema: deploy } } }],
        },
      },
      '/thing.make': { post: { ...common, tags: ['thing'], 'x-permission': 'open', parameters: [{ name: 'Idempotency-Key', in: 'header' }] } },
    },
  });

  it('becomes operations, whichever way their input goes', () => {
    expect(operations).toMatchObject([
      {
        id: 'thing.get',
        method: 'GET',
        path: '/api/v1/thing.get',
        permission: 'thing.read',
        input: deploy,
        output: deploy,
        errorCodes: ['NOT_FOUND'],
      },
      { id: 'thing.make', method: 'POST', permission: 'open', input: undefined },
    ]);
  });

  it('is searched by all the words', () => {
    expect(findOperations(operations, 'THING read').map(({ id }) => id)).toEqual(['thing.get']);
    expect(findOperations(operations, 'makes thing')).toHaveLength(2);
    expect(findOperations(operations, 'nonsense')).toEqual([]);
  });
});
