import { Option, type Command } from 'commander';
import type { Outputs } from '../client.ts';
import { findId } from './find.ts';
import { printFields } from './output.ts';
import { askPassword, readPassword } from './password.ts';
import { listCommand, thingCommand, wholeNumber } from './session.ts';

type Account = Outputs['account']['get'];
type User = Outputs['user']['get'];
const ROLES = ['user', 'root-admin'] as const;
const LIMIT_MAX = 2_000_000_000;

/** Who signs in, and what owns resources; for administrators. */
export function addPeopleCommands(program: Command): void {
  addAccounts(program.command('account').description('what owns resources and has limits; for administrators'));
  addUsers(program.command('user').description('who signs in; for administrators'));
}

function addAccounts(account: Command): void {
  const share = (name: keyof Account['limits'], { used, limits }: Account) => `${used[name]}/${limits[name]}`;
  listCommand<Account>(
    account,
    'accounts',
    {
      ID: (row) => row.id,
      NAME: (row) => row.name,
      ENABLED: (row) => row.isEnabled,
      USERS: (row) => row.userCount,
      INSTANCES: (row) => share('instances', row),
      CPUS: (row) => share('vcpus', row),
      'MEMORY MIB': (row) => share('memoryMib', row),
    },
    ({ api }) =>
      (page) =>
        api.account.list.query(page),
  );
  const print = (found: Account) =>
    printFields({
      Id: found.id,
      Name: found.name,
      Enabled: found.isEnabled,
      Users: found.userCount,
      Instances: share('instances', found),
      CPUs: share('vcpus', found),
      'Memory MiB': share('memoryMib', found),
    });
  thingCommand(
    account.command('show').description('one account').argument('<account>', 'its name or id'),
    async (session, [name]) => session.api.account.get.query({ accountId: await findId(session, 'account', name) }),
    print,
  );
  const limit = (text: string | undefined, option: string) => (text === '0' ? 0 : text && wholeNumber(text, option, LIMIT_MAX));
  thingCommand(
    account
      .command('limits')
      .description('change how much it may use; less than is used takes nothing away')
      .argument('<account>', 'its name or id')
      .option('--instances <n>')
      .option('--cpus <n>')
      .option('--memory <MiB>'),
    async (session, [name], { instances, cpus, memory }) => {
      const [maxInstances, maxVcpus, maxMemoryMib] = [limit(instances, '--instances'), limit(cpus, '--cpus'), limit(memory, '--memory')];
      return session.api.account.update.mutate({
        accountId: await findId(session, 'account', name),
        ...(typeof maxInstances === 'number' && { maxInstances }),
        ...(typeof maxVcpus === 'number' && { maxVcpus }),
        ...(typeof maxMemoryMib === 'number' && { maxMemoryMib }),
      });
    },
    print,
  );
  for (const [verb, about] of Object.entries({ enable: 'let its users in', disable: 'sign its users out; its instances go on' })) {
    thingCommand(
      account.command(verb).description(about).argument('<account>', 'its name or id'),
      async (session, [name]) =>
        session.api.account.update.mutate({ accountId: await findId(session, 'account', name), isEnabled: verb === 'enable' }),
      print,
    );
  }
}

function addUsers(user: Command): void {
  listCommand<User>(
    user,
    'users',
    {
      ID: (row) => row.id,
      NAME: (row) => row.name,
      ROLE: (row) => row.role,
      ACCOUNT: (row) => row.accountName,
      ORIGIN: (row) => row.origin,
      ENABLED: (row) => row.isEnabled,
    },
    ({ api }) =>
      (page) =>
        api.user.list.query(page),
  );
  const print = (found: User) =>
    printFields({ Id: found.id, Name: found.name, Role: found.role, Account: found.accountName, Origin: found.origin, Enabled: found.isEnabled });
  thingCommand(
    user
      .command('create')
      .description('a user whom no directory knows')
      .argument('<name>', 'that they sign in with')
      .option('--account <account>', 'else one of their own')
      .addOption(new Option('--role <role>').choices(ROLES).default('user'))
      .option('--password-stdin', 'read the password from stdin'),
    async (session, [name], { account, role, passwordStdin }) =>
      session.api.user.create.mutate({
        name,
        password: passwordStdin ? await readPassword() : await askPassword(`Password of ${name}: `),
        role: roleOf(role),
        ...(account && { accountId: await findId(session, 'account', account) }),
      }),
    print,
  );
  thingCommand(
    user.command('role').description('change what they may').argument('<user>', 'their name or id').argument('<role>', ROLES.join(' or ')),
    async (session, [name, role]) => session.api.user.update.mutate({ userId: await findId(session, 'user', name), role: roleOf(role) }),
    print,
  );
  for (const [verb, about] of Object.entries({ enable: 'let them in again', disable: 'sign them out everywhere, at once' })) {
    thingCommand(
      user.command(verb).description(about).argument('<user>', 'their name or id'),
      async (session, [name]) => session.api.user.update.mutate({ userId: await findId(session, 'user', name), isEnabled: verb === 'enable' }),
      print,
    );
  }
}

function roleOf(text: string | undefined): (typeof ROLES)[number] {
  return text === 'root-admin' ? 'root-admin' : 'user';
}
