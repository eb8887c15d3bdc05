import type { Db } from '@nephos/db/database';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface Metrics {
  contentType: string;
  text(): Promise<string>;
  timeRequest(): (procedure: string, status: number) => void;
}

/** What operators watch, in Prometheus' text form. Counts of rows are asked for when somebody reads. */
export function createMetrics({ db }: { db: Db }): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'nephos_api_' });
  const requests = new Histogram({
    name: 'nephos_api_request_seconds',
    help: 'Time of API requests',
    labelNames: ['procedure', 'status'],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5],
    registers: [registry],
  });
  new Gauge({
    name: 'nephos_operations',
    help: 'Open operations by state',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      this.reset();
      const open = { state: { in: ['pending', 'running', 'undoing', 'stuck'] } };
      for (const { state, _count } of await db.operation.groupBy({ by: ['state'], where: open, _count: true })) this.set({ state }, _count);
    },
  });
  new Gauge({
    name: 'nephos_hosts',
    help: 'Hosts by state',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const { state, _count } of await db.host.groupBy({ by: ['state'], where: { removedAt: null }, _count: true })) this.set({ state }, _count);
    },
  });
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    timeRequest: () => {
      const end = requests.startTimer();
      // Only names of procedures: anything else a caller may write would be a label of its own.
      return (procedure, status) => void end({ procedure: /^[a-zA-Z]+\.[a-zA-Z]+$/.test(procedure) ? procedure : 'other', status: String(status) });
    },
  };
}
