/** What the guest writes to QEMU's debug console (port 0xe9) once it runs in 64-bit mode. */
export const BOOT_SECTOR_SAYS = 'K';
/** How QEMU ends after it: isa-debug-exit makes 2 × value + 1 of the 16 written to port 0xf4. */
export const BOOT_SECTOR_EXIT_CODE = 33;

// 16-bit code at 0x7c00. Real mode alone proves nothing: KVMs that can't run ordinary guests emulate it. Every 64-bit kernel
// turns on paging and long mode, and that is where such a KVM hangs (seen with kvm_pvm).
const CODE = [
  0xfa, //                                             cli
  0x31,
  0xc0,
  0x8e,
  0xd8,
  0x8e,
  0xc0, //               xor ax, ax; mov ds, ax; mov es, ax
  0xbf,
  0x00,
  0x10,
  0xb9,
  0x00,
  0x18,
  0xfc,
  0xf3,
  0xab, // mov di, 0x1000; mov cx, 0x1800; cld; rep stosw    three empty page tables
  0xc7,
  0x06,
  0x00,
  0x10,
  0x03,
  0x20, //               mov word [0x1000], 0x2003    level 4 → level 3
  0xc7,
  0x06,
  0x00,
  0x20,
  0x03,
  0x30, //               mov word [0x2000], 0x3003    level 3 → level 2
  0xc7,
  0x06,
  0x00,
  0x30,
  0x83,
  0x00, //               mov word [0x3000], 0x0083    the first 2 MiB as they are
  0x66,
  0xb8,
  0x00,
  0x10,
  0x00,
  0x00,
  0x0f,
  0x22,
  0xd8, // mov eax, 0x1000; mov cr3, eax
  0x0f,
  0x20,
  0xe0,
  0x0c,
  0x20,
  0x0f,
  0x22,
  0xe0, //   mov eax, cr4; or al, 0x20; mov cr4, eax    PAE
  0x66,
  0xb9,
  0x80,
  0x00,
  0x00,
  0xc0,
  0x0f,
  0x32, //   mov ecx, 0xc0000080; rdmsr    EFER
  0x0d,
  0x00,
  0x01,
  0x0f,
  0x30, //                     or ax, 0x100; wrmsr    long mode
  0x66,
  0x0f,
  0x01,
  0x16,
  0x80,
  0x7c, //               lgdt [0x7c80]
  0x0f,
  0x20,
  0xc0,
  0x66,
  0x0d,
  0x01,
  0x00,
  0x00,
  0x80,
  0x0f,
  0x22,
  0xc0, // mov eax, cr0; or eax, 0x80000001; mov cr0, eax    paging
  0xea,
  0x90,
  0x7c,
  0x08,
  0x00, //                     jmp 0x08:0x7c90
];
const GDT = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x9a, 0x20, 0]; // at 0x7c70: nothing, and a 64-bit code segment
const GDT_POINTER = [0x0f, 0x00, 0x70, 0x7c, 0x00, 0x00]; // at 0x7c80
// 64-bit code at 0x7c90.
const LONG_CODE = [
  0x0f,
  0x20,
  0xd8,
  0x0f,
  0x22,
  0xd8, //               mov rax, cr3; mov cr3, rax    one switch of page tables
  0xb0,
  BOOT_SECTOR_SAYS.charCodeAt(0),
  0xe6,
  0xe9, // mov al, 'K'; out 0xe9, al
  0xb0,
  0x10,
  0xe6,
  0xf4, //                           mov al, 16; out 0xf4, al
  0xf4,
  0xeb,
  0xfd, //                                 hlt; jmp $-1
];

/** The smallest guest that shows whether this host runs 64-bit guests: 512 bytes that a BIOS boots. */
export function bootSector(): Uint8Array {
  const sector = new Uint8Array(512);
  sector.set(CODE, 0);
  sector.set(GDT, 0x70);
  sector.set(GDT_POINTER, 0x80);
  sector.set(LONG_CODE, 0x90);
  sector.set([0x55, 0xaa], 510);
  return sector;
}
