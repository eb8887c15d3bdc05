import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { buildTinyImage } from './build-tiny.ts';
import { runTool } from './tool.ts';

let folder = '';
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'nephos-tiny-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the tiny guest', () => {
  it('is built, and the second time comes from the cache', async () => {
    const first = await buildTinyImage({ outFile: join(folder, 'one.qcow2') });
    const second = await buildTinyImage({ outFile: join(folder, 'two.qcow2') });
    expect(second).toEqual(first);
    expect(await readFile(join(folder, 'two.qcow2'))).toHaveLength(first.sizeBytes);
  });

  it('takes name, key, password and user data from its router, and obeys its power button', async () => {
    const image = join(folder, 'guest.qcow2');
    const key = join(folder, 'key');
    await buildTinyImage({ outFile: image });
    await runTool('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const ssh = [
      'ssh',
      '-i',
      key,
      '-p',
      '2222',
      '-o',
      'StrictHostKeyChecking=no',
      '-o',
      'UserKnownHostsFile=/dev/null',
      'root@127.0.0.1',
      'until [ -s /var/lib/cloud/instance-id ]; do usleep 50000; done; hostname; cut -c1-8 /etc/shadow | grep root; cat /run/made-by-user-data; wget -q -O - http://127.0.0.1/; pidof qemu-ga acpid httpd getty | wc -w',
    ];
    const userData = '#!/bin/sh\necho made > /run/made-by-user-data\n';
    const events = await boot([image, (await readFile(`${key}.pub`, 'utf8')).trim(), '2222', userData, '--', ...ssh]);

    expect(events.find((event) => event.ready)?.ready).toMatch(/^TINY-READY uptime=[\d.]+ host=under-test ip=10\.0\.2\.15\/24/);
    expect(events.flatMap((event) => event.asked ?? [])).toEqual([
      'meta-data/instance-id',
      'meta-data/local-hostname',
      'meta-data/public-keys',
      'send_my_password',
      'saved_password',
      'user-data',
    ]);
    expect(events.find((event) => event.answered !== undefined)?.answered?.split('\n')).toEqual([
      'under-test',
      'root:$6$',
      'made',
      'under-test i-under-test',
      '5',
    ]);
    expect(events.at(-1)).toMatchObject({ off: 'by its power button' });
  });
});

const guestEventSchema = z.object({
  ms: z.number(),
  asked: z.string().optional(),
  ready: z.string().optional(),
  answered: z.string().optional(),
  off: z.string().optional(),
});
type GuestEvent = z.output<typeof guestEventSchema>;

/** Runs `guest-in-namespace.ts` in a network namespace of its own to its end, and gives what it said. */
async function boot(args: string[]): Promise<GuestEvent[]> {
  const child = spawn(
    'unshare',
    ['--net', '--map-root-user', '--kill-child', '--fork', '--pid', process.execPath, join(import.meta.dirname, 'guest-in-namespace.ts'), ...args],
    {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const ended = once(child, 'exit');
  const events: GuestEvent[] = [];
  for await (const line of createInterface({ input: child.stdout })) events.push(guestEventSchema.parse(JSON.parse(line)));
  await ended;
  console.log(
    `ready after ${events.find((event) => event.ready)?.ms} ms, SSH answered after ${events.find((event) => event.answered !== undefined)?.ms} ms`,
  );
  return events;
}
