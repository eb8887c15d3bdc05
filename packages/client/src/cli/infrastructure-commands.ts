import { Option, type Command } from 'commander';
import type { Outputs } from '../client.ts';
import { findId } from './find.ts';
import { printFields } from './output.ts';
import { listCommand, thingCommand, wholeNumber } from './session.ts';

type Row<K extends 'zone' | 'pod' | 'cluster' | 'pool' | 'imageStore' | 'publicAddress' | 'network' | 'router'> = Outputs[K]['list']['items'][number];
const MIB = 1024 ** 2;

/** What instances are placed on and in, beside hosts. */
export function addInfrastructureCommands(program: Command): void {
  addZones(program.command('zone').description('places to run instances'));
  addPods(program.command('pod').description('parts of a zone; for administrators'));
  addClusters(program.command('cluster').description('hosts of one hypervisor; for administrators'));
  addPools(program.command('pool').description('storage for disks; for administrators'));
  addPublicAddresses(program.command('public-address').description('addresses by which routers are outside; for administrators'));
  listCommand<Row<'imageStore'>>(
    program.command('image-store').description('where templates are kept; for administrators'),
    'image stores',
    { ID: (row) => row.id, NAME: (row) => row.name, ZONE: (row) => row.zoneName, TEMPLATES: (row) => row.templateCount },
    ({ api }) =>
      (page) =>
        api.imageStore.list.query(page),
  );
  listCommand<Row<'network'>>(
    program.command('network').description('guest networks'),
    'networks; an administrator sees those of all accounts',
    {
      ID: (row) => row.id,
      NAME: (row) => row.name,
      STATE: (row) => row.state,
      CIDR: (row) => row.cidr,
      ZONE: (row) => row.zoneName,
      ACCOUNT: (row) => row.accountName,
    },
    ({ api }) =>
      (page) =>
        api.network.list.query(page),
  );
  listCommand<Row<'router'>>(
    program.command('router').description('virtual routers of networks'),
    'routers; an administrator sees those of all accounts',
    {
      ID: (row) => row.id,
      NAME: (row) => row.name,
      STATE: (row) => row.state,
      ADDRESS: (row) => row.publicIp,
      HOST: (row) => row.host?.name,
      ACCOUNT: (row) => row.accountName,
    },
    ({ api }) =>
      (page) =>
        api.router.list.query(page),
  );
}

function addZones(zone: Command): void {
  listCommand<Row<'zone'>>(
    zone,
    'zones',
    { ID: (row) => row.id, NAME: (row) => row.name, NETWORK: (row) => row.networkType, ENABLED: (row) => row.isEnabled },
    ({ api }) =>
      (page) =>
        api.zone.list.query(page),
  );
  const print = ({ id, name, guestCidr, isEnabled }: Row<'zone'>) =>
    printFields({ Id: id, Name: name, 'Guest networks': guestCidr, Enabled: isEnabled });
  thingCommand(
    zone.command('add').description('a zone; for administrators').argument('<name>').option('--guest-cidr <cidr>', 'what each network gets'),
    (session, [name], { guestCidr }) => session.api.zone.create.mutate({ name, ...(guestCidr && { guestCidr }) }),
    print,
  );
  for (const [verb, about] of Object.entries({ enable: 'let instances be deployed there', disable: 'deploy nothing new there; what runs goes on' })) {
    thingCommand(
      zone.command(verb).description(`${about}; for administrators`).argument('<zone>', 'its name or id'),
      async (session, [name]) => session.api.zone.update.mutate({ zoneId: await findId(session, 'zone', name), isEnabled: verb === 'enable' }),
      print,
    );
  }
}

function addPods(pod: Command): void {
  listCommand<Row<'pod'>>(
    pod,
    'pods',
    { ID: (row) => row.id, NAME: (row) => row.name, ZONE: (row) => row.zoneName, CLUSTERS: (row) => row.clusterCount },
    ({ api }) =>
      (page) =>
        api.pod.list.query(page),
  );
  thingCommand(
    pod.command('add').description('a pod').argument('<name>').requiredOption('--zone <zone>'),
    async (session, [name], { zone = '' }) => session.api.pod.create.mutate({ name, zoneId: await findId(session, 'zone', zone) }),
    ({ id, name, zoneName }) => printFields({ Id: id, Name: name, Zone: zoneName }),
  );
}

function addClusters(cluster: Command): void {
  listCommand<Row<'cluster'>>(
    cluster,
    'clusters',
    {
      ID: (row) => row.id,
      NAME: (row) => row.name,
      HYPERVISOR: (row) => row.hypervisor,
      ZONE: (row) => row.zoneName,
      POD: (row) => row.podName,
      HOSTS: (row) => row.hostCount,
    },
    ({ api }) =>
      (page) =>
        api.cluster.list.query(page),
  );
  thingCommand(
    cluster
      .command('add')
      .description('a cluster')
      .argument('<name>')
      .requiredOption('--pod <pod>')
      .addOption(new Option('--hypervisor <hypervisor>').choices(['kvm', 'simulator']).default('kvm')),
    async (session, [name], { pod = '', hypervisor }) =>
      session.api.cluster.create.mutate({
        name,
        podId: await findId(session, 'pod', pod),
        hypervisor: hypervisor === 'simulator' ? 'simulator' : 'kvm',
      }),
    ({ id, name, hypervisor, podName }) => printFields({ Id: id, Name: name, Hypervisor: hypervisor, Pod: podName }),
  );
}

function addPools(pool: Command): void {
  const inMib = (bytes: number) => Math.round(bytes / MIB);
  listCommand<Row<'pool'>>(
    pool,
    'pools',
    {
      ID: (row) => row.id,
      NAME: (row) => row.name,
      HOST: (row) => row.hostName,
      ENABLED: (row) => row.isEnabled,
      'USED MIB': (row) => `${inMib(row.usedBytes)}/${inMib(row.capacityBytes)}`,
      'CLAIMED MIB': (row) => `${inMib(row.claimedBytes)}/${inMib(row.capacityBytes * row.overprovisioning)}`,
    },
    ({ api }) =>
      (page) =>
        api.pool.list.query(page),
  );
  const print = ({ id, name, hostName, path, isEnabled }: Row<'pool'>) =>
    printFields({ Id: id, Name: name, Host: hostName, Folder: path, Enabled: isEnabled });
  thingCommand(
    pool
      .command('add')
      .description('a folder of a host for disks')
      .argument('<name>')
      .requiredOption('--host <host>')
      .requiredOption('--path <folder>'),
    async (session, [name], { host = '', path = '' }) => session.api.pool.create.mutate({ name, path, hostId: await findId(session, 'host', host) }),
    print,
  );
  for (const [verb, about] of Object.entries({ enable: 'let volumes be placed there', disable: 'place no new volume there' })) {
    thingCommand(
      pool.command(verb).description(about).argument('<pool>', 'its name or id'),
      async (session, [name]) => session.api.pool.update.mutate({ poolId: await findId(session, 'pool', name), isEnabled: verb === 'enable' }),
      print,
    );
  }
}

function addPublicAddresses(address: Command): void {
  listCommand<Row<'publicAddress'>>(
    address,
    'public addresses',
    {
      ID: (row) => row.id,
      ADDRESS: (row) => `${row.ip}/${row.prefixLength}`,
      STATE: (row) => row.state,
      ZONE: (row) => row.zoneName,
      ACCOUNT: (row) => row.accountName,
      ROUTER: (row) => row.router?.name,
    },
    ({ api }) =>
      (page) =>
        api.publicAddress.list.query(page),
  );
  thingCommand(
    address
      .command('add')
      .description('a range of addresses')
      .argument('<first>')
      .argument('<last>')
      .requiredOption('--zone <zone>')
      .option('--prefix-length <n>', 'of their network', '24')
      .option('--gateway <ip>'),
    async (session, [firstIp, lastIp = ''], { zone = '', prefixLength = '', gateway }) =>
      session.api.publicAddress.create.mutate({
        firstIp,
        lastIp,
        zoneId: await findId(session, 'zone', zone),
        prefixLength: wholeNumber(prefixLength, '--prefix-length', 30),
        ...(gateway && { gateway }),
      }),
    ({ count }) => printFields({ Added: count }),
  );
}
