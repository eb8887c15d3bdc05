import { existsSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { installedFolder, pointTo, unitText } from './service.ts';

const folder = mkdtempSync(path.join(tmpdir(), `nephos-test-service-${process.pid}-`));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the agent as a service', () => {
  it('is only what was unpacked from an archive', async () => {
    expect(installedFolder()).toBeUndefined();
    const unpacked = path.join(folder, 'nephos-agent-1');
    for (const part of ['bin', 'lib']) await mkdir(path.join(unpacked, part), { recursive: true });
    writeFileSync(path.join(unpacked, 'bin', 'node'), '');
    expect(installedFolder(path.join(unpacked, 'lib', 'cli.mjs'))).toBe(unpacked);
  });

  it('is what was installed last, under one name', async () => {
    for (const version of ['1', '2', '2']) {
      const link = await pointTo(path.join(folder, `nephos-agent-${version}`));
      expect([link, readlinkSync(link)]).toEqual([path.join(folder, 'nephos-agent'), `nephos-agent-${version}`]);
    }
  });

  it('leaves guests and routers running when it stops, and tries for ever', () => {
    const unit = unitText('/opt/nephos-agent', '/var/lib/nephos/agent.json');
    expect(unit).toContain('\nKillMode=process\n');
    expect(unit).toContain('\nStartLimitIntervalSec=0\n');
    expect(unit).toContain('\nExecStart=/opt/nephos-agent/bin/nephos-agent run\n');
  });

  it.skipIf(!existsSync('/usr/bin/systemd-analyze'))('is a unit that systemd understands', async () => {
    const file = path.join(folder, 'nephos-agent.service');
    writeFileSync(file, unitText('/', '/etc/hostname').replace('//bin/nephos-agent', '/bin/true'));
    const { stderr } = await execa('systemd-analyze', ['verify', file], { reject: false });
    expect(stderr.split('\n').filter((line) => line.includes('nephos-agent.service'))).toEqual([]);
  });
});
