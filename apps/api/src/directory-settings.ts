import { readFileSync } from 'node:fs';
import type { DirectorySettings } from '@nephos/directory/directory';
import { z } from 'zod';

/** The directory that people sign in with; docs/security.md tells what each is. Without a URL only local users sign in. */
export const directoryShape = {
  NEPHOS_DIRECTORY_URL: z.url({ protocol: /^ldaps?$/ }).optional(),
  NEPHOS_DIRECTORY_KIND: z.enum(['active-directory', 'ldap']).default('ldap'),
  NEPHOS_DIRECTORY_START_TLS: z.enum(['true', 'false']).default('false'),
  NEPHOS_DIRECTORY_CA_FILE: z.string().min(1).optional(),
  NEPHOS_DIRECTORY_BASE_DN: z.string().min(1).optional(),
  NEPHOS_DIRECTORY_SERVICE_DN: z.string().min(1).optional(),
  /** A file, so that the password is in no list of processes. */
  NEPHOS_DIRECTORY_SERVICE_PASSWORD_FILE: z.string().min(1).optional(),
  NEPHOS_DIRECTORY_UPN_SUFFIX: z.string().min(1).optional(),
  NEPHOS_DIRECTORY_NAME_ATTRIBUTE: z.string().min(1).optional(),
  NEPHOS_DIRECTORY_ADMIN_GROUP: z.string().min(1).optional(),
};

export interface DirectoryChoice {
  settings: DirectorySettings;
  /** Its members are root administrators; also one of the settings' groups. */
  adminGroup: string | undefined;
}

/** Throws when a part is missing, or when passwords would go in the clear. */
export function readDirectory(environment: z.output<z.ZodObject<typeof directoryShape>>): DirectoryChoice | undefined {
  const url = environment.NEPHOS_DIRECTORY_URL;
  if (url === undefined) return undefined;
  const startTls = environment.NEPHOS_DIRECTORY_START_TLS === 'true';
  if (new URL(url).protocol === 'ldap:' && !startTls)
    throw new Error('NEPHOS_DIRECTORY_URL: ldaps://, or ldap:// with NEPHOS_DIRECTORY_START_TLS=true');
  const needed = (name: keyof typeof directoryShape): string => {
    const value = environment[name];
    if (value === undefined) throw new Error(`${name} is missing: with NEPHOS_DIRECTORY_URL it is needed.`);
    return value;
  };
  const adminGroup = environment.NEPHOS_DIRECTORY_ADMIN_GROUP;
  const caFile = environment.NEPHOS_DIRECTORY_CA_FILE;
  return {
    adminGroup,
    settings: {
      kind: environment.NEPHOS_DIRECTORY_KIND,
      url,
      startTls,
      ca: caFile === undefined ? undefined : readFileSync(caFile, 'utf8'),
      baseDn: needed('NEPHOS_DIRECTORY_BASE_DN'),
      service: {
        dn: needed('NEPHOS_DIRECTORY_SERVICE_DN'),
        password: readFileSync(needed('NEPHOS_DIRECTORY_SERVICE_PASSWORD_FILE'), 'utf8').trim(),
      },
      upnSuffix: environment.NEPHOS_DIRECTORY_UPN_SUFFIX,
      nameAttribute: environment.NEPHOS_DIRECTORY_NAME_ATTRIBUTE,
      groups: adminGroup === undefined ? [] : [adminGroup],
    },
  };
}
