'use client';
import { Facts, Note, PageHead, Panel } from '@nephos/ui/panel';
import { Table, Td, Th } from '@nephos/ui/table';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useFormatter, useTranslations } from 'next-intl';
import { useApi, type Outputs } from '../../trpc/api.tsx';
import { ConsoleLink } from '../console/console-link.tsx';
import { Screenshot } from '../console/screenshot.tsx';
import { InstanceTabs } from '../metrics/instance-tabs.tsx';
import { Ago, Copyable, Loading, useBytes } from '../shell/parts.tsx';
import { GuestPassword } from './guest-password.tsx';
import { InstanceActions, type Instance } from './instance-actions.tsx';
import { InstanceActivity } from './instance-activity.tsx';
import { InstanceStateBadge } from './instance-state.tsx';

const MIB = 1024 ** 2;

export function InstancePage({ instanceId }: { instanceId: string }) {
  const api = useApi();
  const queryClient = useQueryClient();
  const query = useQuery({
    ...api.instance.get.queryOptions({ instanceId }),
    // The list has the same: what one comes from is there at once.
    placeholderData: () =>
      queryClient
        .getQueriesData<Outputs['instance']['list']>({ queryKey: api.instance.list.queryKey() })
        .flatMap(([, page]) => page?.items ?? [])
        .find(({ id }) => id === instanceId),
  });
  return (
    <Loading query={query} rows={8}>
      {(instance) => (
        <>
          <Head instance={instance} />
          <InstanceTabs instance={instance}>
            <div className="grid items-start gap-4 xl:grid-cols-2">
              <div className="grid min-w-0 gap-4">
                <Screenshot instance={instance} />
                <About instance={instance} />
                <Volumes instance={instance} />
              </div>
              <InstanceActivity instance={instance} />
            </div>
          </InstanceTabs>
        </>
      )}
    </Loading>
  );
}

function Head({ instance }: { instance: Instance }) {
  const t = useTranslations('instance');
  const format = useFormatter();
  const isKept = instance.state === 'destroyed' && instance.expungeAfter;
  return (
    <>
      <PageHead
        title={
          <span className="flex flex-wrap items-center gap-3">
            {instance.name}
            <InstanceStateBadge state={instance.state} />
          </span>
        }
        about={instance.displayName !== instance.name && <span dir="auto">{instance.displayName}</span>}
        actions={
          <>
            <ConsoleLink instance={instance} />
            <InstanceActions instances={[instance]} />
          </>
        }
      />
      {isKept && (
        <div className="mb-4">
          <Note tone="warn">{t('recoverUntil', { time: format.dateTime(new Date(isKept), { dateStyle: 'medium', timeStyle: 'short' }) })}</Note>
        </div>
      )}
      {instance.stateReason && (
        <div className="mb-4">
          <Note tone="bad">{instance.stateReason}</Note>
        </div>
      )}
    </>
  );
}

function About({ instance }: { instance: Instance }) {
  const t = useTranslations('instance');
  const bytes = useBytes();
  const nics = instance.nics.flatMap(({ id, ip, networkName, macAddress }) => [
    [t('address'), ip ? <Copyable key={`${id}-ip`} text={ip} what={t('address')} /> : '–'] as const,
    [t('network'), networkName] as const,
    [t('mac'), <Copyable key={`${id}-mac`} text={macAddress} what={t('mac')} />] as const,
  ]);
  const { cpuCount, cpuMhz, memoryMib } = instance;
  return (
    <Panel title={t('about')}>
      <Facts
        items={[
          ...nics,
          [t('template'), instance.template.name],
          [t('offering'), instance.computeOffering.name],
          [t('size'), t('sizeOf', { cpuCount, cpuMhz, memory: bytes(memoryMib * MIB) })],
          ...(instance.hasPassword ? [[t('password'), <GuestPassword key="password" instanceId={instance.id} />] as const] : []),
          [t('created'), <Ago key="created" time={instance.createdAt} />],
          [t('id'), <Copyable key="id" text={instance.id} what={t('id')} />],
        ]}
      />
    </Panel>
  );
}

function Volumes({ instance }: { instance: Instance }) {
  const t = useTranslations('instance');
  const bytes = useBytes();
  if (instance.volumes.length === 0) return null;
  return (
    <Panel title={t('volumes')}>
      <Table label={t('volumes')}>
        <thead>
          <tr>
            <Th>{t('name')}</Th>
            <Th>{t('volumeKinds')}</Th>
            <Th>{t('size')}</Th>
          </tr>
        </thead>
        <tbody>
          {instance.volumes.map(({ id, name, kind, sizeBytes }) => (
            <tr key={id}>
              <Td className="break-all">{name}</Td>
              <Td>{kind}</Td>
              <Td>{bytes(sizeBytes)}</Td>
            </tr>
          ))}
        </tbody>
      </Table>
    </Panel>
  );
}
