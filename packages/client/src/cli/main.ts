#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { NephosError } from '../error.ts';
import { addAccountCommands } from './account-commands.ts';
import { addCatalogueCommands } from './catalogue-commands.ts';
import { addDoctorCommand } from './doctor-command.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { addEventCommands } from './event-commands.ts';
import { addHostCommands } from './host-commands.ts';
import { addInfrastructureCommands } from './infrastructure-commands.ts';
import { addInstanceCommands } from './instance-commands.ts';
import { addOperationCommands } from './operation-commands.ts';
import { say } from './output.ts';
import { addPeopleCommands } from './people-commands.ts';

const program = new Command('nephos')
  .description('The command line of a Nephos cloud. Things are given by their names or ids.')
  .option('--url <url>', 'the API; else NEPHOS_URL, else where you signed in')
  .option('--json', 'data as JSON on stdout')
  .addHelpText(
    'after',
    `\nExit codes: ${EXIT.ok} done, ${EXIT.failed} the operation failed, ${EXIT.wrongUse} wrong use, ${EXIT.refused} not signed in or not allowed, ${EXIT.notFound} not found, ${EXIT.notNow} refused by state, limit or capacity, ${EXIT.unreachable} unreachable.`,
  )
  .exitOverride();
addAccountCommands(program);
addInstanceCommands(program);
addOperationCommands(program);
addCatalogueCommands(program);
addInfrastructureCommands(program);
addHostCommands(program);
addPeopleCommands(program);
addEventCommands(program);
addDoctorCommand(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
  if (!(error instanceof CommanderError)) say(describe(error)); // commander has said its own
}

function describe(error: unknown): string {
  const { code, message, requestId } =
    error instanceof NephosError
      ? error
      : { code: 'UNEXPECTED', message: error instanceof Error ? error.message : String(error), requestId: undefined };
  if (program.opts<{ json?: boolean }>().json) return JSON.stringify({ error: { code, message, requestId } });
  return `nephos: ${message} (${code}${requestId ? `, request ${requestId}` : ''})`;
}
