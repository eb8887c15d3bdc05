import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { ConsoleKind } from '@nephos/model/console';
import { DomainError } from '@nephos/model/errors';
import { newId } from '@nephos/model/id';
import { decodePpm, encodePng, isPng } from '../image/png.ts';
import { createSerialLines } from '../serial-lines.ts';
import { serialSocketPath } from './domain-xml.ts';
import type { Domains } from './domains.ts';

/** The consoles of one host's guests: sockets of their QEMUs. Of the screen any number may look; the serial line takes one, so it is held here. */
export function createConsoles({ domains, stateDir, root }: { domains: Domains; stateDir: string; root: string }) {
  const lines = createSerialLines((instanceId) => dial(serialSocketPath(stateDir, instanceId), instanceId));
  return {
    listen: (instanceId: string) => lines.listen(instanceId),
    open: async (instanceId: string, kind: ConsoleKind) =>
      kind === 'serial'
        ? lines.open(instanceId)
        : dial(join(root, await domains.findScreenSocket(instanceId).catch((error: unknown) => refuseGone(error, instanceId))), instanceId),
    takeScreenshot: async (instanceId: string): Promise<Uint8Array> => {
      const file = join(stateDir, `screenshot-${newId()}`);
      try {
        await domains.takeScreenshot(instanceId, file).catch((error: unknown) => refuseGone(error, instanceId));
        return toPng(await readFile(file));
      } finally {
        await rm(file, { force: true });
      }
    },
  };
}

async function dial(path: string, instanceId: string): Promise<Socket> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return socket;
  } catch (cause) {
    throw new DomainError('INVALID_STATE', `Instance ${instanceId} does not run on this host.`, { instanceId }, { cause });
  }
}

function refuseGone(error: unknown, instanceId: string): never {
  if (!(error instanceof DomainError) || error.code !== 'NOT_FOUND') throw error;
  throw new DomainError('INVALID_STATE', `Instance ${instanceId} does not run on this host.`, { instanceId }, { cause: error });
}

function toPng(bytes: Buffer): Uint8Array {
  if (isPng(bytes)) return bytes;
  const picture = decodePpm(bytes);
  if (!picture) throw new DomainError('HYPERVISOR_FAILED', 'QEMU wrote a picture of the screen in a form that is not known here');
  return encodePng(picture);
}
