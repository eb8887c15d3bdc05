import { defineConfig } from 'vitest/config';

// Two kinds of test files: `*.test.ts` runs anywhere; `*.host.test.ts` needs root, network namespaces and libvirt, and runs one file at a time.
const everywhere = { include: ['{apps,workers,packages}/*/src/**/*.test.ts', '{workflows,activities,tools,images,e2e}/src/**/*.test.ts'] };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'anywhere',
          ...everywhere,
          exclude: ['**/node_modules/**', '**/*.host.test.ts'],
          globalSetup: ['packages/testing/src/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'host',
          include: everywhere.include.map((glob) => glob.replace('*.test.ts', '*.host.test.ts')),
          fileParallelism: false,
          globalSetup: ['packages/testing/src/global-setup.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
