import { spawn } from 'node:child_process';
import { isIPv4, Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { DomainError } from '@nephos/model/errors';

const DIAL_TIMEOUT_MS = 10_000;

/**
 * A TCP connection made inside a network namespace. A process can't enter one for a moment, so a small one is started there that connects
 * and hands its socket over (SCM_RIGHTS, by Node's IPC channel). After that no process stands between: what is returned is the connection itself.
 */
export async function dialInNamespace(namespace: string, ip: string, port: number, signal: AbortSignal): Promise<Socket> {
  if (!isIPv4(ip) || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new DomainError('BAD_INPUT', `${JSON.stringify(ip.slice(0, 80))} port ${port} can't be dialled`, { ip, port });
  }
  const timeout = AbortSignal.timeout(DIAL_TIMEOUT_MS);
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const unreachable = (why: string): void => {
    reject(new DomainError('HOST_UNREACHABLE', `${ip} port ${port} can't be reached from its network: ${why}`, { ip, port }));
  };
  const dialler = spawn(
    'ip',
    ['netns', 'exec', namespace, process.execPath, fileURLToPath(new URL('./dial-main.mjs', import.meta.url)), ip, String(port)],
    {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    },
  );
  dialler.on('message', (message, handle) => {
    if (handle instanceof Socket) resolve(handle);
    else unreachable(typeof message === 'object' && message !== null && 'failed' in message ? String(message.failed) : 'no connection came back');
  });
  dialler.on('error', (error) => unreachable(error.message));
  dialler.on('disconnect', () => unreachable(`no router ${namespace} runs here, or its helper ended`));
  const stop = (): void => {
    if (signal.aborted) reject(new DomainError('CANCELLED', `Cancelled while dialling ${ip} port ${port}`, { ip, port }));
    else unreachable(`no answer within ${DIAL_TIMEOUT_MS / 1_000} s`);
  };
  const either = AbortSignal.any([signal, timeout]);
  either.addEventListener('abort', stop, { once: true });
  if (either.aborted) stop();
  try {
    return await promise;
  } catch (error) {
    dialler.kill('SIGKILL');
    throw error;
  } finally {
    if (dialler.connected) dialler.disconnect(); // it ends with its channel
    either.removeEventListener('abort', stop);
  }
}
