// `npm run reset [-- --yes]`: as `npm run down`, and deletes the data.
import { rm } from 'node:fs/promises';
import { endCloud } from './end-cloud.ts';
import { elsewhereFolder, readSettings } from './settings.ts';
import { confirm, runCommand, say } from './terminal.ts';

await runCommand(async () => {
  const settings = readSettings();
  if (!settings.isAgreed && !(await confirm(`Delete every instance, volume and account of the cloud in ${settings.dataFolder}?`))) return 1;
  await endCloud(settings);
  for (const folder of [settings.dataFolder, elsewhereFolder(settings.dataFolder)]) await rm(folder, { recursive: true, force: true });
  say('data', `deleted: ${settings.dataFolder}`);
  return 0;
});
