import { describe, expect, it } from 'vitest';
import { assertSocketPathsFit, domainXml } from './domain-xml.ts';

const id = '3a1c3a1c-3a1c-4a1c-8a1c-3a1c3a1c3a1c';
const template = { templateId: id, format: 'qcow2' as const, sizeBytes: 1, virtualSizeBytes: 1, sha256: 'f'.repeat(64) };
const spec = {
  instanceId: id,
  name: `<a'b&c>`,
  generation: 3,
  cpuCount: 2,
  memoryMib: 256,
  volumes: [{ volumeId: id, poolPath: '/pool', sizeBytes: 1, template }],
  nics: [{ nicId: id, networkId: id, vni: 16_777_215, macAddress: '02:00:00:00:00:01', mtu: 1450 }],
};

describe('domainXml', () => {
  it('lets nothing of a name become markup', () => {
    const xml = domainXml(spec, { acceleration: 'emulation', stateDir: '/s' });
    expect(xml).not.toContain(spec.name);
    expect(xml).toContain('<title>&#60;a&#39;b&#38;c&#62;</title>');
  });

  it('asks for KVM and the CPU of the host, or for emulation with bounded memory', () => {
    const kvm = domainXml(spec, { acceleration: 'kvm', stateDir: '/s' });
    expect(kvm).toContain("<domain type='kvm'>");
    expect(kvm).toContain('host-passthrough');
    expect(kvm).not.toContain('tb-cache');
    const emulation = domainXml(spec, { acceleration: 'emulation', stateDir: '/s' });
    expect(emulation).toContain("<domain type='qemu'>");
    expect(emulation).toContain("<tb-cache unit='MiB'>32</tb-cache>");
  });

  it('puts disks and NICs where other parts of the platform make them', () => {
    const xml = domainXml(spec, { acceleration: 'kvm', stateDir: '/s' });
    expect(xml).toContain(`<source file='/pool/volumes/${id}.qcow2'/>`);
    expect(xml).toContain("<source bridge='nbr16777215'/>");
    expect(xml).toContain("<mtu size='1450'/>");
  });
});

describe('assertSocketPathsFit', () => {
  it('refuses a folder whose sockets would have too long a path', () => {
    expect(() => assertSocketPathsFit(`/${'a'.repeat(81)}`)).not.toThrow();
    expect(() => assertSocketPathsFit(`/${'a'.repeat(82)}`)).toThrow('1 bytes too long');
  });
});
