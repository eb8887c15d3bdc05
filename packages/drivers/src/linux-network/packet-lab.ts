import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { ensureHostNamespace, insideHost, processesInside, type HostNamespace } from '@nephos/embedded/host-namespace';
import { connectHost, ensureWire, hostManagementIp, hostName, removeWireAndHosts, type Wire } from '@nephos/embedded/wire';
import { z } from 'zod';
import { bridgeName } from '../network-driver.ts';
import { LAB_STATE, type LabAnswer, type LabCall } from './lab-protocol.ts';

const COMMAND_TIMEOUT_MS = 20_000;

export interface Output {
  exitCode: number | undefined;
  text: string;
}

/** A network namespace on a host that plays a guest. */
export interface LabGuest {
  run(...argv: string[]): Promise<Output>;
  /** DHCP by busybox's udhcpc, configured as a real guest would be; undefined when nobody answered. Option names as udhcpc spells them. */
  dhcp(): Promise<Record<string, string> | undefined>;
  remove(): Promise<void>;
}

/** A host with its agent: only the network driver, in a process of its own inside the host. */
export interface LabHost {
  ip: string;
  run(...argv: string[]): Promise<Output>;
  call<T>(call: LabCall, parse: (value: unknown) => T): Promise<T>;
  do(call: LabCall): Promise<unknown>;
  /** As `kill -9` of the agent and a new start. */
  restartDriver(): Promise<void>;
  addGuest(name: string, vni: number, macAddress: string): Promise<LabGuest>;
  /** Command lines of everything that runs on this host, and on no other. */
  processes(): Promise<string[]>;
}

export interface PacketLab {
  wire: Wire;
  hosts: [LabHost, LabHost];
  /** Runs in the public network, where the gateway is. */
  outside(...argv: string[]): Promise<Output>;
  /** The command that runs there, for processes that stay. */
  outsideCommand(argv: readonly string[]): string[];
  remove(): Promise<void>;
}

/** Two hosts joined by a management and a public network, with the product's driver on each: real bridges, tunnels and daemons. */
export async function makePacketLab(letter: string): Promise<PacketLab> {
  await removeLabsOfDeadTests();
  const prefix = `${letter}${process.pid}`;
  const wire: Wire = { prefix, managementNet: `10.213.${process.pid % 256}`, publicNet: '203.0.113' };
  const folder = await mkdtemp(join(tmpdir(), 'nephos-packet-lab-'));
  const script = join(folder, 'udhcpc.sh');
  await writeFile(script, UDHCPC_SCRIPT, { mode: 0o755 });
  await ensureWire(wire);
  const makeHost = async (index: number): Promise<{ host: LabHost; stop: () => Promise<void> }> => {
    const namespace = { name: hostName(wire, index), folder: join(folder, `h${index}`) };
    await mkdir(namespace.folder);
    await ensureHostNamespace(namespace);
    await connectHost(wire, namespace.name, index);
    return startHost(namespace, hostManagementIp(wire, index), script);
  };
  const one = await makeHost(1);
  const two = await makeHost(2);
  const outsideCommand = (argv: readonly string[]): string[] => ['ip', 'netns', 'exec', `${prefix}-wire`, ...argv];
  return {
    wire,
    hosts: [one.host, two.host],
    outside: (...argv) => run(outsideCommand(argv)),
    outsideCommand,
    remove: async () => {
      await one.stop();
      await two.stop();
      await removeWireAndHosts(prefix);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startHost(namespace: HostNamespace, ip: string, udhcpcScript: string): Promise<{ host: LabHost; stop: () => Promise<void> }> {
  const inside = (...argv: string[]): Promise<Output> => run(insideHost(namespace, argv));
  let driver = startDriver(namespace);
  const call: LabHost['call'] = async (wish, parse) => parse(await ask(driver, wish));
  const stop = async (): Promise<void> => {
    if (driver.exitCode !== null || driver.signalCode !== null) return;
    const ended = new Promise((resolve) => driver.once('exit', resolve));
    driver.kill('SIGKILL');
    await ended;
  };
  const host: LabHost = {
    ip,
    run: inside,
    call,
    do: (wish) => call(wish, (value) => value),
    restartDriver: async () => {
      await stop();
      driver = startDriver(namespace);
    },
    processes: async () => {
      const pids = await processesInside(namespace.name);
      return Promise.all(pids.map(async (pid) => (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ')));
    },
    addGuest: async (name, vni, macAddress) => {
      const must = async (...argv: string[]): Promise<void> => {
        const { exitCode, text } = await inside(...argv);
        if (exitCode !== 0) throw new Error(`${argv.join(' ')}: ${text}`);
      };
      await must('ip', 'netns', 'add', name);
      await must('ip', '-n', name, 'link', 'set', 'lo', 'up');
      await must('ip', 'link', 'add', `${name}p`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name, 'address', macAddress);
      await must('ip', 'link', 'set', `${name}p`, 'mtu', '1450', 'master', bridgeName(vni), 'up');
      await must('ip', '-n', name, 'link', 'set', 'eth0', 'up');
      const runInGuest = (...argv: string[]): Promise<Output> => inside('ip', 'netns', 'exec', name, ...argv);
      return {
        run: runInGuest,
        dhcp: async () => {
          const { text } = await runInGuest(
            'busybox',
            'udhcpc',
            '-f',
            '-q',
            '-n',
            '-t',
            '3',
            '-T',
            '1',
            '-O',
            'mtu',
            '-i',
            'eth0',
            '-s',
            udhcpcScript,
          );
          const options = text
            .split('\n')
            .filter((line) => line.startsWith('GOT '))
            .map((line) => line.slice(4).split(/=(.*)/s).slice(0, 2));
          return options.length > 0 ? Object.fromEntries(options) : undefined;
        },
        remove: () => must('ip', 'netns', 'del', name),
      };
    },
  };
  return { host, stop };
}

function startDriver(namespace: HostNamespace): ChildProcess {
  const [execPath = '', ...args] = insideHost(namespace, [process.execPath]);
  return fork(fileURLToPath(new URL('./lab-driver.ts', import.meta.url)), [], {
    execPath,
    execArgv: args,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

/** Whom the driver recorded as a router's daemon. */
export async function daemonPid(host: LabHost, routerId: string, name: 'dnsmasq' | 'metadata'): Promise<number> {
  const { text } = await host.run('cat', `${LAB_STATE}/routers/${routerId}/${name}.pid`);
  return z.object({ pid: z.int() }).parse(JSON.parse(text)).pid;
}

let lastId = 0;

async function ask(driver: ChildProcess, call: LabCall): Promise<unknown> {
  const id = ++lastId;
  const { promise, resolve, reject } = Promise.withResolvers<LabAnswer>();
  const onMessage = (answer: LabAnswer): void => {
    if (answer.id === id) resolve(answer);
  };
  const onExit = (): void => reject(new Error(`The driver ended during ${call.method}`));
  driver.on('message', onMessage).once('exit', onExit);
  driver.send({ id, call });
  try {
    const answer = await promise;
    if ('error' in answer) throw Object.assign(new Error(answer.error.message), { code: answer.error.code });
    return answer.value;
  } finally {
    driver.off('message', onMessage).off('exit', onExit);
  }
}

async function run([program = '', ...args]: string[]): Promise<Output> {
  const { exitCode, all } = await execa(program, args, { reject: false, timeout: COMMAND_TIMEOUT_MS, all: true, stdin: 'ignore' });
  return { exitCode, text: all };
}

async function removeLabsOfDeadTests(): Promise<void> {
  for (const name of await readdir('/run/netns').catch(() => [])) {
    const [, prefix, pid] = /^(([a-z])\d+)-wire$/.exec(name) ? [name, name.slice(0, -5), name.slice(1, -5)] : [];
    if (prefix && !prefix.startsWith('t') && !existsSync(`/proc/${pid}`)) await removeWireAndHosts(prefix);
  }
}

const UDHCPC_SCRIPT = `#!/bin/sh
[ "$1" = bound ] || exit 0
ip addr flush dev $interface
ip addr add $ip/$mask dev $interface
[ -n "$mtu" ] && ip link set $interface mtu $mtu
for r in $router; do ip route replace default via $r; done
for o in ip mask router dns domain mtu hostname serverid lease; do eval "echo GOT $o=\\$$o"; done
`;
