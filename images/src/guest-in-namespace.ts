import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { runTool } from './tool.ts';

// Run by tests as `unshare --net --map-root-user node guest-in-namespace.ts IMAGE PUBLIC-KEY SSH-PORT USER-DATA -- PROBE…`: boots the
// image with a virtual router's metadata and password services on the address that its DHCP server (QEMU's own) names. Once the
// guest says that it is ready, runs PROBE, then presses the power button. Prints what happened, one JSON object a line.

const [image = '', publicKey = '', sshPort = '', userData = '', , ...probe] = process.argv.slice(2);
const startedAt = Date.now();
const say = (event: Record<string, string | number>) => console.log(JSON.stringify({ ms: Date.now() - startedAt, ...event }));

const METADATA: Record<string, string> = {
  'meta-data/instance-id': 'i-under-test',
  'meta-data/local-hostname': 'under-test',
  'meta-data/public-keys': publicKey,
  'user-data': userData,
};
const metadata = createServer((request, response) => {
  const path = request.url?.replace('/latest/', '') ?? '';
  say({ asked: path });
  const answer = METADATA[path];
  response.writeHead(answer === undefined ? 404 : 200).end(answer);
});
const passwords = createServer((request, response) => {
  const wish = String(request.headers['domu_request']);
  say({ asked: wish });
  response.end(wish === 'send_my_password' ? 'planted-password' : 'saved_password');
});

await runTool('ip', ['link', 'set', 'lo', 'up']);
await Promise.all([once(metadata.listen(80, '127.0.0.1'), 'listening'), once(passwords.listen(8080, '127.0.0.1'), 'listening')]);
const guest = spawn(
  'qemu-system-x86_64',
  [
    '-accel',
    'tcg,tb-size=32',
    '-m',
    '96',
    '-nodefaults',
    '-no-user-config',
    '-display',
    'none',
    '-serial',
    'stdio',
    '-snapshot',
    '-drive',
    `file=${image},if=virtio,format=qcow2`,
    '-device',
    'virtio-rng-pci',
    '-monitor',
    'unix:monitor.sock,server=on,wait=off',
    '-device',
    'virtio-serial-pci',
    '-chardev',
    'null,id=agent',
    '-device',
    'virtserialport,chardev=agent,name=org.qemu.guest_agent.0',
    '-netdev',
    `user,id=n,hostfwd=tcp:127.0.0.1:${sshPort}-:22`,
    '-device',
    'virtio-net-pci,netdev=n,romfile=',
  ],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
const ended = once(guest, 'exit');
process.on('exit', () => guest.kill('SIGKILL'));

for await (const line of createInterface({ input: guest.stdout })) {
  if (!line.includes('TINY-READY')) continue;
  say({ ready: line.slice(line.indexOf('TINY-READY')) });
  say({ answered: await runTool(probe[0] ?? 'true', probe.slice(1), { timeoutMs: 60_000 }) });
  connect('monitor.sock').end('system_powerdown\n');
}
await ended;
say({ off: 'by its power button' });
process.exit();
