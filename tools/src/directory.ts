import path from 'node:path';
import { DEMO_PEOPLE, hasSlapd, planSlapd } from '@nephos/embedded/slapd';
import type { Supervisor } from '@nephos/embedded/supervisor';
import { directoryPassword, directoryServicePassword } from './cloud.ts';
import { foldersOf, type Settings } from './settings.ts';
import { ROOT, say } from './terminal.ts';

/** Starts the directory with demo people, if this machine has OpenLDAP, and answers what tells the API of it. A directory of one's own comes first. */
export async function startDirectory({ dataFolder, directoryPort }: Settings, supervisor: Supervisor): Promise<Record<string, string>> {
  if (process.env['NEPHOS_DIRECTORY_URL']) {
    say('directory', 'the one of NEPHOS_DIRECTORY_URL');
    return {};
  }
  if (!hasSlapd()) {
    say('directory', 'none: the package slapd is not installed; only local users sign in');
    return {};
  }
  const { control, directory: folder } = foldersOf(dataFolder);
  const people = directoryPassword(control);
  const service = directoryServicePassword(control);
  const plan = () =>
    planSlapd({ port: directoryPort, folder, peoplePassword: people.value, servicePassword: service.value, portSetting: 'NEPHOS_DIRECTORY_PORT' });
  let environment: Record<string, string> = {};
  await supervisor.start('directory', async () => {
    const { spec, url, caFile, baseDn, serviceDn, adminGroup } = await plan();
    environment = {
      NEPHOS_DIRECTORY_KIND: 'ldap',
      NEPHOS_DIRECTORY_URL: url,
      NEPHOS_DIRECTORY_CA_FILE: caFile,
      NEPHOS_DIRECTORY_BASE_DN: baseDn,
      NEPHOS_DIRECTORY_SERVICE_DN: serviceDn,
      NEPHOS_DIRECTORY_SERVICE_PASSWORD_FILE: service.file,
      NEPHOS_DIRECTORY_ADMIN_GROUP: adminGroup,
    };
    return spec;
  });
  const who = Object.entries(DEMO_PEOPLE).map(([name, about]) => `${name} (${about})`);
  say('directory', `ready on port ${directoryPort} (LDAPS): ${who.join(', ')}; their password is in ${path.relative(ROOT, people.file)}`);
  return environment;
}
