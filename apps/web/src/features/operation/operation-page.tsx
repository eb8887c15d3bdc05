'use client';
import { Facts, PageHead, Panel } from '@nephos/ui/panel';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { pathTo } from '../../lib/path-builder.ts';
import { useApi } from '../../trpc/api.tsx';
import { Ago, Copyable, Loading } from '../shell/parts.tsx';
import { OperationActions } from './operation-actions.tsx';
import { OperationSteps } from './operation-steps.tsx';
import { OperationStateBadge, Took, useOperationName } from './operation-words.tsx';

export function OperationPage({ operationId }: { operationId: string }) {
  const t = useTranslations('operation');
  const instance = useTranslations('instance');
  const api = useApi();
  const nameOf = useOperationName();
  const query = useQuery(api.operation.get.queryOptions({ operationId }));
  return (
    <Loading query={query} rows={8}>
      {(operation) => (
        <>
          <PageHead
            title={
              <span className="flex flex-wrap items-center gap-3">
                {nameOf(operation)}
                <OperationStateBadge state={operation.state} />
              </span>
            }
            actions={<OperationActions operation={operation} />}
          />
          <div className="grid items-start gap-4 xl:grid-cols-2">
            <Panel title={t('steps')}>
              <div className="pt-3">
                <OperationSteps operationId={operationId} />
              </div>
            </Panel>
            <Panel title={instance('about')}>
              <Facts
                items={[
                  [
                    t('what'),
                    operation.resource.type === 'instance' ? (
                      <Link key="of" href={pathTo.instance(operation.resource.id)} className="text-accent hover:underline">
                        {operation.resource.name}
                      </Link>
                    ) : (
                      operation.resource.name
                    ),
                  ],
                  [t('started'), <Ago key="started" time={operation.createdAt} />],
                  [t('took'), <Took key="took" from={operation.createdAt} to={operation.endedAt} />],
                  [instance('id'), <Copyable key="id" text={operation.id} what={instance('id')} />],
                ]}
              />
            </Panel>
          </div>
        </>
      )}
    </Loading>
  );
}
