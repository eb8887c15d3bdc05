// `npm start [-- --yes] [--simulator] [--hosts N] [--port N] [--no-build]`: a whole cloud on this machine, until Ctrl-C.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { assertPortFree } from '@nephos/embedded/port';
import { ensureDatabase, planPostgres } from '@nephos/embedded/postgres';
import { createSupervisor, type Supervisor } from '@nephos/embedded/supervisor';
import { planTemporal } from '@nephos/embedded/temporal';
import { migrate } from '@nephos/db/schema-engine';
import { DomainError } from '@nephos/model/errors';
import { build } from './build.ts';
import { agents, controlProcesses, hostDaemons, type CloudProcess, type Foundation } from './cloud.ts';
import { raiseRealHosts, writeHostsFile } from './hosts.ts';
import { startDirectory } from './directory.ts';
import { ensureSystemPackages } from './needs.ts';
import { whyNoRealHosts } from './real-hosts.ts';
import { findRunningCloud, removeRunFile, writeRunFile } from './run-file.ts';
import { FIRST_RESTART_MS, foldersOf, makeDataFolder, postgresFolder, readSettings, type Settings } from './settings.ts';
import { untilAskedToStop } from './signals.ts';
import { runStep, script } from './step.ts';
import { ROOT, runCommand, say } from './terminal.ts';

await runCommand(async () => {
  const settings = readSettings();
  const folders = foldersOf(settings.dataFolder);
  const url = `http://127.0.0.1:${settings.apiPort}`;
  const running = await findRunningCloud(folders.runFile);
  if (running) {
    say('nephos', `runs already (process ${running.supervisor.pid}) at ${running.url}`);
    return 0;
  }
  if (!settings.wantsSimulator) await ensureSystemPackages(settings);
  if (settings.isBuilding) await build();
  await makeFolders(settings);

  const supervisor = createSupervisor({
    logFolder: folders.logs,
    backoffMs: [FIRST_RESTART_MS, settings.longestRestartMs],
    onEvent: (event) => {
      if (event.kind === 'ended')
        say(event.name, `ended (${event.how.split('\n')[0]}); starts again in ${event.retryInMs} ms; see ${path.join(folders.logs, event.name)}.log`);
      else if (isUp) say(event.name, 'ready again');
      void note();
    },
  });
  let isUp = false;
  let noted = Promise.resolve(); // one after the other: each replaces the file
  const note = () =>
    (noted = noted.then(() =>
      writeRunFile(folders.runFile, {
        url,
        ports: { api: settings.apiPort, postgres: settings.postgresPort, temporal: settings.temporalPort },
        processes: supervisor.processes(),
      }),
    ));
  await note();

  const stopped = untilAskedToStop(() => supervisor.kill());
  try {
    await Promise.race([bringUp(settings, supervisor, url).then(() => (isUp = true)), stopped]);
    await stopped;
    return 0;
  } finally {
    say('nephos', 'stopping the control plane; guests and routers keep running');
    await supervisor.stop();
    await noted;
    await removeRunFile(folders.runFile);
    say('nephos', 'stopped. npm start goes on where it was; npm run down ends guests and hosts too.');
  }
});

async function bringUp(settings: Settings, supervisor: Supervisor, url: string): Promise<void> {
  const foundation = await startFoundation(settings, supervisor);
  const start = async ({ name, plan }: CloudProcess) => {
    await supervisor.start(name, plan);
    say(name, 'ready');
  };
  const noRealHosts = settings.wantsSimulator ? 'asked for with --simulator' : whyNoRealHosts();
  const hosts = noRealHosts ? [] : await raiseRealHosts(settings);
  say(
    'hosts',
    noRealHosts ? `${settings.hostCount} simulated: ${noRealHosts}` : `${hosts.map(({ name }) => name).join(', ')}: real, namespaces of this machine`,
  );
  await Promise.all(hostDaemons(hosts).map(start));
  await writeHostsFile(settings, hosts);

  const isReal = hosts.length > 0;
  for (const part of await controlProcesses(settings, foundation, isReal)) await start(part);
  await setUpZone(settings, url);
  await Promise.all(agents(settings, hosts).map(start)); // each first boots a guest of a second, to see how it can
  say(
    'accounts',
    `admin, the root administrator; its password is in ${path.relative(ROOT, path.join(foldersOf(settings.dataFolder).control, 'admin-password'))}`,
  );
  say('nephos', `ready at ${url}`);
}

async function startFoundation(settings: Settings, supervisor: Supervisor): Promise<Foundation> {
  const { postgresPort, temporalPort } = settings;
  const folders = foldersOf(settings.dataFolder);
  const dataDir = await postgresFolder(settings.dataFolder);
  let adminUrl = '';
  await supervisor.start('postgres', async () => {
    const plan = await planPostgres({ dataDir, port: postgresPort, use: { kind: 'kept', passwordFile: folders.postgresPassword } });
    await assertPortFree(postgresPort, 'PostgreSQL', 'NEPHOS_POSTGRES_PORT'); // after an earlier run's server was ended
    adminUrl = plan.adminUrl;
    return plan.spec;
  });
  const databaseUrl = await ensureDatabase(adminUrl, 'nephos');
  const applied = await migrate(databaseUrl);
  say('postgres', `ready on port ${postgresPort}, data in ${dataDir}; ${applied.length} migrations applied`);

  const temporal = () =>
    planTemporal({ port: temporalPort, dbFile: folders.temporalDb, portSetting: 'NEPHOS_TEMPORAL_PORT', say: (line) => say('temporal', line) });
  await supervisor.start('temporal', async () => (await temporal()).spec);
  say('temporal', `ready on port ${temporalPort}`);
  return { databaseUrl, temporalAddress: `127.0.0.1:${temporalPort}`, directory: await startDirectory(settings, supervisor) };
}

/** The default zone is made through the public API, by a script that reads as an integrator's own. */
async function setUpZone(settings: Settings, url: string): Promise<void> {
  const file = 'tools/src/set-up-zone.ts';
  if (!existsSync(path.join(ROOT, file))) return;
  const folders = foldersOf(settings.dataFolder);
  const done = await runStep({ name: 'zone', about: 'default zone', argv: script(file, url, folders.hostsFile, folders.control) });
  if (!done) throw new DomainError('UNEXPECTED', 'The default zone could not be set up; the output is above.');
}

async function makeFolders({ dataFolder }: Settings): Promise<void> {
  const folders = foldersOf(dataFolder);
  await makeDataFolder(dataFolder);
  await mkdir(folders.control, { recursive: true, mode: 0o700 });
  await mkdir(folders.simulator, { recursive: true, mode: 0o700 });
}
