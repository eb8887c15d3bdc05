/** Of JSON Schema, what our document uses. */
export interface Schema {
  type?: string | readonly string[] | undefined;
  format?: string | undefined;
  enum?: readonly unknown[] | undefined;
  const?: unknown;
  default?: unknown;
  pattern?: string | undefined;
  minimum?: number | undefined;
  maximum?: number | undefined;
  minLength?: number | undefined;
  maxLength?: number | undefined;
  minItems?: number | undefined;
  maxItems?: number | undefined;
  properties?: Readonly<Record<string, Schema>> | undefined;
  required?: readonly string[] | undefined;
  items?: Schema | undefined;
  additionalProperties?: boolean | Schema | undefined;
  anyOf?: readonly Schema[] | undefined;
  oneOf?: readonly Schema[] | undefined;
}

interface Content {
  'application/json': { schema: Schema };
}

/** What apps/api/src/openapi.ts makes, as far as it is read here. */
export interface ApiDocument {
  servers: readonly { url: string }[];
  paths: Readonly<Record<string, { get?: OperationObject; post?: OperationObject }>>;
}

interface OperationObject {
  summary: string;
  tags: readonly string[];
  'x-permission': string;
  'x-error-codes': readonly string[];
  parameters?: readonly { name: string; in: string; content?: Content }[];
  requestBody?: { content: Content };
  responses: { 200: { content: Content } };
}

export interface Operation {
  /** `instance.get`. */
  id: string;
  feature: string;
  method: 'GET' | 'POST';
  /** `/api/v1/instance.get`. */
  path: string;
  summary: string;
  /** `open` where nobody has to be signed in. */
  permission: string;
  errorCodes: readonly string[];
  input: Schema | undefined;
  output: Schema | undefined;
}

/** The API's own document, as this page needs it. (zod would look whether it may evaluate code, which the page's policy reports.) */
export function readDocument({ servers, paths }: ApiDocument): Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    (['get', 'post'] as const).flatMap((method): Operation[] => {
      const operation = methods[method];
      if (!operation) return [];
      const parameter = operation.parameters?.find((one) => one.in === 'query' && one.name === 'input');
      const input = operation.requestBody?.content ?? parameter?.content;
      const result = operation.responses[200].content['application/json'].schema.properties?.['result'];
      return [
        {
          id: path.slice(1),
          feature: operation.tags[0] ?? '',
          method: method === 'get' ? 'GET' : 'POST',
          path: `${servers[0]?.url ?? ''}${path}`,
          summary: operation.summary,
          permission: operation['x-permission'],
          errorCodes: operation['x-error-codes'],
          input: input?.['application/json'].schema,
          output: result?.properties?.['data'],
        },
      ];
    }),
  );
}

export const LIMITS = ['minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems', 'pattern'] as const;
export type Limit = (typeof LIMITS)[number];

/** One row of a table of fields. `tag.key` is in an object, `items[].id` in each of a list, `tags.*` under any name. */
export interface Field {
  path: string;
  type: string;
  isRequired: boolean;
  isNullable: boolean;
  limits: readonly (readonly [limit: Limit, value: string])[];
  /** As JSON. */
  choices: readonly string[];
  fallback: string | undefined;
}

const DEPTH_MAX = 8;

/** All fields of an object, and of what is in them. */
export function fieldsOf(schema: Schema | undefined, prefix = '', depth = 0): Field[] {
  if (!schema || depth > DEPTH_MAX) return [];
  const { schema: inner, isNullable: _ } = withoutNull(schema);
  const own = Object.entries(inner.properties ?? {}).flatMap(([name, property]) => {
    const path = prefix ? `${prefix}.${name}` : name;
    return [fieldOf(path, property, inner.required?.includes(name) ?? false), ...fieldsOf(property, path, depth + 1)];
  });
  const under = typeof inner.additionalProperties === 'object' ? fieldsOf(inner.additionalProperties, `${prefix}.*`, depth + 1) : [];
  const each = inner.items ? fieldsOf(inner.items, `${prefix}[]`, depth + 1) : [];
  const variants = variantsOf(inner).flatMap((variant) => fieldsOf(variant, prefix, depth + 1));
  return [...own, ...under, ...each, ...variants];
}

function fieldOf(path: string, schema: Schema, isRequired: boolean): Field {
  const { schema: inner, isNullable } = withoutNull(schema);
  return {
    path,
    type: typeOf(inner),
    isRequired,
    isNullable,
    limits: LIMITS.flatMap((limit) => {
      const value = inner[limit];
      const isNone =
        value === undefined || Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER || (limit === 'pattern' && inner.format !== undefined);
      return isNone ? [] : [[limit, String(value)] as const];
    }),
    choices: (inner.enum ?? []).map((choice) => JSON.stringify(choice)),
    fallback: schema.default === undefined ? undefined : JSON.stringify(schema.default),
  };
}

/** `string (uuid)`, `list of string`. */
export function typeOf(schema: Schema): string {
  const { schema: inner } = withoutNull(schema);
  if (inner.items) return `list of ${typeOf(inner.items)}`;
  if (typeof inner.additionalProperties === 'object') return `map of ${typeOf(inner.additionalProperties)}`;
  const variants = variantsOf(inner);
  if (variants.length > 0) return [...new Set(variants.map(typeOf))].join(' or ');
  if (inner.const !== undefined) return JSON.stringify(inner.const);
  const type = Array.isArray(inner.type) ? inner.type.join(' or ') : (inner.type ?? 'anything');
  return inner.format ? `${String(type)} (${inner.format})` : String(type);
}

function variantsOf(schema: Schema): readonly Schema[] {
  return schema.anyOf ?? schema.oneOf ?? [];
}

function withoutNull(schema: Schema): { schema: Schema; isNullable: boolean } {
  const variants = variantsOf(schema);
  const others = variants.filter((variant) => variant.type !== 'null');
  if (others.length === variants.length) return { schema, isNullable: false };
  const [only] = others;
  return { schema: others.length === 1 && only ? only : { anyOf: others }, isNullable: true };
}

const NOBODY = '00000000-0000-4000-8000-000000000000';

/** The least input that fits, to begin with. */
export function exampleOf(schema: Schema | undefined, name = ''): unknown {
  if (!schema) return {};
  const inner = withoutNull(schema).schema;
  if (inner.default !== undefined) return inner.default;
  if (inner.const !== undefined) return inner.const;
  if (inner.enum) return inner.enum[0];
  const [variant] = variantsOf(inner);
  if (variant) return exampleOf(variant, name);
  if (inner.properties || inner.type === 'object') {
    const required = inner.required ?? [];
    return Object.fromEntries(required.map((field) => [field, exampleOf(inner.properties?.[field], field)]));
  }
  if (inner.type === 'array') return [];
  if (inner.type === 'boolean') return false;
  if (inner.type === 'integer' || inner.type === 'number') return Math.max(1, inner.minimum ?? 1);
  if (inner.format === 'uuid') return NOBODY;
  if (inner.format === 'date-time') return '2030-01-01T00:00:00Z';
  if (inner.format === 'ipv4') return '192.0.2.1';
  return name || 'text';
}

/** Whose words have all the words of `search`. */
export function findOperations(operations: readonly Operation[], search: string): Operation[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return operations.filter(({ id, summary, permission }) => {
    const text = `${id} ${summary} ${permission}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
