import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer as createHttpServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeConsoleHost } from '@nephos/api/console.arrange';
import { makePartitions, SAMPLE_TIER } from '@nephos/db/metrics-partition.repo';
import { createTestApi, type TestApi } from '@nephos/testing/test-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { runCli, type Ran } from './cli.arrange.ts';

const MAIN = path.join(import.meta.dirname, 'main.ts');
const ID = '01890000-0000-7000-8000-000000000000';

let api: TestApi;
let folder: string;
let config: string;
beforeAll(async () => {
  api = await createTestApi({ withWorld: true });
  folder = mkdtempSync(path.join(tmpdir(), `nephos-cli-${process.pid}-`));
  config = path.join(folder, 'sub', 'config.json');
});
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

/** As somebody without a session, unless `env` says otherwise. */
const run = (args: string[], { env = {}, stdin = '' }: { env?: Record<string, string>; stdin?: string } = {}): Promise<Ran> =>
  runCli(args, { env: { HOME: folder, NEPHOS_CONFIG: config, ...env }, stdin });
const asTenant = (...args: string[]) => run(args, { env: { NEPHOS_URL: api.url, NEPHOS_TOKEN: api.tenants[0].token } });
const asOther = (...args: string[]) => run(args, { env: { NEPHOS_URL: api.url, NEPHOS_TOKEN: api.tenants[1].token } });
const deploy = (name: string, ...more: string[]) =>
  asTenant('instance', 'deploy', name, '--template', api.template.name, '--offering', api.offering.name, ...more);

describe('nephos login', () => {
  it('keeps the session for its owner alone, and logout ends it', async () => {
    const login = await run(['login', '--url', api.url, '--name', api.admin.name, '--password-stdin'], { stdin: `${api.admin.password}\n` });
    expect(login).toMatchObject({ code: 0, stdout: '' });
    expect(statSync(config).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(config)).mode & 0o777).toBe(0o700);
    expect(await run(['whoami'])).toMatchObject({ code: 0, stdout: `Name:    admin\nRole:    root-admin\nAccount: admin\nAPI:     ${api.url}\n` });
    const { token } = JSON.parse(readFileSync(config, 'utf8')) as { token: string };
    expect(await run(['logout'])).toMatchObject({ code: 0 });
    expect(await run(['whoami'])).toMatchObject({ code: 3 });
    expect(await run(['whoami'], { env: { NEPHOS_URL: api.url, NEPHOS_TOKEN: token } })).toMatchObject({ code: 3 }); // not only forgotten: over
  });

  it('says what is wrong with a password, and never asks without a terminal', async () => {
    expect(await run(['login', '--url', api.url, '--name', 'admin', '--password-stdin'], { stdin: 'wrong' })).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('name or the password is wrong'),
    });
    expect(await run(['login', '--url', api.url, '--name', 'admin'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--password-stdin') });
  });

  it('sends a kept token to no other address', async () => {
    let seen: string | undefined;
    const other = createHttpServer((request, response) => {
      seen = request.headers.authorization;
      response.end('{}');
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    writeFileSync(config, JSON.stringify({ url: api.url, token: 'nephos_session_secret' }));
    expect(await run(['whoami', '--url', `http://127.0.0.1:${(other.address() as AddressInfo).port}`])).toMatchObject({ code: 3 });
    expect(seen).toBeUndefined();
    rmSync(config);
    await new Promise((resolve) => other.close(resolve));
  });
});

describe('nephos instance', () => {
  it('leads one through its life, with the steps on stderr and nothing but data on stdout', async () => {
    const deployed = await deploy('web', '--tag', 'team=blue', '--wait');
    expect(deployed).toMatchObject({ code: 0, stdout: '' });
    expect(deployed.stderr).toMatch(/instance\.deploy web: .+ \(running\)\n[^]*instance\.deploy web: succeeded\n$/);

    const list = await asTenant('instance', 'list');
    expect(
      list.stdout
        .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
        .replaceAll(/\S+Z$/gm, 'TIME')
        .replaceAll(/ {2,}/g, '  '),
    ).toBe(
      `ID  NAME  STATE  ADDRESS  OFFERING  TEMPLATE  CREATED\nID  web  running  10.1.1.2  ${api.offering.name}  ${api.template.name}  TIME\n`.replace(
        '10.1.1.2',
        /10\.1\.1\.\d+/.exec(list.stdout)?.[0] ?? '',
      ),
    );
    const shown = JSON.parse((await asTenant('instance', 'show', 'web', '--json')).stdout) as { id: string; name: string; tags: object };
    expect(shown).toMatchObject({ name: 'web', state: 'running', tags: { team: 'blue' } });
    expect((await asTenant('instance', 'show', shown.id)).stdout).toMatch(/^Name: +web$/m);

    const at = new Date(Date.now() - 5_000);
    await makePartitions(api.db, SAMPLE_TIER, at, new Date());
    await api.db.$executeRaw`INSERT INTO metrics.sample (instance_id, at, cpu_fraction) VALUES (${shown.id}::uuid, ${at}::timestamptz, 0.25)`;
    const metrics = await asTenant('instance', 'metrics', 'web', '--range', 'day');
    expect(metrics.stdout).toMatch(/^METRIC +LAST +AVERAGE +HIGHEST\ncpuFraction +0.25 +0.25 +0.25\nmemoryUsedBytes +- +- +-\n/);

    for (const [verb, ...more] of [['stop', '--force'], ['start'], ['reboot', '--force'], ['destroy'], ['recover'], ['destroy'], ['expunge']]) {
      const done = await asTenant('instance', verb!, 'web', '--wait', '--json', ...more);
      expect([verb, done.code, done.stderr.split('\n').at(-2)]).toEqual([verb, 0, expect.any(String)]);
      expect(JSON.parse(done.stdout)).toMatchObject([{ kind: `instance.${verb}`, state: 'succeeded' }]);
    }
    expect(await asTenant('instance', 'show', 'web')).toMatchObject({
      code: 4,
      stdout: '',
      stderr: 'nephos: There is no instance called web. (NOT_FOUND)\n',
    });
  });

  it('pages through everything only when told to', async () => {
    await deploy('many', '--count', '3', '--wait');
    const some = await asTenant('instance', 'list', '--limit', '2', '--search', 'many', '--json');
    expect(JSON.parse(some.stdout)).toHaveLength(2);
    expect(some.stderr).toBe('There are more than these 2; --all shows them all.\n');
    const all = await asTenant('instance', 'list', '--all', '--search', 'many', '--json');
    expect(JSON.parse(all.stdout)).toHaveLength(3);
    expect(all.stderr).toBe('');
  });

  it('says it when a name is not the only one', async () => {
    const { name, publicKey } = { name: 'twice', publicKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==' };
    await api.db.template.create({ data: { ...api.template, id: ID, name: api.template.name, tags: {} } });
    const twice = await deploy('twice');
    expect(twice).toMatchObject({ code: 5, stdout: '', stderr: expect.stringContaining(`2 things are a template called ${api.template.name}`) });
    await api.db.template.delete({ where: { id: ID } });
    const key = path.join(folder, 'key.pub');
    writeFileSync(key, `${publicKey}\n`);
    expect(await asTenant('ssh-key', 'add', name, key)).toMatchObject({ code: 0 });
    expect(await deploy('with-key', '--ssh-key', name)).toMatchObject({ code: 0 });
    expect(await asTenant('ssh-key', 'delete', name)).toMatchObject({ code: 0 });
  });
});

describe('nephos doctor', () => {
  it('ends with 1 when something is wrong, says what, and what helps', async () => {
    const doctor = await run(['doctor'], { env: { NEPHOS_URL: api.url, NEPHOS_TOKEN: api.admin.token } });
    expect(doctor).toMatchObject({ code: 1, stderr: '' }); // the image of the template is not there
    expect(doctor.stdout).toMatch(/^ok +database +PostgreSQL .* answers\.$/m);
    expect(doctor.stdout).toMatch(/^problem +templates +The image of template .*\n +Upload it again/m);
    expect(await asTenant('doctor')).toMatchObject({ code: 3, stdout: '' });
  });
});

describe('exit codes', () => {
  it.each([
    [2, 'an option that is none', () => asTenant('instance', 'list', '--nonsense')],
    [2, 'a missing argument', () => asTenant('instance', 'start')],
    [2, 'input that the API refuses', () => deploy('Not A Host Name')],
    [3, 'no session', () => run(['instance', 'list'])],
    [3, 'a token that is none', () => run(['instance', 'list'], { env: { NEPHOS_URL: api.url, NEPHOS_TOKEN: 'x' } })],
    [3, 'what the role does not include', () => asTenant('host', 'list')],
    [
      4,
      'another tenant’s instance',
      async () => asOther('instance', 'start', (await api.db.instance.findFirstOrThrow({ where: { accountId: api.tenants[0].actor.accountId } })).id),
    ],
    [5, 'a limit', () => deploy('limit', '--count', '50')],
    [6, 'nobody there', () => run(['instance', 'list'], { env: { NEPHOS_URL: 'http://127.0.0.1:9999', NEPHOS_TOKEN: 'x' } })],
    [0, 'help', () => run(['--help'])],
  ])('are %s for %s', async (code, _, ran) => {
    const { code: seen, stderr } = await ran();
    expect([seen, stderr]).toEqual([code, expect.any(String)]);
  });

  it('are 1 when the operation fails, which says why; and it can be retried', async () => {
    api.faults.set('ensureInstance', 'fail');
    const failed = await deploy('broken', '--wait', '--json');
    api.faults.reset();
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('HYPERVISOR_FAILED') });
    const [operation] = JSON.parse(failed.stdout) as { id: string; state: string }[];
    expect(operation?.state).toBe('failed');
    expect((await asTenant('operation', 'show', operation!.id)).stdout).toMatch(/^undo: /m);
    expect(await asTenant('operation', 'retry', operation!.id, '--wait')).toMatchObject({ code: 0 });
    expect(await asTenant('operation', 'watch', 'broken', '--json')).toMatchObject({ code: 0, stdout: expect.stringContaining('succeeded') });
  });

  it('tell scripts of errors in JSON on stderr', async () => {
    const { stdout, stderr } = await asTenant('instance', 'show', ID, '--json');
    expect(stdout).toBe('');
    expect(JSON.parse(stderr)).toEqual({ error: { code: 'NOT_FOUND', message: expect.stringContaining(ID), requestId: expect.any(String) } });
  });
});

describe('nephos operation, for administrators,', () => {
  const asAdmin = (...args: string[]) => run(args, { env: { NEPHOS_URL: api.url, NEPHOS_TOKEN: api.admin.token } });

  it('finds a failed one by its cause, and shows its history', async () => {
    api.faults.set('ensureInstance', 'fail');
    const { stdout } = await deploy('faulty', '--wait', '--json');
    api.faults.reset();
    const [{ id }] = JSON.parse(stdout) as [{ id: string }];
    const found = async (...filters: string[]) => {
      const listed = await asAdmin('operation', 'list', '--json', ...filters);
      return (JSON.parse(listed.stdout) as { id: string }[]).map((operation) => operation.id);
    };
    const { name } = await api.db.account.findUniqueOrThrow({ where: { id: api.tenants[0].actor.accountId } });
    const cause = ['--error', 'HYPERVISOR_FAILED', '--failed-step', 'start the guest', '--kind', 'instance.deploy', '--hours', '1'];
    expect(await found(...cause, '--account', name, '--state', 'failed')).toContain(id);
    expect(await found(...cause, '--oldest-first')).toEqual((await found(...cause)).toReversed());
    expect(await found(...cause, '--state', 'open')).toEqual([]);
    expect(await found('--account', 'nobody')).toEqual([]);
    const history = JSON.parse((await asAdmin('operation', 'history', id)).stdout) as { isGone: boolean; events: { type: string }[] };
    expect(history).toMatchObject({ operationId: id, workflowId: `instance.deploy/${id}`, isGone: false });
    expect(history.events.at(-1)).toMatchObject({ type: 'WORKFLOW_EXECUTION_FAILED' });
    expect(await asTenant('operation', 'history', id)).toMatchObject({ code: 3, stdout: '' });
  });

  it('answers a stuck one', async () => {
    api.faults.set('ensureInstance', 'fail');
    api.faults.set('removeInstance', 'fail');
    const [{ id }] = JSON.parse((await deploy('jammed', '--json')).stdout) as [{ id: string }];
    const stateNow = async () => (await api.db.operation.findUniqueOrThrow({ where: { id } })).state;
    await expect.poll(stateNow, { timeout: 20_000 }).toBe('stuck');
    expect(await asTenant('operation', 'retry-stuck', id)).toMatchObject({ code: 3 });
    expect(await asAdmin('operation', 'resolve-stuck', id)).toMatchObject({ code: 2, stderr: expect.stringContaining('--reason') });
    api.faults.reset();
    expect(await asAdmin('operation', 'resolve-stuck', id, '--reason', 'There was no guest')).toMatchObject({ code: 0 });
    await expect.poll(stateNow, { timeout: 20_000 }).toBe('failed');
    expect(await asAdmin('operation', 'retry-stuck', id)).toMatchObject({ code: 5, stderr: expect.stringContaining('not stuck') });
  });
});

describe('nephos operation cancel', () => {
  it('undoes what runs', async () => {
    const held = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    api.faults.onCall = async (name) => {
      if (name !== 'placeInstance') return;
      begun.resolve();
      await held.promise;
    };
    expect((await deploy('cancelled')).code).toBe(0);
    await begun.promise;
    expect(await asTenant('operation', 'cancel', 'cancelled', '--json')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"isCancelRequested": true'),
    });
    const watching = asTenant('operation', 'watch', 'cancelled');
    held.resolve();
    expect(await watching).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/undo: .+cancelled: cancelled/s) });
    api.faults.reset();
  });
});

describe('nephos api-key and the other lists', () => {
  it('makes a key whose token works until it is revoked', async () => {
    const made = JSON.parse((await asTenant('api-key', 'create', 'ci', '--json')).stdout) as { token: string };
    const asKey = () => run(['whoami'], { env: { NEPHOS_URL: api.url, NEPHOS_TOKEN: made.token } });
    expect((await asKey()).code).toBe(0);
    expect((await asTenant('api-key', 'list')).stdout).not.toContain(made.token);
    expect((await asTenant('api-key', 'revoke', 'ci')).code).toBe(0);
    expect((await asKey()).code).toBe(3);
  });

  it('lists what there is to choose from, and for administrators hosts', async () => {
    for (const noun of ['template', 'offering', 'zone', 'event', 'ssh-key'])
      expect(await asTenant(noun, 'list')).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^[A-Z ]+\n/) });
    const hosts = await run(['host', 'list'], { env: { NEPHOS_URL: api.url, NEPHOS_TOKEN: api.admin.token } });
    expect(hosts.stdout).toContain(api.hosts[0]!.name);
  });
});

describe('nephos instance console', () => {
  it('is the serial line in the terminal until Ctrl-]', async () => {
    const quiet = await createTestApi(); // without workers: a deploy that runs would place the instance on another host
    const host = await makeConsoleHost(quiet);
    const [owner] = quiet.tenants;
    const instanceId = await host.startInstance(owner);
    const env = { PATH: process.env['PATH'], HOME: folder, NEPHOS_CONFIG: config, NEPHOS_URL: quiet.url, NEPHOS_TOKEN: owner.token };
    const child = spawn(process.execPath, [MAIN, 'instance', 'console', instanceId], { env });
    let heard = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (heard += text));
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text) => (complaint += text));
    const ended = once(child, 'close').then(([code]) => Promise.reject(new Error(`it ended with ${code}: ${complaint}`)));
    ended.catch(() => undefined); // at the end it should
    const untilHeard = async (text: string) => {
      while (!heard.includes(text)) await Promise.race([once(child.stdout, 'data'), ended]);
    };
    await untilHeard('login: ');
    child.stdin.write('me\r');
    await untilHeard('me@');
    child.stdin.write('\u001d');
    expect(await once(child, 'close')).toEqual([0, null]);
    host.driver.control.stopGuest(instanceId);
    await host.leave();
    await quiet.close();
  });
});

describe('nephos instance ssh', () => {
  it('runs ssh with itself as the ProxyCommand, by id and without anything a shell could take', async () => {
    const bin = mkdtempSync(path.join(folder, "bin '%h-"));
    const args = path.join(bin, 'args');
    writeFileSync(
      path.join(bin, 'ssh'),
      `#!${process.execPath}\nrequire('fs').writeFileSync(${JSON.stringify(args)}, JSON.stringify(process.argv.slice(2)));process.exit(7)\n`,
      { mode: 0o755 },
    );
    const ran = await run(['instance', 'ssh', ID, '--', '-i', 'key; rm -rf /', 'uname', '-a'], {
      env: { NEPHOS_URL: api.url, NEPHOS_TOKEN: 'x', PATH: bin },
    });
    expect(ran).toMatchObject({ code: 7, stderr: '' });
    expect(JSON.parse(readFileSync(args, 'utf8'))).toEqual([
      '-o',
      `ProxyCommand='${process.execPath}' '${MAIN}' instance ssh ${ID} --port 22 --stdio`,
      '-o',
      `HostKeyAlias=${ID}`,
      '-o',
      `UserKnownHostsFile="${path.join(path.dirname(config), 'known_hosts')}"`,
      '-o',
      'StrictHostKeyChecking=accept-new',
      '-l',
      'root',
      ID,
      '-i',
      'key; rm -rf /',
      'uname',
      '-a',
    ]);
    expect(
      await run(['instance', 'ssh', ID, '--user', '-oProxyCommand=x'], { env: { NEPHOS_URL: api.url, NEPHOS_TOKEN: 'x', PATH: bin } }),
    ).toMatchObject({ code: 2 });
  });

  it('is the connection with --stdio: the guest’s first bytes are there, and the end on either side ends it', async () => {
    const http = createHttpServer();
    const sockets = new WebSocketServer({ server: http, path: '/connect' });
    sockets.on('connection', (socket) => {
      socket.once('message', (hello) => {
        expect(JSON.parse(String(hello))).toEqual({ token: 'x', instanceId: ID, port: 22 });
        socket.send('{"ok":true}');
        socket.send(Buffer.from('SSH-2.0-guest\r\n')); // in the same packet
        socket.on('message', (data) => {
          socket.send(data);
          socket.close();
        });
      });
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const ran = await run(['instance', 'ssh', ID, '--stdio'], {
      env: { NEPHOS_URL: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, NEPHOS_TOKEN: 'x' },
      stdin: 'hello',
    });
    expect(ran).toEqual({ code: 0, stdout: 'SSH-2.0-guest\r\nhello', stderr: '' });
    sockets.close();
    http.close();
  });
});
