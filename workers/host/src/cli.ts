#!/usr/bin/env node
import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { DomainError } from '@nephos/model/errors';
import { joinCloud } from './join.ts';

const USAGE = 'nephos-agent join --server https://host:port --fingerprint SHA256 --token - [--config /var/lib/nephos/agent.json]';

// `--token -` reads the token from the standard input: an argument would be in the list of processes.
try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      server: { type: 'string' },
      fingerprint: { type: 'string' },
      token: { type: 'string' },
      config: { type: 'string', default: '/var/lib/nephos/agent.json' },
    },
  });
  const { server, fingerprint, token, config: file } = values;
  if (positionals[0] !== 'join' || !server || !fingerprint || token !== '-') throw new DomainError('BAD_INPUT', USAGE);
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 }); // before the token is used up
  const config = await joinCloud({ server, fingerprint, token: (await text(process.stdin)).trim() });
  await writeFile(`${file}.new`, JSON.stringify(config), { mode: 0o600 });
  await rename(`${file}.new`, file);
  console.log(`This machine is host ${config.hostName} (${config.hostId}). Start the agent with NEPHOS_AGENT_CONFIG=${file}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
