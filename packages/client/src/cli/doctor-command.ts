import type { Command } from 'commander';
import type { Outputs } from '../client.ts';
import { EXIT } from './exit-codes.ts';
import { printFindings } from './output.ts';
import { thingCommand } from './session.ts';

type Diagnosis = Outputs['doctor']['examine'];

/** What is wrong with the cloud, and what helps; for administrators. */
export function addDoctorCommand(program: Command): void {
  thingCommand(
    program.command('doctor').description(`looks at every part of the cloud; ends with ${EXIT.failed} when something is wrong; for administrators`),
    async ({ api }) => {
      const diagnosis = await api.doctor.examine.query();
      if (diagnosis.findings.some(({ state }) => state === 'problem')) process.exitCode = EXIT.failed;
      return diagnosis;
    },
    ({ findings }: Diagnosis) => printFindings(findings),
  );
}
