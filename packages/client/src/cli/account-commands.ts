import { createInterface } from 'node:readline/promises';
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { createNephosClient, NephosError, type Outputs } from '../client.ts';
import { forgetConfig, readConfig, writeConfig } from './config.ts';
import { findId } from './find.ts';
import { printFields, printJson, say } from './output.ts';
import { askPassword, readPassword } from './password.ts';
import { listCommand, openSession } from './session.ts';

type SshKey = Outputs['sshKeyPair']['list']['items'][number];
type ApiKey = Outputs['apiKey']['list']['items'][number];

export function addAccountCommands(program: Command): void {
  const login = program
    .command('login')
    .description('sign in; the session is kept for later commands')
    .option('--name <name>', 'asked for when left out')
    .option('--password-stdin', 'read the password from stdin')
    .action(async (options: { name?: string; passwordStdin?: boolean }) => {
      const { url } = await readConfig(login.optsWithGlobals<{ url?: string }>().url);
      const name = options.name ?? (await askName());
      const password = options.passwordStdin ? await readPassword() : await askPassword(`Password of ${name}: `);
      const { token, expiresAt } = await createNephosClient({ url }).api.auth.login.mutate({ name, password });
      await writeConfig({ url, token });
      say(`Signed in to ${url} as ${name} until ${expiresAt}.`);
    });
  const logout = program
    .command('logout')
    .description('end the session')
    .action(async () => {
      const session = await openSession(logout);
      await session.api.auth.logout.mutate();
      await forgetConfig();
      say('Signed out.');
    });
  const whoami = program
    .command('whoami')
    .description('who you are')
    .action(async () => {
      const session = await openSession(whoami);
      const me = await session.api.auth.me.query();
      if (session.isJson) return printJson(me);
      printFields({ Name: me.name, Role: me.role, Account: me.accountName, API: session.url });
    });
  addSshKeys(program.command('ssh-key').description('public keys that instances let in'));
  addApiKeys(program.command('api-key').description('tokens for programs'));
}

async function askName(): Promise<string> {
  if (!process.stdin.isTTY) throw new NephosError('BAD_INPUT', 'There is no terminal to ask for the name at: give --name.');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question('Name: ')).trim();
  } finally {
    terminal.close();
  }
}

function addSshKeys(sshKey: Command): void {
  listCommand<SshKey>(
    sshKey,
    'your keys',
    { ID: (row) => row.id, NAME: (row) => row.name, FINGERPRINT: (row) => row.fingerprint, CREATED: (row) => row.createdAt },
    ({ api }) =>
      (page) =>
        api.sshKeyPair.list.query(page),
  );
  const add = sshKey
    .command('add')
    .description('add a public key')
    .argument('<name>')
    .argument('<file>', 'like ~/.ssh/id_ed25519.pub')
    .action(async (name: string, file: string) => {
      const session = await openSession(add);
      const made = await session.api.sshKeyPair.create.mutate({ name, publicKey: await readFile(file, 'utf8') });
      if (session.isJson) return printJson(made);
      printFields({ Id: made.id, Name: made.name, Fingerprint: made.fingerprint });
    });
  const remove = sshKey
    .command('delete')
    .description('forget a key; instances that have it keep it')
    .argument('<key>', 'its name or id')
    .action(async (name: string) => {
      const session = await openSession(remove);
      const gone = await session.api.sshKeyPair.delete.mutate({ sshKeyPairId: await findId(session, 'SSH key', name) });
      if (session.isJson) return printJson(gone);
      say(`The SSH key ${name} was deleted.`);
    });
}

function addApiKeys(apiKey: Command): void {
  listCommand<ApiKey>(
    apiKey,
    'your keys',
    {
      ID: (row) => row.id,
      NAME: (row) => row.name,
      EXPIRES: (row) => row.expiresAt,
      REVOKED: (row) => row.revokedAt,
      'LAST USED': (row) => row.lastUsedAt,
    },
    ({ api }) =>
      (page) =>
        api.apiKey.list.query(page),
  );
  const create = apiKey
    .command('create')
    .description('make a key; its token is shown this once')
    .argument('<name>')
    .option('--expires <time>', 'like 2030-01-31T00:00:00Z')
    .action(async (name: string, options: { expires?: string }) => {
      const session = await openSession(create);
      const made = await session.api.apiKey.create.mutate({ name, ...(options.expires && { expiresAt: options.expires }) });
      if (session.isJson) return printJson(made);
      printFields({ Id: made.id, Name: made.name, Expires: made.expiresAt, Token: made.token });
    });
  const revoke = apiKey
    .command('revoke')
    .description('end a key at once')
    .argument('<key>', 'its name or id')
    .action(async (name: string) => {
      const session = await openSession(revoke);
      const revoked = await session.api.apiKey.revoke.mutate({ apiKeyId: await findId(session, 'API key', name) });
      if (session.isJson) return printJson(revoked);
      say(`The API key ${revoked.name} was revoked.`);
    });
}
