// `npm run down`: ends the control plane, guests, routers and hosts; the data stays.
import { endCloud } from './end-cloud.ts';
import { readSettings } from './settings.ts';
import { runCommand } from './terminal.ts';

await runCommand(async () => {
  await endCloud(readSettings());
  return 0;
});
