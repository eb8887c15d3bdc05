import ts from 'typescript';

const PROCEDURES = { query: 'TRPCQueryProcedure', mutation: 'TRPCMutationProcedure', subscription: 'TRPCSubscriptionProcedure' } as const;

/**
 * The declaration of `AppRouter` written out: names of tRPC's own types, and of the API's only their shape. What the API is made
 * of (services, records, schemas) is not in it, so it stands alone.
 */
export function writeRouterType(program: ts.Program, file: string): string {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const exported = source && checker.getSymbolAtLocation(source)?.exports?.get(ts.escapeLeadingUnderscores('AppRouter'));
  if (!source || !exported) throw new Error(`${file} exports no AppRouter`);
  const router = checker.getDeclaredTypeOfSymbol(checker.getAliasedSymbol(exported));
  const definition = follow(router, '_def');

  function follow(type: ts.Type, ...names: string[]): ts.Type {
    return names.reduce((at, name) => {
      const property = checker.getPropertyOfType(at, name);
      if (!property || !source) throw new Error(`${checker.typeToString(at)} has no ${name}`);
      return checker.getTypeOfSymbolAtLocation(property, source);
    }, type);
  }

  function write(type: ts.Type): string {
    if (type.isUnion())
      return type.types.some((one) => one.flags & ts.TypeFlags.BooleanLiteral) && type.types.length === 2 && checker.typeToString(type) === 'boolean'
        ? 'boolean'
        : type.types.map(write).join(' | ');
    if (checker.isArrayType(type)) return `(${write(elementOf(type))})[]`;
    if (!(type.flags & ts.TypeFlags.Object)) return checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation);
    const indexed = checker.getIndexInfosOfType(type).map(({ keyType, type: value }) => `[key: ${checker.typeToString(keyType)}]: ${write(value)}`);
    const named = checker.getPropertiesOfType(type).map((property) => {
      const isOptional = (property.flags & ts.SymbolFlags.Optional) !== 0;
      return `${property.name}${isOptional ? '?' : ''}: ${write(follow(type, property.name))}`;
    });
    return `{ ${[...indexed, ...named].join('; ')} }`;
  }

  function elementOf(type: ts.Type): ts.Type {
    const element = checker.getIndexTypeOfType(type, ts.IndexKind.Number);
    if (!element) throw new Error(`${checker.typeToString(type)} has no elements`);
    return element;
  }

  function writeOutput(type: ts.Type, kind: keyof typeof PROCEDURES): string {
    if (kind !== 'subscription') return write(type);
    const next = checker.getPropertiesOfType(type).find((property) => property.name.startsWith('__@asyncIterator'));
    const iterator = next && checker.getTypeOfSymbol(next).getCallSignatures()[0]?.getReturnType();
    const [yielded] = iterator && isReference(iterator) ? checker.getTypeArguments(iterator) : [];
    if (!yielded) throw new Error(`${checker.typeToString(type)} yields nothing`);
    return `AsyncIterable<${write(yielded)}, void, unknown>`;
  }

  const features = checker.getPropertiesOfType(follow(definition, 'record')).map((feature) => {
    const record = follow(definition, 'record', feature.name);
    const procedures = checker.getPropertiesOfType(record).map((procedure) => {
      const def = follow(record, procedure.name, '_def');
      const kind = kindOf(checker.typeToString(follow(def, 'type')).replaceAll('"', ''));
      const { input, output } = { input: write(follow(def, '$types', 'input')), output: writeOutput(follow(def, '$types', 'output'), kind) };
      return `    ${procedure.name}: ${PROCEDURES[kind]}<{ meta: unknown; input: ${input}; output: ${output} }>;`;
    });
    return `  ${feature.name}: {\n${procedures.join('\n')}\n  };`;
  });
  return `import type { TRPCBuiltRouter, ${Object.values(PROCEDURES).join(', ')} } from '@trpc/server';

export type AppRouter = TRPCBuiltRouter<{ ctx: object; meta: object; errorShape: ${write(follow(definition, '_config', '$types', 'errorShape'))}; transformer: false }, {
${features.join('\n')}
}>;
`;
}

function isReference(type: ts.Type): type is ts.TypeReference {
  return 'target' in type;
}

function kindOf(text: string): keyof typeof PROCEDURES {
  if (text === 'query' || text === 'mutation' || text === 'subscription') return text;
  throw new Error(`A procedure is of the kind ${text}`);
}
