import { createRouterRunner } from '@nephos/appliances/router/router-runner';
import { DomainError } from '@nephos/model/errors';
import { bridgeName } from '../network-driver.ts';
import { LAB_STATE, labRequestSchema, type LabAnswer, type ParsedLabCall } from './lab-protocol.ts';
import { createLinuxNetwork } from './linux-network.ts';

const place = { stateDir: LAB_STATE, publicBridge: 'brpublic' };
const driver = createLinuxNetwork(place);
const { signal } = new AbortController();
const options = { signal, onProgress: () => undefined };

function crashing(failAt: string) {
  return createRouterRunner({
    ...place,
    onStep: (step) => {
      if (step === failAt) throw new Error(`crash before ${step}`);
    },
  });
}

async function perform(call: ParsedLabCall): Promise<unknown> {
  switch (call.method) {
    case 'ensureNetwork':
      return driver.ensureNetwork(call.network, options);
    case 'removeNetwork':
      return driver.removeNetwork(call.network, options);
    case 'ensureRouter':
      if (call.failAt) return crashing(call.failAt).ensure(call.router, async () => bridgeName(call.router.network.vni), signal);
      return driver.ensureRouter(call.router, options);
    case 'removeRouter':
      return call.failAt ? crashing(call.failAt).remove(call.router, signal) : driver.removeRouter(call.router, options);
    case 'probe':
      return driver.probe(options);
    case 'listNetworks':
      return driver.listNetworks();
    case 'listRouters':
      return driver.listRouters();
    case 'dial': {
      const connection = await driver.dial({ routerId: call.routerId }, call.ip, call.port, signal);
      connection.end(call.text);
      return (await connection.setEncoding('utf8').toArray()).join('');
    }
  }
}

process.on('message', (message) => {
  const { id, call } = labRequestSchema.parse(message);
  perform(call).then(
    (value) => process.send?.({ id, value } satisfies LabAnswer),
    (error: unknown) =>
      process.send?.({
        id,
        error: { code: error instanceof DomainError ? error.code : 'UNEXPECTED', message: error instanceof Error ? error.message : String(error) },
      } satisfies LabAnswer),
  );
});
process.once('disconnect', () => process.exit());
