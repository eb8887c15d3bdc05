'use client';
import { Badge } from '@nephos/ui/badge';
import { Meter } from '@nephos/ui/meter';
import { Empty, Facts, Note, PageHead, Panel } from '@nephos/ui/panel';
import { useQuery } from '@tanstack/react-query';
import { ArrowLeft } from 'lucide-react';
import { useFormatter, useTranslations } from 'next-intl';
import Link from 'next/link';
import { pathTo } from '../../lib/path-builder.ts';
import { useApi, type Outputs } from '../../trpc/api.tsx';
import { Ago, Copyable, Loading, useBytes } from '../shell/parts.tsx';
import { HostActions } from './host-actions.tsx';
import { HostActivity } from './host-activity.tsx';
import { HostInstances } from './host-instances.tsx';
import { HostOperations } from './host-operations.tsx';
import { CpuMeter, HostBadges, hypervisorOf, MemoryMeter, situationOf, type Host } from './host-parts.tsx';

const POOLS_SHOWN = 100;

export function HostPage({ hostId }: { hostId: string }) {
  const t = useTranslations('host');
  const query = useQuery(useApi().host.get.queryOptions({ hostId }));
  return (
    <Loading query={query} rows={8}>
      {(host) => (
        <>
          <PageHead
            title={
              <span className="flex flex-wrap items-center gap-3">
                {host.name}
                <HostBadges host={host} />
              </span>
            }
            about={
              <Link href={pathTo.hosts()} className="inline-flex items-center gap-1 hover:text-ink hover:underline">
                <ArrowLeft size={14} aria-hidden />
                {t('back')}
              </Link>
            }
            actions={<HostActions host={host} />}
          />
          <SituationNote host={host} />
          <div className="grid items-start gap-4 xl:grid-cols-2">
            <div className="grid min-w-0 gap-4">
              <Capacity host={host} />
              <Agent host={host} />
              <Checks checks={host.checks} />
              <About host={host} />
            </div>
            <div className="grid min-w-0 gap-4">
              <HostInstances host={host} />
              <HostOperations host={host} />
              <HostActivity host={host} />
            </div>
          </div>
        </>
      )}
    </Loading>
  );
}

/** What somebody should know before all else. */
function SituationNote({ host }: { host: Host }) {
  const t = useTranslations('host');
  const format = useFormatter();
  const situation = situationOf(host);
  const until = host.joinTokenExpiresAt && new Date(host.joinTokenExpiresAt);
  const note =
    situation === 'awaited'
      ? until && until > new Date()
        ? t('awaitedUntil', { until: format.dateTime(until, { dateStyle: 'medium', timeStyle: 'short' }) })
        : t('awaitedNoToken')
      : situation === 'outdated'
        ? t(host.needsUpdate === 'agent' ? 'outdatedAgent' : 'outdatedControlPlane')
        : situation === 'disconnected'
          ? t('disconnectedAbout')
          : !host.isEnabled
            ? t('disabledAbout')
            : undefined;
  if (!note) return null;
  return (
    <div className="mb-4">
      <Note tone={situation === 'disconnected' || situation === 'outdated' ? 'bad' : 'warn'}>{note}</Note>
    </div>
  );
}

function Capacity({ host }: { host: Host }) {
  const t = useTranslations('host');
  const bytes = useBytes();
  const api = useApi();
  const pools = useQuery(api.pool.list.queryOptions({ hostId: host.id, limit: POOLS_SHOWN })).data?.items ?? [];
  return (
    <Panel title={t('capacity')}>
      {host.capacity.cpuMhz === 0 ? (
        <Empty title={t('noCapacity')} />
      ) : (
        <div className="grid gap-4 p-4 sm:grid-cols-2">
          <CpuMeter host={host} />
          <MemoryMeter host={host} />
          {pools.map(({ id, name, usedBytes, capacityBytes }) => (
            <Meter
              key={id}
              label={t('pool', { name })}
              value={usedBytes}
              max={capacityBytes}
              text={t('of', { used: bytes(usedBytes), capacity: bytes(capacityBytes) })}
            />
          ))}
        </div>
      )}
    </Panel>
  );
}

function Agent({ host }: { host: Host }) {
  const t = useTranslations('host');
  const { reportedAt, connectedAt, state } = host;
  const heard = state === 'connected' ? t('reporting') : reportedAt ? <Ago key="reported" time={reportedAt} /> : t('never'); // a connected one reports every 15 s, and nobody is told of each
  return (
    <Panel title={t('agent')}>
      <Facts
        items={[
          [t('state'), <HostBadges key="state" host={host} />],
          [t('lastReport'), heard],
          ...(state === 'connected' && connectedAt ? [[t('connectedSince'), <Ago key="since" time={connectedAt} />] as const] : []),
          [t('agentVersion'), host.agentVersion ?? '–'],
          ...(host.agentContract === null ? [] : [[t('agentContract'), host.agentContract] as const]),
          ...Object.entries(host.versions).map(([name, version]) => [name, version] as const),
        ]}
      />
    </Panel>
  );
}

const CHECK_TONES = { ok: 'good', warning: 'warn', missing: 'bad' } as const;

/** What its machine has of what a host needs; what is wrong comes first. */
function Checks({ checks }: { checks: Outputs['host']['get']['checks'] }) {
  const t = useTranslations('host');
  const order = Object.keys(CHECK_TONES).toReversed();
  return (
    <Panel title={t('checks')}>
      {checks.length === 0 ? (
        <Empty title={t('noChecks')} />
      ) : (
        <Facts
          items={checks
            .toSorted((one, other) => order.indexOf(one.state) - order.indexOf(other.state))
            .map(
              ({ name, state, what, help }) =>
                [
                  name,
                  <>
                    <Badge tone={CHECK_TONES[state]}>{t(`checkStates.${state}`)}</Badge> {what}
                    {help && <span className="block text-xs text-ink-soft">{help}</span>}
                  </>,
                ] as const,
            )}
        />
      )}
    </Panel>
  );
}

function About({ host }: { host: Host }) {
  const t = useTranslations('host');
  const list = useTranslations('list');
  const bytes = useBytes();
  return (
    <Panel title={t('aboutHost')}>
      <Facts
        items={[
          [t('place'), `${host.zoneName} / ${host.podName} / ${host.clusterName}`],
          [t('hypervisor'), t(`hypervisors.${hypervisorOf(host.hypervisor)}`)],
          [
            t('acceleration'),
            host.acceleration ? (
              <>
                {host.acceleration}
                {host.accelerationReason && <span className="block text-xs text-ink-soft">{host.accelerationReason}</span>}
              </>
            ) : (
              '–'
            ),
          ],
          [
            t('machine'),
            host.cpuCount ? t('machineOf', { cpuCount: host.cpuCount, cpuMhz: host.cpuMhz, memory: bytes(host.memoryMib * 1024 ** 2) }) : '–',
          ],
          [t('overcommit'), t('overcommitOf', { cpu: host.cpuOvercommit, memory: host.memoryOvercommit })],
          [list('placementTags'), host.placementTags.join(', ') || '–'],
          [t('managementIp'), host.managementIp ?? '–'],
          [t('added'), <Ago key="added" time={host.createdAt} />],
          [t('id'), <Copyable key="id" text={host.id} what={t('id')} />],
        ]}
      />
    </Panel>
  );
}
