import { Option, type Command } from 'commander';
import type { Outputs } from '../client.ts';
import { HOST_STATES } from './choices.ts';
import { findId } from './find.ts';
import { printFields, printFindings, say } from './output.ts';
import { listCommand, thingCommand } from './session.ts';

type Host = Outputs['host']['update'];
type HostDetail = Outputs['host']['get'];
type ToJoin = Outputs['host']['create'];

/** Machines that run instances; for administrators. */
export function addHostCommands(program: Command): void {
  const host = program.command('host').description('machines that run instances; for administrators');
  listCommand<Host>(
    host,
    'hosts',
    {
      ID: (row) => row.id,
      NAME: (row) => row.name,
      STATE: (row) => stateOf(row),
      CLUSTER: (row) => row.clusterName,
      HYPERVISOR: (row) => row.hypervisor,
      ACCELERATION: (row) => row.acceleration,
      INSTANCES: (row) => row.instanceCount,
      'MEMORY MIB': (row) => `${row.claimed.memoryMib}/${row.capacity.memoryMib}`,
      MHZ: (row) => `${row.claimed.cpuMhz}/${row.capacity.cpuMhz}`,
      REPORTED: (row) => row.reportedAt,
    },
    (session, { state, cluster, zone }) =>
      async (page) =>
        session.api.host.list.query({
          ...page,
          ...(state && { state: HOST_STATES.filter((one) => one === state) }),
          ...(cluster && { clusterId: await findId(session, 'cluster', cluster) }),
          ...(zone && { zoneId: await findId(session, 'zone', zone) }),
        }),
  )
    .addOption(new Option('--state <state>').choices(HOST_STATES))
    .option('--cluster <cluster>')
    .option('--zone <zone>');
  thingCommand(
    host.command('show').description('one host').argument('<host>', 'its name or id'),
    async (session, [name]) => session.api.host.get.query({ hostId: await findId(session, 'host', name) }),
    printDetail,
  );
  thingCommand(
    host
      .command('add')
      .description('a host, and the command by which a machine becomes it')
      .argument('<name>')
      .requiredOption('--cluster <cluster>')
      .requiredOption('--management-ip <ip>', 'its end of the tunnels between hosts'),
    async (session, [name], { cluster = '', managementIp = '' }) =>
      session.api.host.create.mutate({ name, managementIp, clusterId: await findId(session, 'cluster', cluster) }),
    printToJoin,
  );
  thingCommand(
    host.command('join-token').description('another command to join; earlier ones are void').argument('<host>', 'its name or id'),
    async (session, [name]) => session.api.host.createJoinToken.mutate({ hostId: await findId(session, 'host', name) }),
    printToJoin,
  );
  for (const [verb, about] of Object.entries({
    enable: 'let instances be placed on it',
    disable: 'place nothing new on it; what runs there goes on',
  })) {
    thingCommand(
      host.command(verb).description(about).argument('<host>', 'its name or id'),
      async (session, [name]) => session.api.host.update.mutate({ hostId: await findId(session, 'host', name), isEnabled: verb === 'enable' }),
      printHost,
    );
  }
  thingCommand(
    host.command('remove').description('takes a host on which nothing is claimed out of the cloud').argument('<host>', 'its name or id'),
    async (session, [name]) => session.api.host.remove.mutate({ hostId: await findId(session, 'host', name) }),
    ({ id, name }) => {
      printFields({ Id: id, Removed: name });
      say(CLEAN_UP);
    },
  );
}

const CLEAN_UP = `On that machine, as root, when it is to keep nothing of this cloud: end the agent, then delete /var/lib/nephos and the
folders that were its pools.`;

/** With all that keeps work from it. */
function stateOf({ state, isEnabled, needsUpdate }: Host): string {
  return [state, ...(needsUpdate ? [`needs an update of the ${needsUpdate.replace('-', ' ')}`] : []), ...(isEnabled ? [] : ['disabled'])].join(', ');
}

function printHost(host: Host): void {
  printFields({
    Id: host.id,
    Name: host.name,
    State: stateOf(host),
    Enabled: host.isEnabled,
    Joined: host.isJoined,
    Place: `${host.zoneName} / ${host.podName} / ${host.clusterName}`,
    Hypervisor: host.hypervisor,
    Acceleration: host.acceleration,
    Instances: host.instanceCount,
    'Memory claimed': `${host.claimed.memoryMib} of ${host.capacity.memoryMib} MiB`,
    'CPU claimed': `${host.claimed.cpuMhz} of ${host.capacity.cpuMhz} MHz`,
    Agent: host.agentVersion && `${host.agentVersion} (contract ${host.agentContract ?? '?'})`,
    'Management IP': host.managementIp,
    Reported: host.reportedAt,
  });
}

function printDetail(host: HostDetail): void {
  printHost(host);
  if (host.checks.length > 0) printFindings(host.checks.map(({ name, ...found }) => ({ check: name, ...found })));
}

function printToJoin({ host, command, fingerprint, expiresAt }: ToJoin): void {
  printFields({ Id: host.id, Name: host.name, 'Good until': expiresAt, Fingerprint: fingerprint, 'Run there': command });
}
