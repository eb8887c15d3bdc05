import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { NephosError, type Outputs } from '../client.ts';
import { findId, findZone } from './find.ts';
import { report } from './operation-commands.ts';
import { printFields, printJson } from './output.ts';
import { listCommand, openSession, wholeNumber } from './session.ts';
import { addConsoleCommand } from './console.ts';
import { addMetricsCommand } from './metrics.ts';
import { addSshCommand } from './ssh.ts';

type Row = Outputs['instance']['list']['items'][number];

interface DeployOptions {
  template: string;
  offering: string;
  zone?: string;
  network?: string;
  sshKey?: string;
  userData?: string;
  rootDisk?: string;
  displayName?: string;
  count: string;
  tag: string[];
  idempotencyKey?: string;
  wait?: boolean;
}

export function addInstanceCommands(program: Command): void {
  const instance = program.command('instance').description('virtual machines');
  listCommand<Row>(
    instance,
    'your instances',
    {
      ID: (row) => row.id,
      NAME: (row) => row.name,
      STATE: (row) => row.state,
      ADDRESS: (row) => row.nics[0]?.ip,
      OFFERING: (row) => row.computeOffering.name,
      TEMPLATE: (row) => row.template.name,
      CREATED: (row) => row.createdAt,
    },
    ({ api }) =>
      (page) =>
        api.instance.list.query(page),
  );

  const show = instance
    .command('show')
    .description('one instance')
    .argument('<instance>', 'its name or id')
    .action(async (name: string) => {
      const session = await openSession(show);
      const found = await session.api.instance.get.query({ instanceId: await findId(session, 'instance', name) });
      if (session.isJson) return printJson(found);
      printFields({
        Id: found.id,
        Name: found.name,
        State: found.state,
        Reason: found.stateReason,
        Address: found.nics.map(({ ip }) => ip).join(', '),
        Template: found.template.name,
        Offering: `${found.computeOffering.name}: ${found.cpuCount} × ${found.cpuMhz} MHz, ${found.memoryMib} MiB`,
        Operation: found.operationId,
        Created: found.createdAt,
        'Expunged after': found.expungeAfter,
        Tags: Object.entries(found.tags)
          .map(([key, value]) => `${key}=${value}`)
          .join(', '),
        Can: Object.entries(found.can)
          .filter(([, can]) => can)
          .map(([verb]) => verb)
          .join(', '),
      });
    });

  const deploy = instance
    .command('deploy')
    .description('make and start one or more')
    .argument('<name>', 'lower case letters, digits, dashes; also the host name')
    .requiredOption('--template <template>')
    .requiredOption('--offering <offering>')
    .option('--zone <zone>', 'needed when there are several')
    .option('--network <network>')
    .option('--ssh-key <key>')
    .option('--user-data <file>')
    .option('--root-disk <GiB>')
    .option('--display-name <text>')
    .option('--count <n>', 'how many', '1')
    .option('--tag <key=value>', 'any number of times', (tag: string, tags: string[]) => [...tags, tag], [])
    .option('--idempotency-key <key>', 'the same key deploys once, however often it is sent')
    .option('--wait', 'until they run')
    .action(async (name: string, options: DeployOptions) => {
      const session = await openSession(deploy);
      const operations = await session.api.instance.deploy.mutate(
        {
          name,
          zoneId: await findZone(session, options.zone),
          templateId: await findId(session, 'template', options.template),
          computeOfferingId: await findId(session, 'compute offering', options.offering),
          count: wholeNumber(options.count, '--count', 1_000),
          tags: Object.fromEntries(options.tag.map(parseTag)),
          ...(options.network && { networkId: await findId(session, 'network', options.network) }),
          ...(options.sshKey && { sshKeyPairId: await findId(session, 'SSH key', options.sshKey) }),
          ...(options.userData && { userData: (await readFile(options.userData)).toString('base64') }),
          ...(options.rootDisk && { rootDiskGib: wholeNumber(options.rootDisk, '--root-disk', 65_536) }),
          ...(options.displayName && { displayName: options.displayName }),
        },
        options.idempotencyKey ? { context: { idempotencyKey: options.idempotencyKey } } : {},
      );
      await report(session, operations, options.wait);
    });

  for (const [verb, about] of Object.entries({ stop: 'shut down; --force pulls the plug', reboot: 'shut down and start again' })) {
    const command = instance
      .command(verb)
      .description(about)
      .argument('<instance>', 'its name or id')
      .option('--force', 'at once, without asking the guest')
      .option('--wait', 'until it is done')
      .action(async (name: string, options: { force?: boolean; wait?: boolean }) => {
        const session = await openSession(command);
        const input = { instanceId: await findId(session, 'instance', name), isForced: options.force ?? false };
        const { instance: can } = session.api;
        await report(session, [await (verb === 'stop' ? can.stop : can.reboot).mutate(input)], options.wait);
      });
  }
  const simple = {
    start: 'start a stopped one',
    destroy: 'stop and put away; it can be recovered for a day',
    recover: 'bring a destroyed one back, stopped',
    expunge: 'remove a destroyed one and its disks for good',
  } as const;
  for (const verb of ['start', 'destroy', 'recover', 'expunge'] as const) {
    const command = instance
      .command(verb)
      .description(simple[verb])
      .argument('<instance>', 'its name or id')
      .option('--wait', 'until it is done')
      .action(async (name: string, options: { wait?: boolean }) => {
        const session = await openSession(command);
        const instanceId = await findId(session, 'instance', name);
        await report(session, [await session.api.instance[verb].mutate({ instanceId })], options.wait);
      });
  }
  addSshCommand(instance);
  addConsoleCommand(instance);
  addMetricsCommand(instance);
}

function parseTag(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new NephosError('BAD_INPUT', `--tag takes key=value, not ${text}.`);
  return [text.slice(0, at), text.slice(at + 1)];
}
