#!/usr/bin/env node
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { DomainError } from '@nephos/model/errors';
import { AGENT_CONFIG_FILE, keepConfig, makePlaceFor } from './config-file.ts';
import { joinCloud } from './join.ts';
import { installedFolder, startService } from './service.ts';

const USAGE = `nephos-agent install --server https://host:port --fingerprint SHA256 --token - [--config ${AGENT_CONFIG_FILE}]
  joins the cloud as the host that the token is for, and runs the agent as a service
nephos-agent join (the same)
  only joins
nephos-agent probe [--pool FOLDER]…
  says what this machine has of what a host needs, and what to do about the rest; it changes nothing
nephos-agent run
  runs the agent in the foreground; settings: NEPHOS_AGENT_CONFIG and others of the environment`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    server: { type: 'string' },
    fingerprint: { type: 'string' },
    token: { type: 'string' },
    config: { type: 'string', default: AGENT_CONFIG_FILE },
    pool: { type: 'string', multiple: true, default: [] },
  },
});

try {
  const [verb] = positionals;
  if (verb === 'run') await import('./main.ts');
  else if (verb === 'join') console.log(`${await join()} Run the agent with NEPHOS_AGENT_CONFIG=${values.config}.`);
  else if (verb === 'probe') await probe();
  else if (verb === 'install') console.log(await install());
  else throw new DomainError('BAD_INPUT', USAGE);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

/** `--token -` reads the token from the standard input: an argument would be in the list of processes. */
async function join(): Promise<string> {
  const { server, fingerprint, token, config: file } = values;
  if (!server || !fingerprint || token !== '-') throw new DomainError('BAD_INPUT', USAGE);
  await makePlaceFor(file);
  const config = await joinCloud({ server, fingerprint, token: (await text(process.stdin)).trim() });
  await keepConfig(file, config);
  return `This machine is host ${config.hostName} (${config.hostId}).`;
}

/** Its exit code is 1 when something is missing. */
async function probe(): Promise<void> {
  const { probeMachine, tellChecks } = await import('./probe.ts');
  const checks = await probeMachine(values.pool);
  console.log(tellChecks(checks));
  if (checks.some(({ state }) => state === 'missing')) process.exitCode = 1;
}

async function install(): Promise<string> {
  const folder = installedFolder();
  if (!folder)
    throw new DomainError('UNSUPPORTED', 'Only an unpacked archive of the agent can be installed. From the sources, use `nephos-agent join`.');
  const joined = await join();
  const { isStarted, command } = await startService(folder, values.config);
  return isStarted ? `${joined} Its agent runs: ${command}` : `${joined} systemd does not run here, so start the agent yourself: ${command}`;
}
