// Makes `packages/client/dist`, which `npm pack` turns into the package for other repositories: JavaScript, declarations that
// stand alone, and the command line. `node packages/client/src/tooling/build-package.ts [FOLDER]`
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { z } from 'zod';
import { writeRouterType } from './write-router-type.ts';

const PACKAGE = path.dirname(path.dirname(import.meta.dirname));
const SOURCES = path.join(PACKAGE, 'src');
const ENTRIES = ['client.ts', 'cli/main.ts'];
const ROUTER = path.join(SOURCES, 'app-router.ts');

export function buildPackage(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  const { config } = configSchema.parse(ts.readConfigFile(path.join(PACKAGE, '../../tooling/tsconfig.base.json'), ts.sys.readFile));
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, PACKAGE);
  const program = ts.createProgram(
    ENTRIES.map((file) => path.join(SOURCES, file)),
    { ...options, noEmit: false, declaration: true, rewriteRelativeImportExtensions: true },
  );
  for (const source of program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(`${SOURCES}/`))) {
    const { emitSkipped, diagnostics } = program.emit(source, (file, text) => write(path.join(folder, path.relative(SOURCES, file)), text));
    if (emitSkipped || diagnostics.length > 0)
      throw new Error(
        ts.formatDiagnostics(diagnostics, { getCanonicalFileName: (name) => name, getCurrentDirectory: () => PACKAGE, getNewLine: () => '\n' }),
      );
  }
  write(path.join(folder, 'app-router.d.ts'), writeRouterType(program, ROUTER));
  chmodSync(path.join(folder, 'cli/main.js'), 0o755);
  write(path.join(folder, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);
}

const configSchema = z.object({ config: z.object({ compilerOptions: z.record(z.string(), z.unknown()) }) });
const manifestSchema = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string(),
  description: z.string(),
  dependencies: z.record(z.string(), z.string()),
});

function manifest(): object {
  const { dependencies, ...own } = manifestSchema.parse(JSON.parse(readFileSync(path.join(PACKAGE, 'package.json'), 'utf8')));
  return {
    ...own,
    type: 'module',
    engines: { node: '>=22.12' },
    exports: { '.': { types: './client.d.ts', default: './client.js' } },
    bin: { nephos: 'cli/main.js' },
    dependencies: { ...dependencies, '@types/node': '>=22' }, // its declarations speak of streams
  };
}

function write(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

if (import.meta.main) buildPackage(path.resolve(process.argv[2] ?? path.join(PACKAGE, 'dist')));
