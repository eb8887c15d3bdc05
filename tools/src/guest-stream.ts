// SSH's ProxyCommand in tests: `node guest-stream.ts INSTANCE PORT`, with NEPHOS_URL and NEPHOS_TOKEN. Its stdin and stdout are the guest's port.
import { pipeline } from 'node:stream/promises';
import { createNephosClient } from '@nephos/client/client';

const [instanceId = '', port = ''] = process.argv.slice(2);
const client = createNephosClient({ url: process.env['NEPHOS_URL'] ?? '', token: process.env['NEPHOS_TOKEN'] });
const stream = await client.connect(instanceId, Number(port));
await pipeline(process.stdin, stream, process.stdout).catch(() => undefined); // one side hung up, as sides do
process.exit(0); // stdin may still be open, and nobody reads it any more
