import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { tellChecks } from './probe.ts';

describe('nephos-agent probe', () => {
  it('says what is there, what is not, and what helps', () => {
    const checks = [
      { name: 'QEMU', state: 'ok', what: '7.2', help: null },
      { name: 'libvirt', state: 'missing', what: 'It does not answer', help: 'Start it.' },
    ] as const;
    expect(tellChecks(checks)).toBe(`ok       QEMU     7.2
missing  libvirt  It does not answer
                  Start it.
This machine can't be a host yet: 1 of these are missing.`);
    expect(tellChecks(checks.slice(0, 1))).toContain('This machine can be a host.');
  });

  it('looks at any machine, whatever it lacks', () => {
    const program = fileURLToPath(import.meta.resolve('./cli.ts'));
    const { stdout, stderr } = spawnSync(process.execPath, [program, 'probe'], { encoding: 'utf8', env: { PATH: '/nowhere' } });
    expect(stdout).toMatch(/^missing {2}QEMU/m);
    expect(stdout).toContain("This machine can't be a host yet");
    expect(stderr).toBe('');
  });
});
