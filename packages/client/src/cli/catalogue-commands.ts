import type { Command } from 'commander';
import type { Outputs } from '../client.ts';
import { listCommand } from './session.ts';

type Row<K extends 'template' | 'computeOffering' | 'zone' | 'event'> = Outputs[K]['list']['items'][number];

/** What can be looked at and not changed from here. */
export function addCatalogueCommands(program: Command): void {
  listCommand<Row<'template'>>(
    program.command('template').description('what instances are made of'),
    'templates that you may use',
    {
      ID: (row) => row.id,
      NAME: (row) => row.name,
      STATE: (row) => row.state,
      OS: (row) => row.osType,
      'DISK MIB': (row) => Math.ceil(row.virtualSizeBytes / 1024 ** 2),
      PUBLIC: (row) => row.isPublic,
    },
    ({ api }) =>
      (page) =>
        api.template.list.query(page),
  );
  listCommand<Row<'computeOffering'>>(
    program.command('offering').description('sizes of instances'),
    'compute offerings',
    {
      ID: (row) => row.id,
      NAME: (row) => row.name,
      CPUS: (row) => row.cpuCount,
      MHZ: (row) => row.cpuMhz,
      'MEMORY MIB': (row) => row.memoryMib,
      ENABLED: (row) => row.isEnabled,
    },
    ({ api }) =>
      (page) =>
        api.computeOffering.list.query(page),
  );
  listCommand<Row<'zone'>>(
    program.command('zone').description('places to run instances'),
    'zones',
    { ID: (row) => row.id, NAME: (row) => row.name, NETWORK: (row) => row.networkType, ENABLED: (row) => row.isEnabled },
    ({ api }) =>
      (page) =>
        api.zone.list.query(page),
  );
  listCommand<Row<'event'>>(
    program.command('event').description('what happened'),
    'events, newest first',
    { TIME: (row) => row.createdAt, EVENT: (row) => row.kind, MESSAGE: (row) => row.message },
    ({ api }) =>
      (page) =>
        api.event.list.query(page),
  );
}
