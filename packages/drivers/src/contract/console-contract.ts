import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type { InstanceSpec } from '@nephos/contracts/instance-spec';
import { expect, it } from 'vitest';
import type { HypervisorDriver } from '../hypervisor-driver.ts';
import { isPng } from '../image/png.ts';
import { calmly, type ContractHost, type ContractImage } from './contract-host.ts';

type Prepare = (options?: { image?: ContractImage }) => Promise<InstanceSpec>;

/** What every driver that has consoles must do. */
export function describeConsoleContract(given: () => { host: ContractHost; driver: HypervisorDriver; prepare: Prepare }): void {
  async function start(options?: { image?: ContractImage }) {
    const { driver, prepare } = given();
    const spec = await prepare(options);
    await driver.ensureInstance(spec, calmly);
    const open = (kind: 'screen' | 'serial') => driver.openConsole?.(spec.instanceId, kind) ?? Promise.reject(new Error('no consoles'));
    return { driver, spec, open };
  }

  it('has the consoles that it says', () => {
    expect([...given().driver.abilities]).toEqual(expect.arrayContaining(['screen', 'serial']));
  });

  it('shows a screen to two at once, and takes a picture of it', async () => {
    const { driver, spec, open } = await start();
    const viewers = await Promise.all([open('screen'), open('screen')]);
    for (const viewer of viewers) expect(await untilHeard(viewer, 'RFB 003.008\n')).toBe('RFB 003.008\n');
    viewers.forEach((viewer) => viewer.destroy());
    const png = (await driver.takeScreenshot?.(spec.instanceId)) ?? new Uint8Array();
    expect(isPng(png)).toBe(true);
    expect(png.length).toBeGreaterThan(100);
  });

  it('lets several look at the serial line, each answered, and the last one sees what was said before', async () => {
    const { host } = given();
    const { open } = await start({ image: host.image });
    const first = await open('serial');
    await untilHeard(first, 'login: ');
    const second = await open('serial');
    expect(await untilHeard(second, 'login: ')).toContain('login: ');
    second.write('nobody\r');
    await Promise.all([untilHeard(first, 'nobody'), untilHeard(second, 'nobody')]);
    first.destroy();
    second.write('\r');
    await untilHeard(second, '\n');
    second.destroy();
  });

  it('ends consoles with their guest, and opens none of one that does not run', async () => {
    const { driver, spec, open } = await start();
    const viewers = await Promise.all([open('screen'), open('serial')]);
    const ended = viewers.map((viewer) =>
      once(
        viewer.resume().on('error', () => undefined),
        'close',
      ),
    );
    await driver.stopInstance(spec.instanceId, 0, calmly);
    await Promise.all(ended);
    for (const kind of ['screen', 'serial'] as const) await expect(open(kind)).rejects.toMatchObject({ code: 'INVALID_STATE' });
    await expect(driver.takeScreenshot?.(spec.instanceId)).rejects.toMatchObject({ code: 'INVALID_STATE' });
  });
}

/** Listens until this was said, and gives all that was heard. */
function untilHeard(stream: Duplex, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let heard = '';
    const over = () => reject(new Error(`It ended without ${text}; it said: ${heard.slice(-500)}`));
    const hear = (chunk: Buffer) => {
      heard += chunk.toString('latin1');
      if (!heard.includes(text)) return;
      stream.off('data', hear).off('close', over);
      stream.pause();
      resolve(heard);
    };
    stream.on('data', hear).once('close', over);
    stream.resume();
  });
}
