import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DomainError } from '@nephos/model/errors';
import { execa } from 'execa';
import type { CloudApi } from './cloud-api.ts';
import { ROOT } from './terminal.ts';

/** The machine's own ssh into guests, through the API's gateway. */
export interface GuestShell {
  /** For an SSH key pair of the API. */
  readonly publicKey: string;
  /** What `command` prints. The guest may still be booting: it is tried until it answers or the time is over. */
  run(instanceId: string, command: string, options?: { user?: string; timeoutMs?: number }): Promise<string>;
  /** Signs in by password and nothing else. */
  runByPassword(instanceId: string, user: string, password: string, command: string): Promise<string>;
  close(): Promise<void>;
}

const NOT_CONNECTED = 255; // ssh(1): an error of ssh itself; anything else is the command's

export async function openGuestShell({ url, token }: CloudApi): Promise<GuestShell> {
  const folder = await mkdtemp(path.join(tmpdir(), `nephos-shell-${process.pid}-`));
  const keyFile = path.join(folder, 'key');
  await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', keyFile]);
  const { stdout: publicKey } = await execa('ssh-keygen', ['-y', '-f', keyFile]);
  const askpass = path.join(folder, 'askpass');
  await writeFile(askpass, '#!/bin/sh\nprintf "%s\\n" "$GUEST_PASSWORD"\n');
  await chmod(askpass, 0o700);

  const proxy = `${process.execPath} ${path.join(ROOT, 'tools/src/guest-stream.ts')} %n 22`;
  const ssh = (instanceId: string, args: readonly string[], command: string, env: Record<string, string> = {}) =>
    execa(
      'ssh',
      [
        '-o',
        `ProxyCommand=${proxy}`,
        '-o',
        'StrictHostKeyChecking=no',
        '-o',
        'UserKnownHostsFile=/dev/null',
        '-o',
        'LogLevel=ERROR',
        '-o',
        'ConnectTimeout=20',
        ...args,
        instanceId,
        command,
      ],
      { env: { NEPHOS_URL: url, NEPHOS_TOKEN: token, NODE_NO_WARNINGS: '1', ...env }, stdin: 'ignore', reject: false, timeout: 60_000 },
    );

  return {
    publicKey,
    run: async (instanceId, command, { user = 'root', timeoutMs = 120_000 } = {}) => {
      for (const giveUpAt = Date.now() + timeoutMs; ;) {
        const { exitCode, stdout, stderr } = await ssh(
          instanceId,
          ['-i', keyFile, '-o', 'IdentitiesOnly=yes', '-o', 'BatchMode=yes', '-l', user],
          command,
        );
        if (exitCode === 0) return stdout;
        if (exitCode !== NOT_CONNECTED || Date.now() > giveUpAt)
          throw new DomainError('UNEXPECTED', `In guest ${instanceId}, "${command}" ended with ${exitCode}: ${stdout}\n${stderr}`);
        await new Promise((resolve) => setTimeout(resolve, 500)); // nothing tells when a guest's sshd listens
      }
    },
    runByPassword: async (instanceId, user, password, command) => {
      const args = [
        '-o',
        'PreferredAuthentications=password,keyboard-interactive',
        '-o',
        'PubkeyAuthentication=no',
        '-o',
        'NumberOfPasswordPrompts=1',
        '-l',
        user,
      ];
      const { exitCode, stdout, stderr } = await ssh(instanceId, args, command, {
        SSH_ASKPASS: askpass,
        SSH_ASKPASS_REQUIRE: 'force',
        GUEST_PASSWORD: password,
      });
      if (exitCode === 0) return stdout;
      throw new DomainError('UNEXPECTED', `Guest ${instanceId} let ${user} not in by password: ${stderr}`);
    },
    close: () => rm(folder, { recursive: true }),
  };
}
