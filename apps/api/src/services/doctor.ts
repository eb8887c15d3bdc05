import { X509Certificate } from 'node:crypto';
import { stat, statfs } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DiagnosisDto, FindingDto } from '@nephos/contracts/doctor.schema';
import { CONTROL_QUEUE, hostQueue } from '@nephos/contracts/queue';
import type { Db } from '@nephos/db/database';
import { findViolations } from '@nephos/db/invariants';
import type { LookUp } from '@nephos/directory/directory';
import { OPEN_OPERATION_STATES } from '@nephos/model/operation/state';
import { countPollers, lastRunOf } from '@nephos/operations/worker-health';
import type { Client } from '@temporalio/client';
import { checksOf, updateOf } from './host.dto.ts';
import { imageFile } from './template.ts';

type Finding = Omit<FindingDto, 'check'>;
type Check = () => Promise<Finding[]>;

/** Longer lists are cut: whoever has this many has one cause. */
const SHOWN = 10;
const WITHIN_MS = 20_000;
const SECOND_LOOK_MS = 1_500;
const PENDING_LONG_MS = 2 * 60_000;
const RUNNING_LONG_MS = 60 * 60_000;
const SWEEP_LATE_MS = 60_000;
const ROLL_UP_LATE_MS = 20 * 60_000;
const CLOCK_OFF_MS = 2_000;
const CERTIFICATE_ENDS_SOON_MS = 30 * 24 * 60 * 60_000;
const FULL = 0.9;
/** More hosts than this are not asked about one by one. */
const HOSTS_ASKED_ABOUT = 200;

const ok = (what: string): Finding => ({ state: 'ok', what, help: null });
const warning = (what: string, help: string): Finding => ({ state: 'warning', what, help });
const problem = (what: string, help: string): Finding => ({ state: 'problem', what, help });
/** What was found, at most so many; when nothing was, that all is well. */
const found = (findings: Finding[], otherwise: string): Finding[] =>
  findings.length === 0
    ? [ok(otherwise)]
    : [...findings.slice(0, SHOWN), ...(findings.length > SHOWN ? [warning(`and ${findings.length - SHOWN} more`, 'Begin with those above.')] : [])];

interface Parts {
  db: Db;
  temporal: Client;
  controlQueue?: string | undefined;
  /** Of the agent endpoint, as PEM. */
  serverCertificate: string;
  /** Left out where there is none. */
  directory?: { lookUp(externalId: string): Promise<LookUp> } | undefined;
}

/** Looks at every part of the cloud and at what must always be true, and says what is wrong and what helps. It changes nothing. */
export function createDoctorService({ db, temporal, controlQueue = CONTROL_QUEUE, serverCertificate, directory }: Parts) {
  const checks: Record<string, Check> = {
    database: async () => {
      const [row] = await db.$queryRaw<{ now: Date; version: string }[]>`SELECT now(), current_setting('server_version') AS version`;
      const offMs = Math.abs(Date.now() - (row?.now.getTime() ?? 0));
      if (offMs > CLOCK_OFF_MS)
        return [warning(`The clocks of PostgreSQL and of this process differ by ${offMs} ms.`, 'Keep both machines on time (chrony).')];
      return [ok(`PostgreSQL ${row?.version} answers.`)];
    },

    temporal: async () => {
      const { serverVersion } = await temporal.workflowService.getSystemInfo({});
      return [ok(`Temporal ${serverVersion} answers.`)];
    },

    'control worker': async () => {
      const workers = await countPollers(temporal, controlQueue, 'workflows');
      if (workers === 0)
        return [problem('Nobody takes work from the control queue, so no operation goes on.', 'Start a control worker; look into its log.')];
      return [ok('A control worker takes work.')];
    },

    schedules: async () => [
      ...(await lateSchedule('sweep', SWEEP_LATE_MS, 'operations that nobody started and hosts that fell silent are not seen')),
      ...(await lateSchedule('metrics-rollup', ROLL_UP_LATE_MS, 'metrics are not rolled up, and old ones not dropped')),
    ],

    hosts: async () => {
      const hosts = await db.host.findMany({
        where: { removedAt: null },
        orderBy: { name: 'asc' },
        select: {
          id: true,
          name: true,
          state: true,
          reportedAt: true,
          agentVersion: true,
          agentContract: true,
          agentOldestContract: true,
          facts: true,
        },
      });
      if (hosts.length === 0) return [problem('There is no host, so nothing can run.', 'Add one: docs/guides/add-a-kvm-host.md.')];
      const [outdated, speaking] = [hosts.filter((host) => updateOf(host)), hosts.filter((host) => !updateOf(host))];
      const away = speaking.filter(({ state }) => state !== 'connected');
      const idle = await Promise.all(
        speaking
          .filter(({ state }) => state === 'connected')
          .slice(0, HOSTS_ASKED_ABOUT)
          .map(async ({ id, name }) => ((await countPollers(temporal, hostQueue(id), 'activities')) > 0 ? [] : [name])),
      );
      return found(
        [
          ...outdated.map((host) =>
            problem(
              `Host ${host.name} gets no work: its agent (${host.agentVersion}) and this cloud speak different versions of their contract.`,
              updateOf(host) === 'agent'
                ? 'Install the agent of this cloud on that machine.'
                : 'Update the control plane, or install the agent of this cloud on that machine.',
            ),
          ),
          ...away.map(({ name, state, reportedAt }) =>
            problem(
              `Host ${name} is ${state}; ${reportedAt ? `last heard of at ${reportedAt.toISOString()}` : 'never heard of'}.`,
              'Look on that machine whether its agent runs and reaches this one (its log says why not).',
            ),
          ),
          ...speaking.flatMap((host) =>
            checksOf(host)
              .filter(({ state }) => state === 'missing')
              .map(({ name, what, help }) =>
                problem(`Host ${host.name} lacks what it needs for ${name}: ${what}.`, help ?? 'Look at the host’s page.'),
              ),
          ),
          ...idle
            .flat()
            .map((name) =>
              problem(
                `Host ${name} reports and takes no work.`,
                'Its agent is starting, or can’t reach Temporal through the gate: its log says why.',
              ),
            ),
        ],
        `All ${hosts.length} hosts are connected${hosts.length > HOSTS_ASKED_ABOUT ? `; ${HOSTS_ASKED_ABOUT} were asked about, and take work` : ' and take work'}.`,
      );
    },

    operations: async () => {
      const since = (ms: number) => new Date(Date.now() - ms);
      const wrong = await db.operation.findMany({
        where: {
          OR: [
            { state: 'stuck' },
            { state: 'pending', createdAt: { lt: since(PENDING_LONG_MS) } },
            { state: { in: ['running', 'undoing'] }, startedAt: { lt: since(RUNNING_LONG_MS) } },
          ],
        },
        orderBy: { createdAt: 'asc' },
        take: 1_000,
        select: { id: true, kind: true, state: true, resourceName: true, createdAt: true },
      });
      return found(
        wrong.map(({ id, kind, state, resourceName, createdAt }) =>
          state === 'stuck'
            ? problem(
                `${kind} of ${resourceName} is stuck.`,
                `See why with \`nephos operation show ${id}\`, mend it, then retry the step or resolve it.`,
              )
            : warning(`${kind} of ${resourceName} is ${state} since ${createdAt.toISOString()}.`, `Look at it with \`nephos operation show ${id}\`.`),
        ),
        'No operation is stuck or late.',
      );
    },

    records: async () => {
      // What a transaction is just about to put right is not there at the second look.
      const first = await findViolations(db);
      if (first.length > 0) await sleep(SECOND_LOOK_MS);
      const again = new Set((first.length > 0 ? await findViolations(db) : []).map(({ rule, what }) => `${rule}\n${what}`));
      const isBusy = (await db.operation.count({ where: { state: { in: [...OPEN_OPERATION_STATES] } } })) > 0;
      return found(
        first
          .filter(({ rule, what }) => again.has(`${rule}\n${what}`))
          .map(({ rule, what }) =>
            isBusy
              ? warning(`${rule}: ${what}.`, 'Operations are open; look again when they have ended.')
              : problem(`${rule}: ${what}.`, 'This is a mistake of ours: please report it, with the operations of that resource.'),
          ),
        'The records agree with themselves.',
      );
    },

    templates: async () => {
      const templates = await db.template.findMany({ where: { state: 'ready', removedAt: null }, orderBy: { name: 'asc' } });
      const stores = new Map((await db.imageStore.findMany()).map((store) => [store.id, store]));
      const missing = await Promise.all(
        templates.map(async (template) => {
          const store = stores.get(template.imageStoreId);
          const size =
            store &&
            (await stat(imageFile({ ...template, store })).then(
              ({ size: bytes }) => bytes,
              () => undefined,
            ));
          return size === Number(template.sizeBytes) ? [] : [template.name];
        }),
      );
      return found(
        missing
          .flat()
          .map((name) => problem(`The image of template ${name} is not what was uploaded, or gone.`, 'Upload it again as a new template.')),
        `The images of all ${templates.length} templates are there.`,
      );
    },

    space: async () => {
      const stores = await db.imageStore.findMany({ select: { name: true, path: true } });
      const pools = await db.pool.findMany({
        where: { removedAt: null },
        select: { name: true, hostId: true, capacityBytes: true, usedBytes: true },
      });
      const fullStores = await Promise.all(
        stores.map(async ({ name, path }) => {
          const { blocks, bavail } = await statfs(path);
          return bavail < blocks * (1 - FULL) ? [`Image store ${name}`] : [];
        }),
      );
      const fullPools = pools
        .filter(({ capacityBytes, usedBytes }) => Number(usedBytes) > Number(capacityBytes) * FULL)
        .map(({ name }) => `Pool ${name}`);
      const zones = await db.zone.findMany({ where: { isEnabled: true }, select: { id: true, name: true } });
      const free = await db.address.groupBy({ by: ['zoneId'], where: { kind: 'public', state: 'free' }, _count: true });
      const hosts = await db.host.findMany({
        where: { removedAt: null, id: { notIn: pools.flatMap(({ hostId }) => hostId ?? []) } },
        select: { name: true },
      });
      const without = zones.filter(({ id }) => !free.some(({ zoneId }) => zoneId === id));
      return found(
        [
          ...[...fullStores.flat(), ...fullPools].map((name) => warning(`${name} is more than 90 % full.`, 'Make room, or add another one.')),
          ...hosts.map(({ name }) => warning(`Host ${name} has no storage pool, so nothing is placed on it.`, 'Add one: nephos pool create.')),
          ...without.map(({ name }) =>
            warning(`Zone ${name} has no public address left, so no new network comes up there.`, 'Add a range of public addresses.'),
          ),
        ],
        'Image stores, pools and public addresses have room.',
      );
    },

    certificates: async () => {
      const { validToDate } = new X509Certificate(serverCertificate);
      if (validToDate.getTime() - Date.now() > CERTIFICATE_ENDS_SOON_MS)
        return [ok(`The certificate that agents see is good until ${validToDate.toISOString()}.`)];
      return [warning(`The certificate that agents see ends at ${validToDate.toISOString()}.`, 'Restart the API: it makes a new one.')];
    },

    directory: async () => {
      if (!directory) return [ok('There is no directory: only local users sign in.')];
      const { state } = await directory.lookUp('0'.repeat(32)); // nobody
      if (state === 'unreachable')
        return [
          problem(
            'The directory does not answer, or refuses the service.',
            'Only local users can sign in. Check its address, certificate and the service’s password.',
          ),
        ];
      return [ok('The directory answers.')];
    },
  };

  async function lateSchedule(id: string, lateMs: number, meaning: string): Promise<Finding[]> {
    const last = await lastRunOf(temporal, id);
    const help = 'Restart a control worker, which makes it anew; in Temporal, look whether it is paused.';
    if (last === undefined) return [problem(`The schedule ${id} is not there or paused: ${meaning}.`, help)];
    if (Date.now() - last.getTime() > lateMs) return [problem(`The schedule ${id} has not run since ${last.toISOString()}: ${meaning}.`, help)];
    return [ok(`The schedule ${id} runs.`)];
  }

  return {
    async examine(): Promise<DiagnosisDto> {
      const examined = await Promise.all(
        Object.entries(checks).map(async ([check, look]) => (await looked(look)).map((finding) => ({ check, ...finding }))),
      );
      return { examinedAt: new Date().toISOString(), findings: examined.flat() };
    },
  };
}
export type DoctorService = ReturnType<typeof createDoctorService>;

/** A part that can't be looked at is itself what was found. */
async function looked(look: Check): Promise<Finding[]> {
  const late = new AbortController();
  try {
    const timeout = sleep(WITHIN_MS, undefined, { signal: late.signal }).then(() => Promise.reject(new Error(`no answer in ${WITHIN_MS / 1_000} s`)));
    return await Promise.race([look(), timeout]);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [problem(`It could not be looked at: ${message.slice(0, 300)}`, 'See whether it runs, and its log.')];
  } finally {
    late.abort();
  }
}
