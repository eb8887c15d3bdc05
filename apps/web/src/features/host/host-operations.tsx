'use client';
import { buttonClass } from '@nephos/ui/button';
import { Empty, Panel } from '@nephos/ui/panel';
import { Table, Td, Th } from '@nephos/ui/table';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { pathTo } from '../../lib/path-builder.ts';
import { useApi } from '../../trpc/api.tsx';
import { OperationStateBadge, useOperationName } from '../operation/operation-words.tsx';
import { Ago, Loading } from '../shell/parts.tsx';
import { RowLink } from '../shell/row-link.tsx';
import type { Host } from './host-parts.tsx';

const SHOWN = 10;

/** The newest operations that this host had work of. */
export function HostOperations({ host }: { host: Host }) {
  const t = useTranslations('host');
  const shared = useTranslations('operation');
  const nameOf = useOperationName();
  const query = useQuery(useApi().operation.list.queryOptions({ host: host.id, limit: SHOWN }));
  const all = (
    <Link href={pathTo.operations(`host=${host.id}`)} className={buttonClass('quiet')}>
      {t('allOperations')}
    </Link>
  );
  return (
    <Panel title={t('operations')} actions={query.data?.nextCursor ? all : undefined}>
      <Loading query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('noOperations')} />
          ) : (
            <Table label={t('operations')}>
              <thead>
                <tr>
                  <Th>{shared('what')}</Th>
                  <Th>{shared('outcome')}</Th>
                  <Th>{shared('started')}</Th>
                </tr>
              </thead>
              <tbody>
                {items.map((operation) => (
                  <tr key={operation.id} className="hover:bg-sunken">
                    <Td className="max-w-64">
                      <RowLink href={pathTo.operation(operation.id)} className="block truncate font-medium text-accent hover:underline">
                        {nameOf(operation)}
                      </RowLink>
                    </Td>
                    <Td>
                      <OperationStateBadge state={operation.state} />
                    </Td>
                    <Td className="text-ink-soft">
                      <Ago time={operation.createdAt} />
                    </Td>
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
