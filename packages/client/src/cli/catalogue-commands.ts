import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Outputs } from '../client.ts';
import { findId } from './find.ts';
import { createProgress, printFields, say } from './output.ts';
import { listCommand, thingCommand, wholeNumber } from './session.ts';

type Template = Outputs['template']['get'];
type Offering = Outputs['computeOffering']['update'];
const MEMORY_MAX_MIB = 4_194_304;

/** What instances are made of. */
export function addCatalogueCommands(program: Command): void {
  addTemplates(program.command('template').description('what instances are made of'));
  addOfferings(program.command('offering').description('sizes of instances'));
}

function addTemplates(template: Command): void {
  listCommand<Template>(
    template,
    'templates that you may use',
    {
      ID: (row) => row.id,
      NAME: (row) => row.name,
      STATE: (row) => (row.isEnabled ? row.state : `${row.state}, retired`),
      OS: (row) => row.osType,
      'DISK MIB': (row) => Math.ceil(row.virtualSizeBytes / 1024 ** 2),
      PUBLIC: (row) => row.isPublic,
    },
    ({ api }) =>
      (page) =>
        api.template.list.query(page),
  );
  thingCommand(
    template
      .command('upload')
      .description('a disk image in qcow2 format; for administrators')
      .argument('<name>')
      .argument('<file>')
      .requiredOption('--store <store>', 'the image store')
      .option('--description <text>')
      .option('--private', 'for your own account alone')
      .option('--min-memory <MiB>', 'what an instance of it needs at least'),
    async (session, [name, file = ''], { store = '', description, private: isPrivate, minMemory }) => {
      const { id } = await session.api.template.create.mutate({
        name,
        imageStoreId: await findId(session, 'image store', store),
        sha256: await hashOf(file),
        sizeBytes: (await stat(file)).size,
        isPublic: !isPrivate,
        ...(description && { description }),
        ...(minMemory && { minMemoryMib: wholeNumber(minMemory, '--min-memory', MEMORY_MAX_MIB) }),
      });
      const progress = createProgress();
      const onProgress = ({ sentBytes, totalBytes }: { sentBytes: number; totalBytes: number }) =>
        progress.show(`${name}: ${Math.floor((sentBytes / totalBytes) * 100)} %`);
      const uploaded = await session.uploadTemplate(id, file, process.stderr.isTTY ? { onProgress } : {});
      progress.end();
      return uploaded;
    },
    printTemplate,
  );
  for (const [verb, about] of Object.entries({ retire: 'make nothing new of it', offer: 'let it be used again' })) {
    thingCommand(
      template.command(verb).description(`${about}; for administrators`).argument('<template>', 'its name or id'),
      async (session, [name]) =>
        session.api.template.update.mutate({ templateId: await findId(session, 'template', name), isEnabled: verb === 'offer' }),
      printTemplate,
    );
  }
}

function printTemplate({ id, name, state, isEnabled, isPublic, sha256 }: Template): void {
  printFields({ Id: id, Name: name, State: state, Offered: isEnabled, Public: isPublic, 'SHA-256': sha256 });
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}

function addOfferings(offering: Command): void {
  listCommand<Offering>(
    offering,
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
  thingCommand(
    offering
      .command('create')
      .description('offer a size; for administrators')
      .argument('<name>')
      .requiredOption('--cpus <n>')
      .requiredOption('--mhz <MHz>', 'of each')
      .requiredOption('--memory <MiB>')
      .option('--description <text>'),
    (session, [name], { cpus = '', mhz = '', memory = '', description }) =>
      session.api.computeOffering.create.mutate({
        name,
        cpuCount: wholeNumber(cpus, '--cpus', 256),
        cpuMhz: wholeNumber(mhz, '--mhz', 10_000),
        memoryMib: wholeNumber(memory, '--memory', MEMORY_MAX_MIB),
        ...(description && { description }),
      }),
    printOffering,
  );
  for (const [verb, about] of Object.entries({ retire: 'offer it no more; what has it keeps it', offer: 'offer it again' })) {
    thingCommand(
      offering.command(verb).description(`${about}; for administrators`).argument('<offering>', 'its name or id'),
      async (session, [name]) =>
        session.api.computeOffering.update.mutate({
          computeOfferingId: await findId(session, 'compute offering', name),
          isEnabled: verb === 'offer',
        }),
      printOffering,
    );
  }
}

function printOffering({ id, name, cpuCount, cpuMhz, memoryMib, isEnabled }: Offering): void {
  printFields({ Id: id, Name: name, Size: `${cpuCount} × ${cpuMhz} MHz, ${memoryMib} MiB`, Offered: isEnabled });
  if (!isEnabled) say('Nothing new can have it.');
}
