import { createSecretKey } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import { createDataConverter } from '@nephos/temporal-kit/data-converter';

// Recorded histories are replayed by later builds: a workflow that would take another way than it took is found before it is
// shipped. `npm run record-history` writes them anew; commit them with the change that made it necessary.

const { History } = proto.temporal.api.history.v1;
const folder = fileURLToPath(new URL('../../../workflows/src/__histories__/', import.meta.url));
const KEY = createSecretKey(Buffer.alloc(32, 7)); // of tests alone: it lets recorded histories be read again

/** What worlds of tests encrypt with. */
export const testDataConverter = createDataConverter({ current: 'test', keys: { test: KEY } });

export const isRecording = process.env['NEPHOS_RECORD_HISTORIES'] === '1';

export async function recordHistory(client: Client, workflowId: string, name: string): Promise<void> {
  const history = await client.workflow.getHandle(workflowId).fetchHistory();
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${name}.pb.gz`), gzipSync(History.encode(history).finish()));
}

export function readHistories(): { name: string; history: proto.temporal.api.history.v1.IHistory }[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.pb.gz'));
  return files.map((file) => ({ name: file.replace('.pb.gz', ''), history: History.decode(gunzipSync(readFileSync(path.join(folder, file)))) }));
}
