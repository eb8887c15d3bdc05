import type { ErrorCode } from '@nephos/model/errors';
import type { AnyProcedure, AnyRouter } from '@trpc/server';
import { z } from 'zod';
import { OPERATION_TEXTS } from './operation-texts.ts';

interface Described {
  path: string;
  type: 'query' | 'mutation' | 'subscription';
  permission: string;
  input: z.ZodType | undefined;
  output: z.ZodType | undefined;
}

const declarationSchema = z.object({
  meta: z.object({ permission: z.string() }).optional(),
  inputs: z.array(z.unknown()),
  output: z.unknown().optional(),
  type: z.enum(['query', 'mutation', 'subscription']),
});

/** Every procedure with its schemas, as its own declaration says. */
export function describeProcedures(router: AnyRouter): Described[] {
  const procedures: [string, AnyProcedure][] = Object.entries(router._def.procedures);
  return procedures.map(([path, { _def }]) => {
    const { meta, inputs, output, type } = declarationSchema.parse(_def);
    const input = inputs.at(-1);
    return {
      path,
      type,
      permission: meta?.permission ?? '',
      input: input instanceof z.ZodType ? input : undefined,
      output: output instanceof z.ZodType ? output : undefined,
    };
  });
}

const ERROR = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['message', 'data'],
      properties: {
        message: { type: 'string', description: 'For people' },
        data: {
          type: 'object',
          properties: {
            code: { type: 'string', description: 'Stable; docs/error-codes.md' },
            httpStatus: { type: 'integer' },
            details: { type: 'object' },
            requestId: { type: ['string', 'null'] },
          },
        },
      },
    },
  },
};

/**
 * The API as plain HTTP and JSON (OpenAPI 3.1): reads are GET with their input as JSON in `input`, changes are POST with it as
 * the body; the answer is in `result.data`. It is made from the procedures, so it can't say anything else than they do.
 */
export function openApiDocument(router: AnyRouter): object {
  const paths = Object.fromEntries(
    describeProcedures(router)
      .filter(({ type }) => type !== 'subscription')
      .map((procedure) => [`/${procedure.path}`, { [procedure.type === 'query' ? 'get' : 'post']: operationOf(procedure) }]),
  );
  return {
    openapi: '3.1.0',
    info: { title: 'Nephos', version: '1', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/api/v1' }],
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'An API key, or the token of auth.login' } },
      schemas: { Error: ERROR },
    },
  };
}

function operationOf({ path, type, permission, input, output }: Described): object {
  const inputSchema = input && z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' });
  const idempotencyKey = {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    schema: { type: 'string', maxLength: 200 },
    description: 'The same key and input within 24 hours is the same request',
  };
  return {
    operationId: path,
    tags: [path.split('.')[0]],
    summary: OPERATION_TEXTS[path]?.says ?? path,
    description: permission === 'open' ? 'For everybody.' : `Needs the permission ${permission}.`,
    'x-permission': permission,
    'x-error-codes': errorCodesOf({ path, permission, inputSchema }),
    ...(permission === 'open' && { security: [] }),
    ...(type === 'query' && {
      parameters: inputSchema
        ? [
            {
              name: 'input',
              in: 'query',
              required: true, // if only `{}`
              content: { 'application/json': { schema: inputSchema } },
            },
          ]
        : [],
    }),
    ...(type === 'mutation' && {
      parameters: [idempotencyKey],
      ...(inputSchema && { requestBody: { required: true, content: { 'application/json': { schema: inputSchema } } } }),
    }),
    responses: {
      200: {
        description: 'Done, or begun',
        content: {
          'application/json': {
            schema: {
              type: 'object',
              required: ['result'],
              properties: {
                result: { type: 'object', properties: { data: output ? z.toJSONSchema(output, { io: 'output', unrepresentable: 'any' }) : {} } },
              },
            },
          },
        },
      },
      default: { description: 'Refused', content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } },
    },
  };
}

/** What an operation may be refused with; UNEXPECTED is a mistake of ours, and never meant. */
function errorCodesOf({ path, permission, inputSchema }: { path: string; permission: string; inputSchema: object | undefined }): ErrorCode[] {
  const namesThings = JSON.stringify(inputSchema ?? {}).includes('"format":"uuid"');
  return [
    ...(inputSchema ? (['BAD_INPUT'] as const) : []),
    'UNAUTHENTICATED',
    ...(permission === 'open' ? [] : (['FORBIDDEN'] as const)),
    ...(namesThings && !path.endsWith('.list') ? (['NOT_FOUND'] as const) : []),
    ...(OPERATION_TEXTS[path]?.codes ?? []),
  ];
}
