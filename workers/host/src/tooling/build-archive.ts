// Builds the agent as other machines get it: one archive with Node and all it needs, and beside it what it is. Writes workers/host/dist.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, copyFile, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AgentArchive } from '@nephos/contracts/agent-archive.schema';
import { execa } from 'execa';
import { rolldown, type Plugin } from 'rolldown';
import { AGENT_VERSION } from '../version.ts';

const PLATFORM = `${process.platform}-${process.arch}`;
/** As the SDK calls what it was compiled for. */
const NATIVE = { 'linux-x64': 'x86_64-unknown-linux-gnu', 'linux-arm64': 'aarch64-unknown-linux-gnu' }[PLATFORM];
if (!NATIVE) throw new Error(`There is no agent for ${PLATFORM}.`);

const fileOf = (specifier: string) => fileURLToPath(import.meta.resolve(specifier));
const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
const folder = path.join(dist, `nephos-agent-${AGENT_VERSION}`);
const name = `nephos-agent-${PLATFORM}`;

await rm(dist, { recursive: true, force: true });
await mkdir(path.join(folder, 'bin'), { recursive: true });
const bundle = await rolldown({
  input: {
    main: fileOf('@nephos/worker-host/main'),
    cli: fileOf('@nephos/worker-host/cli'),
    'failure-converter': fileOf('@nephos/temporal-kit/failure-converter'),
  },
  platform: 'node',
  plugins: [leaveOutBundler()],
  logLevel: 'warn',
});
await bundle.write({
  dir: path.join(folder, 'lib'),
  format: 'esm',
  entryFileNames: '[name].mjs',
  chunkFileNames: '[name].mjs',
  banner: 'const { dirname: __dirname, filename: __filename } = import.meta;', // of what was CommonJS
});
await bundle.close();
// What is found beside the code by its path.
const beside = [
  path.join(path.dirname(fileOf('@nephos/drivers/linux-network/dial')), 'dial-main.mjs'),
  fileOf('@nephos/appliances/router/metadata-main'),
];
for (const source of beside) await copyFile(source, path.join(folder, 'lib', path.basename(source)));
const native = path.join('releases', NATIVE, 'index.node');
await mkdir(path.dirname(path.join(folder, 'lib', native)), { recursive: true });
await copyFile(path.join(path.dirname(fileOf('@temporalio/core-bridge')), native), path.join(folder, 'lib', native));
await copyFile(process.execPath, path.join(folder, 'bin', 'node'));
const command = path.join(folder, 'bin', 'nephos-agent');
await writeFile(command, '#!/bin/sh\nhere=$(dirname "$(readlink -f "$0")")\nexec "$here/node" "$here/../lib/cli.mjs" "$@"\n');
await chmod(command, 0o755);

// The same files make the same archive, byte by byte: every API process offers one checksum.
const same = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--mode=go-w'];
const file = path.join(dist, `${name}.tar.gz`);
await execa('tar', [...same, '--use-compress-program=gzip -n -6', '-cf', `${file}.new`, '-C', dist, path.basename(folder)]);
await rename(`${file}.new`, file);
const hash = createHash('sha256');
for await (const part of createReadStream(file)) hash.update(part);
const about: AgentArchive = { version: AGENT_VERSION, platform: PLATFORM, sha256: hash.digest('hex'), sizeBytes: (await stat(file)).size };
await writeFile(path.join(dist, `${name}.json`), JSON.stringify(about));
await rm(folder, { recursive: true });

/** The SDK's worker can bundle workflows, for which it loads webpack and looks for files of its own. An agent has no workflows. */
function leaveOutBundler(): Plugin {
  return {
    name: 'leave-out-bundler',
    load: (id) => (id.endsWith('@temporalio/worker/lib/workflow/bundler.js') ? 'exports.defaultWorkflowInterceptorModules = [];' : null),
  };
}
