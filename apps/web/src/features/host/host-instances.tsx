'use client';
import { buttonClass } from '@nephos/ui/button';
import { Empty, Panel } from '@nephos/ui/panel';
import { Table, Td, Th } from '@nephos/ui/table';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { pathTo } from '../../lib/path-builder.ts';
import { useApi } from '../../trpc/api.tsx';
import { InstanceStateBadge } from '../instance/instance-state.tsx';
import { Loading, useBytes } from '../shell/parts.tsx';
import { RowLink } from '../shell/row-link.tsx';
import type { Host } from './host-parts.tsx';

const SHOWN = 10;
const MIB = 1024 ** 2;

/** The first of them; the whole list is a page of its own. */
export function HostInstances({ host }: { host: Host }) {
  const t = useTranslations('host');
  const shared = useTranslations('instance');
  const bytes = useBytes();
  const query = useQuery(useApi().instance.list.queryOptions({ hostId: host.id, limit: SHOWN }));
  const all = (
    <Link href={pathTo.allInstances(`host=${host.id}`)} className={buttonClass('quiet')}>
      {t('allInstances', { count: host.instanceCount })}
    </Link>
  );
  return (
    <Panel title={t('instances')} actions={host.instanceCount > SHOWN ? all : undefined}>
      <Loading query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('noInstances')} />
          ) : (
            <Table label={t('instances')}>
              <thead>
                <tr>
                  <Th>{shared('name')}</Th>
                  <Th>{shared('state')}</Th>
                  <Th>{shared('size')}</Th>
                </tr>
              </thead>
              <tbody>
                {items.map(({ id, name, state, cpuCount, memoryMib }) => (
                  <tr key={id} className="hover:bg-sunken">
                    <Td className="max-w-56">
                      <RowLink href={pathTo.instance(id)} className="block truncate font-medium text-accent hover:underline" title={name}>
                        {name}
                      </RowLink>
                    </Td>
                    <Td>
                      <InstanceStateBadge state={state} />
                    </Td>
                    <Td className="whitespace-nowrap text-ink-soft">{shared('sizeShort', { cpuCount, memory: bytes(memoryMib * MIB) })}</Td>
                  </tr>
                ))}
              </tbody>
            </Table>
          )
        }
      </Loading>
    </Panel>
  );
}
