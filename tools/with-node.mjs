// Runs a script of this project under a Node that is new enough, whatever Node the machine has:
//   node tools/with-node.mjs SCRIPT [ARGUMENT…]
// Plain JavaScript without dependencies, because it runs first: on Node 20, and before `npm ci`.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED_MAJOR = 24; // the first line that runs TypeScript as it is
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const installed = existsSync(path.join(root, 'node_modules/.package-lock.json'));
if (!installed) {
  console.log('dependencies   installing from npm');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

const node = findNode();
const [script, ...args] = process.argv.slice(2);
const child = spawn(node, [path.resolve(root, script), ...args], {
  stdio: 'inherit',
  env: { ...process.env, PATH: `${path.dirname(node)}:${process.env.PATH}`, NODE_NO_WARNINGS: '1', INIT_CWD: process.env.INIT_CWD ?? process.cwd() },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));

/** The machine's own Node if it is new enough, else the one that npm brought. */
function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR) return process.execPath;
  const carried = path.join(root, `node_modules/node-${process.platform}-${process.arch}/bin/node`);
  if (existsSync(carried)) return carried;
  console.error(
    `Nephos needs Node ${NEEDED_MAJOR} or newer; this is ${process.version}, and npm has no Node for ${process.platform}-${process.arch}. Install Node ${NEEDED_MAJOR} and run this again.`,
  );
  process.exit(1);
}
