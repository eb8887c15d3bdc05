import { createServer } from 'node:net';
import { inject, describe, expect, it, onTestFinished } from 'vitest';
import { Connection } from '@temporalio/client';
import { planTemporal } from './temporal.ts';

describe('the Temporal dev server', () => {
  it('serves its namespace as soon as it is said to be ready', async () => {
    const connection = await Connection.connect({ address: inject('temporalAddress') });
    onTestFinished(() => connection.close());
    const { namespaceInfo } = await connection.workflowService.describeNamespace({ namespace: 'default' });
    expect(namespaceInfo?.name).toBe('default');
  });

  it('refuses a taken port and names who has it', async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(address !== null && typeof address === 'object' ? address.port : 0);
      });
    });
    onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
    await expect(planTemporal({ port, portSetting: '--temporal-port' })).rejects.toMatchObject({
      code: 'IN_USE',
      message: expect.stringMatching(new RegExp(`Port ${port}, wanted for Temporal, is taken by .*process ${process.pid}.*--temporal-port`)),
    });
  });
});
